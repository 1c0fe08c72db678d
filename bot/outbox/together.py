"""Several notices that wait for one person leave as one message: each costs money and rings a phone."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from bot.outbox.elsewhere import rendered
from bot.outbox.rows import ADDRESS, COLUMNS, REPLACED, Row, mark, row_of
from flows.say import Reply
from marketplace_core.desk import Desk

#: More is no message but a newspaper.
MOST = 5
LONGEST = 1000

#: What stands behind it in the line of the same person.
BEHIND = text(f"""
    SELECT {COLUMNS} FROM outbox o {ADDRESS}
    WHERE o.tenant_id = :tenant AND o.person_id = :person AND o.id > :id AND o.state = 'queued'
    ORDER BY o.id LIMIT :most FOR UPDATE OF o
""")  # noqa: S608 - our own words
ENLARGED = text("""
    UPDATE outbox SET outgoing = :outgoing, reply = :reply WHERE tenant_id = :tenant AND id = :id
""").bindparams(bindparam("outgoing", type_=JSONB), bindparam("reply", type_=JSONB))


async def gather_notices(desk: Desk, row: Row) -> Row:
    """The row, with the words of the notices right behind it."""
    if row.purpose != "notice" or row.reply is None:
        return row
    who = {"tenant": desk.tenant, "person": row.person, "id": row.id, "most": MOST - 1}
    behind = [row_of(each) for each in await desk.db.execute(BEHIND, who)]
    whole = row
    for each in behind:
        larger = _joined(whole, each)
        if larger is None:
            break
        whole = larger
        await mark(desk, each, REPLACED, code=None)
    if whole is not row:
        await mark(desk, row, ENLARGED, outgoing=asdict(whole.outgoing), reply=whole.reply)
    return whole


def _joined(first: Row, second: Row) -> Row | None:
    """None where the second is no notice of the same kind of road, or both together are too long."""
    same_road = (second.purpose, second.channel, second.recipient) == (
        "notice",
        first.channel,
        first.recipient,
    )
    if not same_road or first.reply is None or second.reply is None or first.outgoing.picture:
        return None
    reply = both(first.reply, second.reply)
    outgoing = rendered(reply, first.channel)
    return replace(first, outgoing=outgoing, reply=reply) if len(outgoing.text) <= LONGEST else None


def both(first: Mapping[str, Any], second: Mapping[str, Any]) -> Mapping[str, Any]:
    """One reply: all that is said, and the choices of the later one that has any: those the dialogue stands at."""
    replies: Sequence[Reply] = [Reply.from_json(each["reply"]) for each in (first, second)]
    asks = next((each for each in reversed(replies) if each.options), replies[-1])
    whole = replace(asks, parts=tuple(part for each in replies for part in each.parts))
    return {**second, "reply": whole.to_json()}
