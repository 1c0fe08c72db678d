"""The books add up, or here is where they do not.

Each claim is a sentence and a query for the rows that break it; a tenant's books are right when all come back
empty.
"""

from typing import Any

from sqlalchemy import text

from marketplace_core.desk import Desk

CLAIMS = {
    "debits and credits are the same sum": """
        SELECT sum(debits_posted) AS debits, sum(credits_posted) AS credits,
            sum(debits_pending) AS held_out, sum(credits_pending) AS held_in
        FROM ledger_account WHERE tenant_id = :tenant
        HAVING sum(debits_posted) <> sum(credits_posted) OR sum(debits_pending) <> sum(credits_pending)
    """,
    "every balance is the sum of its transfers": """
        WITH entries AS (
            SELECT t.debit_id, t.credit_id,
                CASE t.kind WHEN 'hold' THEN t.paise WHEN 'transfer' THEN 0 ELSE -h.paise END AS pending,
                CASE WHEN t.kind IN ('transfer', 'post') THEN t.paise ELSE 0 END AS posted
            FROM ledger_transfer t LEFT JOIN ledger_transfer h
                ON h.tenant_id = t.tenant_id AND h.id = t.pending_id
            WHERE t.tenant_id = :tenant
        ), sides AS (
            SELECT debit_id AS account_id, posted AS d, 0 AS c, pending AS dp, 0 AS cp FROM entries
            UNION ALL
            SELECT credit_id, 0, posted, 0, pending FROM entries
        ), sums AS (
            SELECT account_id, sum(d) AS d, sum(c) AS c, sum(dp) AS dp, sum(cp) AS cp
            FROM sides GROUP BY account_id
        )
        SELECT a.id, a.kind FROM ledger_account a LEFT JOIN sums ON sums.account_id = a.id
        WHERE a.tenant_id = :tenant AND (a.debits_posted, a.credits_posted, a.debits_pending, a.credits_pending)
            <> (coalesce(d, 0), coalesce(c, 0), coalesce(dp, 0), coalesce(cp, 0))
    """,
    "nothing is below its floor or above its ceiling": """
        SELECT id, kind FROM ledger_account WHERE tenant_id = :tenant
            AND (credits_posted - debits_posted - debits_pending < floor
                OR credits_posted + credits_pending - debits_posted > ceiling)
    """,
    "no hold is resolved twice, nor for more than was held": """
        SELECT h.id FROM ledger_transfer h JOIN ledger_transfer r
            ON r.tenant_id = h.tenant_id AND r.pending_id = h.id
        WHERE h.tenant_id = :tenant
        GROUP BY h.id, h.paise, h.kind HAVING count(*) > 1 OR max(r.paise) > h.paise OR h.kind <> 'hold'
    """,
    "the open holds are those that nothing resolved": """
        SELECT coalesce(h.id, o.id) AS id FROM
            (SELECT h.id, h.paise FROM ledger_transfer h WHERE h.tenant_id = :tenant AND h.kind = 'hold'
                AND NOT EXISTS (SELECT FROM ledger_transfer r
                    WHERE r.tenant_id = h.tenant_id AND r.pending_id = h.id)) AS h
        FULL JOIN (SELECT id, paise FROM ledger_open_hold WHERE tenant_id = :tenant) AS o USING (id, paise)
        WHERE h.id IS NULL OR o.id IS NULL
    """,
    "no payment was refunded beyond its sum": """
        SELECT p.id FROM ledger_transfer p JOIN ledger_transfer r
            ON r.tenant_id = p.tenant_id AND r.refunds_id = p.id
        WHERE p.tenant_id = :tenant GROUP BY p.id, p.paise HAVING sum(r.paise) > p.paise
    """,
    "what was settled has left its escrow account empty": """
        SELECT a.id FROM ledger_account a JOIN escrow_hold e
            ON e.tenant_id = a.tenant_id AND e.booking_id = a.owner_id
        WHERE a.tenant_id = :tenant AND a.kind = 'escrow' AND e.state <> 'held'
            AND (a.credits_posted <> a.debits_posted OR a.credits_pending <> 0)
    """,
}


#: All claims in one statement, so that they are looked at in one moment while the market goes on.
ALL = text(
    " UNION ALL ".join(
        f"SELECT {nth} AS nth, row_to_json(broken) FROM ({query} LIMIT 10) AS broken"  # noqa: S608 - our own
        for nth, query in enumerate(CLAIMS.values())
    )
)


async def prove(desk: Desk) -> dict[str, list[Any]]:
    """Every claim with the first rows that break it."""
    found: dict[str, list[Any]] = {claim: [] for claim in CLAIMS}
    for nth, row in await desk.db.execute(ALL, {"tenant": desk.tenant}):
        found[list(CLAIMS)[nth]].append(row)
    return found


async def broken(desk: Desk) -> dict[str, list[Any]]:
    return {claim: rows for claim, rows in (await prove(desk)).items() if rows}
