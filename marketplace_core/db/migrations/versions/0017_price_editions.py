"""Each commodity's prices have an edition, new with every change: what was worked out from one holds as long as it."""

from alembic import op

revision = "0017"
down_revision = "0016"

EDITIONS = """
CREATE TABLE price_edition (
    commodity TEXT NOT NULL,
    edition UUID NOT NULL,
    CONSTRAINT pk_price_edition PRIMARY KEY (commodity)
);
INSERT INTO price_edition (commodity, edition) SELECT DISTINCT commodity, uuidv7() FROM market_price;

CREATE FUNCTION new_price_edition() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
    INSERT INTO price_edition AS kept (commodity, edition)
    SELECT commodity, uuidv7() FROM (SELECT DISTINCT commodity FROM changed ORDER BY commodity) AS each
    ON CONFLICT (commodity) DO UPDATE SET edition = excluded.edition;
    RETURN NULL;
END
$$;
"""

TRIGGER = """
CREATE TRIGGER new_edition_after_{event} AFTER {event} ON market_price REFERENCING {which} TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION new_price_edition();
"""


def upgrade() -> None:
    op.execute(EDITIONS)
    for event, which in (("insert", "NEW"), ("update", "NEW"), ("delete", "OLD")):
        op.execute(TRIGGER.format(event=event, which=which))
