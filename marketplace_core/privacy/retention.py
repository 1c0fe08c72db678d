"""How long what is kept: one table, one round a day. What the API alone keeps, `api/sweep.py` forgets."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import text

from marketplace_core.desk import Desk
from marketplace_core.privacy.commands import erase_due, warn_before_erasing


@dataclass(frozen=True)
class Kept:
    """`statement` takes away what is older than :before; what else a house keeps, it keeps for its own reasons."""

    what: str
    days: int
    statement: str


RETENTION = (
    Kept(
        "recordings",
        30,
        """WITH old AS (DELETE FROM media WHERE tenant_id = :tenant AND at < :before
               AND (content_type LIKE 'audio/%' OR content_type LIKE 'video/%') RETURNING key)
           INSERT INTO erased_file (tenant_id, key, at)
           SELECT DISTINCT cast(:tenant AS integer), key, cast(:now AS timestamptz) FROM old WHERE key IS NOT NULL
           ON CONFLICT (tenant_id, key) DO UPDATE SET at = excluded.at""",
    ),
    Kept(
        "messages left in calls",
        30,
        """WITH old AS (DELETE FROM recording WHERE tenant_id = :tenant AND at < :before RETURNING key)
           INSERT INTO erased_file (tenant_id, key, at)
           SELECT DISTINCT cast(:tenant AS integer), key, cast(:now AS timestamptz) FROM old WHERE key IS NOT NULL
           ON CONFLICT (tenant_id, key) DO UPDATE SET at = excluded.at""",
    ),
    Kept("what the ears were asked", 30, "DELETE FROM hearing WHERE tenant_id = :tenant AND at < :before"),
    Kept(
        "what the mouth has said",
        30,
        """WITH old AS (DELETE FROM speech WHERE tenant_id = :tenant AND at < :before RETURNING key)
           INSERT INTO erased_file (tenant_id, key, at)
           SELECT DISTINCT cast(:tenant AS integer), key, cast(:now AS timestamptz) FROM old
           ON CONFLICT (tenant_id, key) DO UPDATE SET at = excluded.at""",
    ),
    Kept(
        "price alerts that are over",
        90,
        "DELETE FROM price_alert WHERE tenant_id = :tenant AND state <> 'active' AND moved_at < :before",
    ),
    Kept("questions", 365, "DELETE FROM kept_question WHERE tenant_id = :tenant AND asked_at < :before"),
    Kept(
        "words between the sides of an offer",
        365,
        "DELETE FROM talk WHERE tenant_id = :tenant AND at < :before",
    ),
    Kept("calls", 365, "DELETE FROM call WHERE tenant_id = :tenant AND at < :before"),
    Kept(
        "who asked for a person", 365, "DELETE FROM handover WHERE tenant_id = :tenant AND ended_at < :before"
    ),
    Kept("messages", 365, "DELETE FROM message WHERE tenant_id = :tenant AND at < :before"),
    Kept(
        "messages that nobody has heard", 7, "DELETE FROM waiting WHERE tenant_id = :tenant AND at < :before"
    ),
    Kept("answers to repeats", 7, "DELETE FROM inbound WHERE tenant_id = :tenant AND at < :before"),
    Kept(
        "sent messages",
        30,
        """DELETE FROM outbox WHERE tenant_id = :tenant AND state IN ('sent', 'failed', 'replaced')
           AND created_at < :before""",
    ),
    Kept(
        "webhook deliveries",
        30,
        "DELETE FROM webhook_delivery WHERE tenant_id = :tenant AND done_at < :before",
    ),
    Kept(
        "old webhook secrets",
        1,
        "DELETE FROM webhook_secret WHERE tenant_id = :tenant AND expires_at < :before",
    ),
    Kept("agents' days", 30, "DELETE FROM agent_day WHERE tenant_id = :tenant AND at < :before"),
    Kept("agents' questions", 90, "DELETE FROM agent_ask WHERE tenant_id = :tenant AND at < :before"),
    Kept("agents' deeds", 90, "DELETE FROM agent_deed WHERE tenant_id = :tenant AND at < :before"),
    Kept("notifications", 365, "DELETE FROM notification WHERE tenant_id = :tenant AND at < :before"),
    Kept(
        "names in the audit book that belong to nobody known",
        365,
        "DELETE FROM audit_personal WHERE tenant_id = :tenant AND person_id IS NULL AND at < :before",
    ),
)


async def sweep(desk: Desk) -> dict[str, int]:
    """What time has run out for, by its name and count; run it once a day at every desk."""
    gone = {}
    for each in RETENTION:
        bound = {
            "tenant": desk.tenant,
            "before": desk.now - timedelta(days=each.days),
            "now": desk.now,
        }
        statement = text(each.statement)
        used = {name: value for name, value in bound.items() if name in statement.compile().params}
        gone[each.what] = (await desk.db.execute(statement, used)).rowcount
    gone["deletions announced"] = await warn_before_erasing(desk)
    gone["people forgotten"] = await erase_due(desk)
    return gone
