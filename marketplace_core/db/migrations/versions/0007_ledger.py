"""The ledger: accounts, transfers, holds; what is secured for a booking, and cash that was handed in."""

from alembic import op

from marketplace_core.db.fences import fence

revision = "0007"
down_revision = "0006"

TABLES = """
CREATE TABLE ledger_account (
    tenant_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    kind TEXT NOT NULL,
    owner_id UUID,
    stripe SMALLINT DEFAULT 0 NOT NULL,
    currency TEXT DEFAULT 'INR' NOT NULL,
    debits_pending BIGINT DEFAULT 0 NOT NULL,
    debits_posted BIGINT DEFAULT 0 NOT NULL,
    credits_pending BIGINT DEFAULT 0 NOT NULL,
    credits_posted BIGINT DEFAULT 0 NOT NULL,
    floor BIGINT,
    ceiling BIGINT,
    opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_ledger_account PRIMARY KEY (tenant_id, id),
    CONSTRAINT ck_ledger_account_kind CHECK (kind IN ('buyer', 'farmer', 'escrow', 'fees', 'logistics',
        'agent_cash', 'bank', 'rounding', 'unexplained')),
    CONSTRAINT ck_ledger_account_currency CHECK (currency = 'INR'),
    CONSTRAINT ck_ledger_account_counts CHECK (debits_pending >= 0 AND debits_posted >= 0
        AND credits_pending >= 0 AND credits_posted >= 0),
    CONSTRAINT ck_ledger_account_floor CHECK (credits_posted - debits_posted - debits_pending >= floor),
    CONSTRAINT ck_ledger_account_ceiling CHECK (credits_posted + credits_pending - debits_posted <= ceiling),
    CONSTRAINT ck_ledger_account_owes
        CHECK (kind IN ('bank', 'rounding', 'agent_cash') OR floor IS NOT DISTINCT FROM 0),
    CONSTRAINT ck_ledger_account_carries
        CHECK (kind <> 'agent_cash' OR (floor IS NOT NULL AND ceiling IS NOT DISTINCT FROM 0))
) WITH (fillfactor = 50);  -- the figures change with every transfer: room for the new row beside the old
CREATE UNIQUE INDEX uq_ledger_account_whose ON ledger_account (tenant_id, kind, owner_id, stripe)
    NULLS NOT DISTINCT;

CREATE TABLE ledger_transfer (
    tenant_id INTEGER NOT NULL,
    id UUID NOT NULL,
    number BIGINT GENERATED ALWAYS AS IDENTITY,
    kind TEXT NOT NULL,
    debit_id UUID NOT NULL,
    credit_id UUID NOT NULL,
    paise BIGINT NOT NULL,
    pending_id UUID,
    refunds_id UUID,
    until TIMESTAMP WITH TIME ZONE,
    why TEXT NOT NULL,
    subject TEXT NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_ledger_transfer PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_ledger_transfer_tenant_id_pending_id UNIQUE (tenant_id, pending_id),
    CONSTRAINT fk_ledger_transfer_tenant_id_debit_id FOREIGN KEY(tenant_id, debit_id)
        REFERENCES ledger_account (tenant_id, id),
    CONSTRAINT fk_ledger_transfer_tenant_id_credit_id FOREIGN KEY(tenant_id, credit_id)
        REFERENCES ledger_account (tenant_id, id),
    CONSTRAINT fk_ledger_transfer_tenant_id_pending_id FOREIGN KEY(tenant_id, pending_id)
        REFERENCES ledger_transfer (tenant_id, id),
    CONSTRAINT fk_ledger_transfer_tenant_id_refunds_id FOREIGN KEY(tenant_id, refunds_id)
        REFERENCES ledger_transfer (tenant_id, id),
    CONSTRAINT ck_ledger_transfer_kind CHECK (kind IN ('transfer', 'hold', 'post', 'void')),
    CONSTRAINT ck_ledger_transfer_paise CHECK (paise > 0),
    CONSTRAINT ck_ledger_transfer_two_accounts CHECK (debit_id <> credit_id),
    CONSTRAINT ck_ledger_transfer_resolves CHECK ((kind IN ('post', 'void')) = (pending_id IS NOT NULL)),
    CONSTRAINT ck_ledger_transfer_until CHECK ((kind = 'hold') = (until IS NOT NULL)),
    CONSTRAINT ck_ledger_transfer_refunds CHECK (refunds_id IS NULL OR kind = 'transfer')
);
CREATE INDEX ix_ledger_transfer_tenant_id_debit_id_number ON ledger_transfer (tenant_id, debit_id, number);
CREATE INDEX ix_ledger_transfer_tenant_id_credit_id_number ON ledger_transfer (tenant_id, credit_id, number);
CREATE INDEX ix_ledger_transfer_refunds ON ledger_transfer (tenant_id, refunds_id)
    WHERE refunds_id IS NOT NULL;

CREATE TABLE ledger_open_hold (
    tenant_id INTEGER NOT NULL,
    id UUID NOT NULL,
    debit_id UUID NOT NULL,
    credit_id UUID NOT NULL,
    paise BIGINT NOT NULL,
    until TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_ledger_open_hold PRIMARY KEY (tenant_id, id)
);
CREATE INDEX ix_ledger_open_hold_tenant_id_until ON ledger_open_hold (tenant_id, until);
CREATE INDEX ix_ledger_open_hold_tenant_id_debit_id ON ledger_open_hold (tenant_id, debit_id);
CREATE INDEX ix_ledger_open_hold_tenant_id_credit_id ON ledger_open_hold (tenant_id, credit_id);

CREATE TABLE escrow_hold (
    tenant_id INTEGER NOT NULL,
    booking_id UUID NOT NULL,
    state TEXT NOT NULL,
    round INTEGER NOT NULL,
    hold_id UUID,
    moved_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_escrow_hold PRIMARY KEY (tenant_id, booking_id),
    CONSTRAINT fk_escrow_hold_tenant_id_booking_id FOREIGN KEY(tenant_id, booking_id)
        REFERENCES booking (tenant_id, id),
    CONSTRAINT fk_escrow_hold_tenant_id_hold_id FOREIGN KEY(tenant_id, hold_id)
        REFERENCES ledger_transfer (tenant_id, id),
    CONSTRAINT ck_escrow_hold_state CHECK (state IN ('held', 'settled', 'released')),
    CONSTRAINT ck_escrow_hold_held CHECK (state <> 'held' OR hold_id IS NOT NULL)
);

CREATE TABLE cash_handover (
    tenant_id INTEGER NOT NULL,
    id UUID NOT NULL,
    agent_id UUID NOT NULL,
    taken_by UUID NOT NULL,
    said_paise BIGINT NOT NULL,
    counted_paise BIGINT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_cash_handover PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_cash_handover_tenant_id_agent_id FOREIGN KEY(tenant_id, agent_id)
        REFERENCES person (tenant_id, id),
    CONSTRAINT fk_cash_handover_tenant_id_taken_by FOREIGN KEY(tenant_id, taken_by)
        REFERENCES person (tenant_id, id),
    CONSTRAINT ck_cash_handover_sums CHECK (said_paise > 0 AND counted_paise >= 0)
);
CREATE INDEX ix_cash_handover_tenant_id_agent_id_at ON cash_handover (tenant_id, agent_id, at);
"""

# The app may open accounts and write transfers. Figures, open holds and what was written change for nobody.
RIGHTS = """
REVOKE INSERT, UPDATE, DELETE ON ledger_account FROM mandi_app;
GRANT INSERT (tenant_id, id, kind, owner_id, stripe, floor, ceiling, opened_at), UPDATE (floor)
    ON ledger_account TO mandi_app;
REVOKE UPDATE, DELETE, TRUNCATE ON ledger_transfer FROM mandi_app;
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON ledger_open_hold FROM mandi_app;
REVOKE DELETE, TRUNCATE ON escrow_hold FROM mandi_app;
REVOKE UPDATE, DELETE, TRUNCATE ON cash_handover FROM mandi_app;

CREATE FUNCTION ledger_is_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what the ledger says once it says for ever' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE ON ledger_transfer
    FOR EACH ROW EXECUTE FUNCTION ledger_is_immutable();
"""

# With the owner's rights, behind the tenant's fence all the same. First the accounts, which locks them; what is
# read after that is what everybody before us has left.
ENTERING = """
CREATE FUNCTION ledger_enter() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    WITH moved AS (
        SELECT made.tenant_id, made.debit_id, made.credit_id,
            CASE made.kind WHEN 'hold' THEN made.paise WHEN 'transfer' THEN 0 ELSE -held.paise END AS pending,
            CASE WHEN made.kind IN ('transfer', 'post') THEN made.paise ELSE 0 END AS posted
        FROM entered AS made
        LEFT JOIN ledger_transfer AS held ON held.tenant_id = made.tenant_id AND held.id = made.pending_id
    ), sums AS (
        SELECT tenant_id, account_id, sum(dp) AS dp, sum(d) AS d, sum(cp) AS cp, sum(c) AS c FROM (
            SELECT tenant_id, debit_id AS account_id, pending AS dp, posted AS d, 0 AS cp, 0 AS c FROM moved
            UNION ALL
            SELECT tenant_id, credit_id, 0, 0, pending, posted FROM moved
        ) AS sides GROUP BY tenant_id, account_id
    )
    UPDATE ledger_account AS account SET
        debits_pending = debits_pending + sums.dp, debits_posted = debits_posted + sums.d,
        credits_pending = credits_pending + sums.cp, credits_posted = credits_posted + sums.c
    FROM sums WHERE account.tenant_id = sums.tenant_id AND account.id = sums.account_id;

    IF EXISTS (
        SELECT FROM entered AS made
        LEFT JOIN ledger_transfer AS held ON held.tenant_id = made.tenant_id AND held.id = made.pending_id
        WHERE made.pending_id IS NOT NULL AND (
            held.kind IS DISTINCT FROM 'hold' OR held.debit_id <> made.debit_id
            OR held.credit_id <> made.credit_id OR made.paise > held.paise
            OR (made.kind = 'void' AND made.paise <> held.paise)
            OR (made.kind = 'post' AND made.made_at >= held.until))
    ) THEN
        RAISE EXCEPTION 'this does not resolve that hold' USING ERRCODE = 'check_violation';
    END IF;

    IF EXISTS (
        SELECT FROM entered AS made
        JOIN ledger_transfer AS paid ON paid.tenant_id = made.tenant_id AND paid.id = made.refunds_id
        WHERE paid.kind NOT IN ('transfer', 'post') OR paid.refunds_id IS NOT NULL
            OR paid.credit_id <> made.debit_id OR paid.debit_id <> made.credit_id
            OR paid.paise < (SELECT sum(every.paise) FROM ledger_transfer AS every
                WHERE every.tenant_id = paid.tenant_id AND every.refunds_id = paid.id)
    ) THEN
        RAISE EXCEPTION 'this refunds more than was paid' USING ERRCODE = 'check_violation';
    END IF;

    DELETE FROM ledger_open_hold AS held USING entered AS made
    WHERE made.pending_id IS NOT NULL AND held.tenant_id = made.tenant_id AND held.id = made.pending_id;
    INSERT INTO ledger_open_hold (tenant_id, id, debit_id, credit_id, paise, until)
    SELECT tenant_id, id, debit_id, credit_id, paise, until FROM entered WHERE kind = 'hold';
    RETURN NULL;
END
$$;
CREATE TRIGGER enter AFTER INSERT ON ledger_transfer REFERENCING NEW TABLE AS entered
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_enter();
"""


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(RIGHTS)
    op.execute(ENTERING)
    op.execute(fence("ledger_account", "ledger_transfer", "ledger_open_hold", "escrow_hold", "cash_handover"))
