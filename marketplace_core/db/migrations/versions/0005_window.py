"""The window: open listings as everybody may see them, and standing wishes."""

from alembic import op

from marketplace_core.db.fences import fence

revision = "0005"
down_revision = "0004"

WINDOW = """
CREATE TABLE open_listing (
    tenant_id INTEGER NOT NULL,
    listing_id UUID NOT NULL,
    code TEXT NOT NULL,
    commodity TEXT NOT NULL,
    kg_left BIGINT NOT NULL,
    unit TEXT NOT NULL,
    price_paise BIGINT NOT NULL,
    per TEXT NOT NULL,
    tonne_paise BIGINT GENERATED ALWAYS AS (
        price_paise * CASE per WHEN 'kg' THEN 1000 WHEN 'quintal' THEN 10 ELSE 1 END
    ) STORED,
    negotiable BOOLEAN NOT NULL,
    grade TEXT,
    graded_by TEXT,
    pincode TEXT NOT NULL,
    village TEXT,
    district TEXT NOT NULL,
    place_state TEXT NOT NULL,
    lat FLOAT NOT NULL,
    lon FLOAT NOT NULL,
    available_from DATE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ground POINT GENERATED ALWAYS AS (
        point(lon, degrees(asinh(tan(radians(greatest(-85, least(85, lat)))))))
    ) STORED,
    spot POINT GENERATED ALWAYS AS (
        point(
            lon + 1000 * (crc32(commodity::bytea) % 1000000),
            degrees(asinh(tan(radians(greatest(-85, least(85, lat))))))
        )
    ) STORED,
    CONSTRAINT pk_open_listing PRIMARY KEY (tenant_id, listing_id),
    CONSTRAINT ck_open_listing_place_is_coarse
        CHECK (lat = round(lat::numeric, 2)::float8 AND lon = round(lon::numeric, 2)::float8)
);
CREATE INDEX ix_open_listing_commodity_newest ON open_listing (commodity, opened_at, listing_id);
CREATE INDEX ix_open_listing_district_newest ON open_listing (place_state, district, opened_at, listing_id);
CREATE INDEX ix_open_listing_ground ON open_listing USING gist (ground);
CREATE INDEX ix_open_listing_newest ON open_listing (opened_at, listing_id);
CREATE INDEX ix_open_listing_spot ON open_listing USING gist (spot);
CREATE INDEX ix_open_listing_state_newest ON open_listing (place_state, opened_at, listing_id);
"""

# The window is written by this function alone, with its owner's rights; it looks at nothing but the row at hand.
IN_STEP = """
REVOKE INSERT, UPDATE, DELETE ON open_listing FROM mandi_app;

CREATE FUNCTION keep_window_in_step() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (OLD.tenant_id, OLD.id) <> (NEW.tenant_id, NEW.id) OR TG_OP = 'DELETE' THEN
        DELETE FROM public.open_listing WHERE tenant_id = OLD.tenant_id AND listing_id = OLD.id;
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN NULL;
    END IF;
    IF NEW.state <> 'active' OR NEW.kg_left = 0 THEN
        DELETE FROM public.open_listing WHERE tenant_id = NEW.tenant_id AND listing_id = NEW.id;
        RETURN NULL;
    END IF;
    INSERT INTO public.open_listing AS shown (
        tenant_id, listing_id, code, commodity, kg_left, unit, price_paise, per, negotiable, grade, graded_by,
        pincode, village, district, place_state, lat, lon, available_from, expires_at, opened_at
    ) VALUES (
        NEW.tenant_id, NEW.id, NEW.code, NEW.commodity, NEW.kg_left, NEW.unit, NEW.price_paise, NEW.per,
        NEW.negotiable, NEW.grade, NEW.graded_by, NEW.pincode, NEW.village, NEW.district, NEW.place_state,
        round(NEW.lat::numeric, 2)::float8, round(NEW.lon::numeric, 2)::float8,
        NEW.available_from, NEW.expires_at, NEW.created_at
    )
    ON CONFLICT (tenant_id, listing_id) DO UPDATE SET
        code = excluded.code, commodity = excluded.commodity, kg_left = excluded.kg_left, unit = excluded.unit,
        price_paise = excluded.price_paise, per = excluded.per, negotiable = excluded.negotiable,
        grade = excluded.grade, graded_by = excluded.graded_by, pincode = excluded.pincode,
        village = excluded.village, district = excluded.district, place_state = excluded.place_state,
        lat = excluded.lat, lon = excluded.lon, available_from = excluded.available_from,
        expires_at = excluded.expires_at, opened_at = excluded.opened_at;
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION keep_window_in_step() FROM PUBLIC;
CREATE TRIGGER keep_window_in_step AFTER INSERT OR UPDATE OR DELETE ON listing
    FOR EACH ROW EXECUTE FUNCTION keep_window_in_step();
"""

# Touching every listing lets the trigger fill the window. The owner steps over the fence for that moment, inside
# the migration's transaction.
FILL = """
ALTER TABLE listing NO FORCE ROW LEVEL SECURITY;
UPDATE listing SET state = state WHERE state = 'active';
ALTER TABLE listing FORCE ROW LEVEL SECURITY;
ALTER TABLE listing DROP COLUMN loc;
"""

WISHES = """
CREATE TABLE wish (
    tenant_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    buyer_id UUID NOT NULL,
    state TEXT NOT NULL,
    commodity TEXT NOT NULL,
    grade TEXT,
    least_kg BIGINT NOT NULL,
    most_kg BIGINT,
    price_paise BIGINT,
    per TEXT,
    tonne_paise BIGINT GENERATED ALWAYS AS (
        price_paise * CASE per WHEN 'kg' THEN 1000 WHEN 'quintal' THEN 10 ELSE 1 END
    ) STORED,
    pincode TEXT NOT NULL,
    village TEXT,
    district TEXT NOT NULL,
    place_state TEXT NOT NULL,
    lat FLOAT NOT NULL,
    lon FLOAT NOT NULL,
    km INTEGER NOT NULL,
    square BIGINT NOT NULL,
    until TIMESTAMP WITH TIME ZONE NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    moved_at TIMESTAMP WITH TIME ZONE NOT NULL,
    moved_by TEXT NOT NULL,
    CONSTRAINT pk_wish PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_wish_tenant_id_buyer_id FOREIGN KEY (tenant_id, buyer_id) REFERENCES person (tenant_id, id),
    CONSTRAINT ck_wish_state CHECK (state IN ('active', 'ended')),
    CONSTRAINT ck_wish_moved_by CHECK (moved_by IN ('buyer', 'time')),
    CONSTRAINT ck_wish_grade CHECK (grade IN ('A', 'B', 'C')),
    CONSTRAINT ck_wish_kg CHECK (least_kg > 0 AND most_kg >= least_kg),
    CONSTRAINT ck_wish_price CHECK (price_paise > 0),
    CONSTRAINT ck_wish_per
        CHECK (per IN ('kg', 'quintal', 't') AND (per IS NULL) = (price_paise IS NULL)),
    CONSTRAINT ck_wish_km CHECK (km BETWEEN 1 AND 200)
);
CREATE INDEX ix_wish_square ON wish (tenant_id, commodity, square) WHERE state = 'active';
CREATE INDEX ix_wish_tenant_id_buyer_id_id ON wish (tenant_id, buyer_id, id);
CREATE INDEX ix_wish_until ON wish (tenant_id, until) WHERE state = 'active';

CREATE TABLE wish_match (
    tenant_id INTEGER NOT NULL,
    listing_id UUID NOT NULL,
    buyer_id UUID NOT NULL,
    wish_id UUID NOT NULL,
    matched_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_wish_match PRIMARY KEY (tenant_id, listing_id, buyer_id),
    CONSTRAINT fk_wish_match_tenant_id_listing_id FOREIGN KEY (tenant_id, listing_id)
        REFERENCES listing (tenant_id, id),
    CONSTRAINT fk_wish_match_tenant_id_wish_id FOREIGN KEY (tenant_id, wish_id) REFERENCES wish (tenant_id, id)
);
CREATE INDEX ix_wish_match_tenant_id_buyer_id_matched_at ON wish_match (tenant_id, buyer_id, matched_at);
CREATE INDEX ix_wish_match_tenant_id_wish_id ON wish_match (tenant_id, wish_id);
"""


def upgrade() -> None:
    op.execute(WINDOW)
    op.execute(IN_STEP)
    op.execute(FILL)
    op.execute(WISHES)
    op.execute(fence("wish", "wish_match"))
