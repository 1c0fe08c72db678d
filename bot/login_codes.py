"""Codes for signing in go by SMS, in the language of the phone, through the outbox like everything else."""

from dataclasses import asdict
from uuid import NAMESPACE_URL, uuid4, uuid5

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

import bot.channels
from flows.say import Reply, msg
from flows.words import words_of
from marketplace_core.desk import Desk

WHO = text("""
    SELECT p.language, p.script, a.opted_out_at FROM address a
    JOIN person p ON p.tenant_id = a.tenant_id AND p.id = a.person_id
    WHERE a.tenant_id = :tenant AND a.phone = :phone
    ORDER BY a.channel <> 'sms', a.id LIMIT 1
""")
QUEUE = text("""
    INSERT INTO outbox (tenant_id, send_key, person_id, channel, recipient, outgoing, purpose, due_at, created_at)
    VALUES (:tenant, :send_key, :line, 'sms', :phone, :outgoing, 'code', :now, :now)
""").bindparams(bindparam("outgoing", type_=JSONB))


async def send_code(desk: Desk, *, phone: str, code: str) -> None:
    """Whoever told us to stop on this number is not written to, not even when they sign in."""
    known = (await desk.db.execute(WHO, {"tenant": desk.tenant, "phone": phone})).one_or_none()
    if known and known.opted_out_at:
        return
    words = words_of(known.language, known.script) if known else words_of("en", "native")
    say = msg("{code} is your Mandi Mitra code, good for 5 minutes. Tell it to nobody.", code=code)
    outgoing = bot.channels.render("sms", Reply((say,)), words)
    await desk.db.execute(
        QUEUE,
        {
            "tenant": desk.tenant,
            "send_key": f"code:{uuid4()}",
            # A line of its own: five minutes are short, and other messages may be waiting for their retry.
            "line": uuid5(NAMESPACE_URL, f"code:{desk.tenant}:{phone}"),
            "phone": phone,
            "outgoing": asdict(outgoing),
            "now": desk.now,
        },
    )
