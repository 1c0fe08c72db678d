"""Tenants: fences between them, their numbers, people who act for others, logs by month."""

from alembic import op

from marketplace_core.db.fences import fence

revision = "0004"
down_revision = "0003"

TABLES = """
-- Which tenant a number of ours belongs to; asked before there is a seat, and nothing in it is personal.
CREATE TABLE tenant_number (
    channel TEXT NOT NULL,
    value TEXT NOT NULL,
    tenant_id INTEGER NOT NULL,
    CONSTRAINT pk_tenant_number PRIMARY KEY (channel, value),
    CONSTRAINT uq_tenant_number_tenant_id_channel UNIQUE (tenant_id, channel),
    CONSTRAINT fk_tenant_number_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenant (id),
    CONSTRAINT ck_tenant_number_channel CHECK (channel IN ('whatsapp', 'sms', 'voice'))
);

ALTER TABLE person ADD CONSTRAINT ck_person_roles CHECK (roles <@ ARRAY['farmer', 'buyer', 'aggregator',
    'field_agent', 'delivery_agent', 'operator', 'admin']);

CREATE TABLE profile (
    tenant_id INTEGER NOT NULL,
    address_id UUID NOT NULL,
    person_id UUID NOT NULL,
    CONSTRAINT pk_profile PRIMARY KEY (tenant_id, address_id, person_id),
    CONSTRAINT fk_profile_tenant_id_address_id FOREIGN KEY (tenant_id, address_id)
        REFERENCES address (tenant_id, id),
    CONSTRAINT fk_profile_tenant_id_person_id FOREIGN KEY (tenant_id, person_id)
        REFERENCES person (tenant_id, id)
);
CREATE INDEX ix_profile_tenant_id_person_id ON profile (tenant_id, person_id);

CREATE TABLE acting (
    tenant_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    actor_id UUID NOT NULL,
    person_id UUID NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    moved_at TIMESTAMP WITH TIME ZONE NOT NULL,
    moved_by TEXT NOT NULL,
    asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    agreed_at TIMESTAMP WITH TIME ZONE,
    agreed_by UUID,
    ended_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_acting PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_acting_tenant_id_actor_id FOREIGN KEY (tenant_id, actor_id)
        REFERENCES person (tenant_id, id),
    CONSTRAINT fk_acting_tenant_id_person_id FOREIGN KEY (tenant_id, person_id)
        REFERENCES person (tenant_id, id),
    CONSTRAINT ck_acting_two_people CHECK (actor_id <> person_id),
    CONSTRAINT ck_acting_kind CHECK (kind IN ('agent', 'family', 'organisation')),
    CONSTRAINT ck_acting_state CHECK (state IN ('asked', 'agreed', 'refused', 'ended'))
);
CREATE UNIQUE INDEX uq_acting_open ON acting (tenant_id, actor_id, person_id)
    WHERE state IN ('asked', 'agreed');
CREATE INDEX ix_acting_tenant_id_person_id ON acting (tenant_id, person_id);
"""

EVENTS = """
ALTER TABLE event RENAME TO event_flat;
ALTER TABLE event_flat DROP CONSTRAINT pk_event;
DROP INDEX ix_event_unnoticed;
CREATE TABLE event (
    tenant_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    about JSONB NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    noticed_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_event PRIMARY KEY (tenant_id, id, at)
) PARTITION BY RANGE (at);
CREATE INDEX ix_event_unnoticed ON event (tenant_id, id) WHERE noticed_at IS NULL;
CREATE TABLE event_other PARTITION OF event DEFAULT;
"""

# The parent is the only door: its fence does not guard whoever asks a partition directly. The default partition
# catches what no month was made for; a row there is an alarm, not a loss.
MONTHS = """
DROP FUNCTION make_message_months(date, int);
CREATE FUNCTION make_log_months(from_day date, months int) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    first date := date_trunc('month', from_day);
    log text;
    part text;
BEGIN
    FOREACH log IN ARRAY ARRAY['message', 'event'] LOOP
        FOR n IN 0..least(months, 12) - 1 LOOP
            part := log || to_char(first + make_interval(months => n), '_YYYY_MM');
            CONTINUE WHEN to_regclass('public.' || part) IS NOT NULL;
            EXECUTE format(
                'CREATE TABLE public.%I PARTITION OF public.%I FOR VALUES FROM (%L) TO (%L)',
                part, log,
                (first + make_interval(months => n))::date,
                (first + make_interval(months => n + 1))::date
            );
            EXECUTE format('REVOKE ALL ON public.%I FROM mandi_app', part);
        END LOOP;
    END LOOP;
END $$;
CREATE FUNCTION count_log_strays() RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT (SELECT count(*) FROM public.message_other) + (SELECT count(*) FROM public.event_other)
$$;
REVOKE ALL ON FUNCTION make_log_months(date, int), count_log_strays() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION make_log_months(date, int), count_log_strays() TO mandi_app;
SELECT make_log_months(coalesce(min(at)::date, current_date), 12) FROM event_flat;
SELECT make_log_months(current_date, 3);
DO $$
DECLARE part regclass;
BEGIN
    FOR part IN SELECT oid FROM pg_class WHERE relispartition AND relkind = 'r' LOOP
        EXECUTE format('REVOKE ALL ON %s FROM mandi_app', part);
    END LOOP;
END $$;
INSERT INTO event SELECT * FROM event_flat;
DROP TABLE event_flat;
"""


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(EVENTS)
    op.execute(MONTHS)
    op.execute(
        fence(
            "person", "address", "consent", "listing", "offer", "booking", "event",
            "conversation", "inbound", "message", "outbox", "media", "profile", "acting",
        )
    )  # fmt: skip
