"""Reading and writing where a conversation stands: four statements a turn, whatever was said."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from bot.message import Address, Channel, Inbound, Outgoing
from bot.outbox.hours import Purpose
from marketplace_core.desk import Desk


class Repeated(Exception):
    """This message has been answered before; the turn is undone and the stored answer stands."""


class Behind(Exception):
    """What the same sender wrote before is still waiting outside: so must this."""


@dataclass(frozen=True)
class Peek:
    """A look before the lock, for language understanding; it may be a moment old."""

    language: str | None
    state: Mapping[str, Any]
    answered: bool
    #: They may send short commands: an agent, or a buyer who acts for somebody.
    agent: bool = False


PEEK = text("""
    SELECT person.language, conversation.state,
           EXISTS (SELECT FROM inbound WHERE tenant_id = :tenant AND carrier = :carrier AND carrier_id = :carrier_id),
           person.roles && ARRAY['field_agent', 'delivery_agent'] OR ('buyer' = ANY(person.roles) AND EXISTS (
               SELECT FROM acting
               WHERE tenant_id = :tenant AND actor_id = person.id AND acting.state = 'agreed'))
    FROM address
    JOIN person ON person.tenant_id = address.tenant_id AND person.id = address.person_id
    LEFT JOIN conversation ON conversation.tenant_id = person.tenant_id AND conversation.person_id = person.id
    WHERE address.tenant_id = :tenant AND address.channel = :channel AND address.value = :value
""")

LOCK = text("""
    SELECT state, wake_at,
        EXISTS (SELECT FROM inbound WHERE tenant_id = :tenant AND carrier = :carrier AND carrier_id = :carrier_id),
        EXISTS (SELECT FROM waiting WHERE tenant_id = :tenant AND channel = :channel AND sender = :sender)
    FROM conversation WHERE tenant_id = :tenant AND person_id = :person FOR UPDATE OF conversation
""")

BEGIN = text("""
    INSERT INTO conversation (tenant_id, person_id, state, updated_at) VALUES (:tenant, :person, '{}', :now)
    ON CONFLICT DO NOTHING
""")

DUE = text("""
    SELECT person_id FROM conversation
    WHERE tenant_id = :tenant AND wake_at <= :now ORDER BY wake_at LIMIT :most
""")

PUT_BACK = text("""
    UPDATE conversation SET state = :state, wake_at = :wake_at, updated_at = :now
    WHERE tenant_id = :tenant AND person_id = :person
""").bindparams(bindparam("state", type_=JSONB))

#: Whatever has its answer waits no longer.
LEAVE_ROOM = """
    gone AS (
        DELETE FROM waiting WHERE tenant_id = :tenant AND carrier = :carrier AND carrier_id = :carrier_id
    )"""
ANSWER = text(f"""
    WITH {LEAVE_ROOM}
    SELECT answer FROM inbound WHERE tenant_id = :tenant AND carrier = :carrier AND carrier_id = :carrier_id
""")  # noqa: S608 - our own step

SAVE_STATE = """
    saved AS (
        UPDATE conversation SET state = :state, wake_at = :wake_at, updated_at = :now
        WHERE tenant_id = :tenant AND person_id = :person
    )"""
REMEMBER = """
    heard AS (
        INSERT INTO inbound (tenant_id, carrier, carrier_id, person_id, answer, at)
        VALUES (:tenant, :carrier, :carrier_id, :person, :answer, :now)
        ON CONFLICT DO NOTHING RETURNING 1
    )"""
LOG_IN = """
    logged_in AS (
        INSERT INTO message (tenant_id, at, person_id, channel, direction, body)
        VALUES (:tenant, :now, :person, :channel, 'in', :said)
    )"""
LOG_OUT = """
    logged_out AS (
        INSERT INTO message (tenant_id, at, person_id, channel, direction, body, segments)
        VALUES (:tenant, :now, :person, :to_channel, 'out', :outgoing, :segments)
    )"""
QUEUE = """
    queued AS (
        INSERT INTO outbox
            (tenant_id, send_key, person_id, channel, recipient, outgoing, reply, purpose, notice, due_at, created_at)
        VALUES (:tenant, :send_key, :person, :to_channel, :recipient, :outgoing, :reply, :purpose, :notice, :now, :now)
        ON CONFLICT DO NOTHING
    )"""


#: A picture goes ahead of its words: what one person is sent leaves in the order of its ids.
AHEAD = text(f"WITH {LOG_OUT}, {QUEUE} SELECT").bindparams(
    bindparam("outgoing", type_=JSONB),
    *(bindparam(name, type_=JSONB(none_as_null=True)) for name in ("reply", "notice")),
)


#: A voice note says after the words what they said: the log has it once.
BEHIND = text(f"WITH {QUEUE} SELECT").bindparams(
    bindparam("outgoing", type_=JSONB),
    *(bindparam(name, type_=JSONB(none_as_null=True)) for name in ("reply", "notice")),
)


def _closing(*steps: str) -> TextClause:
    documents = [
        bindparam(name, type_=JSONB(none_as_null=True))
        for name in ("state", "said", "outgoing", "reply", "notice")
    ]
    clause = text(f"WITH {','.join(steps)} SELECT EXISTS (SELECT FROM heard)")  # noqa: S608 - our own steps
    used = [document for document in documents if any(f":{document.key}" in step for step in steps)]
    return clause.bindparams(*used)


#: One statement ends a turn. By (something was heard from the person, there is an answer, it is sent apart).
CLOSINGS = {
    (said, answered, apart): _closing(
        SAVE_STATE,
        LEAVE_ROOM,
        REMEMBER,
        *((LOG_IN,) if said else ()),
        *((LOG_OUT,) if answered else ()),
        *((QUEUE,) if apart else ()),
    )
    for said in (True, False)
    for answered in (True, False)
    for apart in (True, False)
}


@dataclass(frozen=True)
class Sending:
    """A message that goes through the outbox: where to, why, and its words before they had a channel.

    `notice` says whether it is urgent and which approved template says the same."""

    channel: Channel
    recipient: str
    purpose: Purpose = "answer"
    reply: Mapping[str, Any] | None = None
    notice: Mapping[str, Any] | None = None


async def peek(desk: Desk, inbound: Inbound) -> Peek:
    row = (
        await desk.db.execute(
            PEEK,
            {
                "tenant": desk.tenant,
                "carrier": inbound.carrier,
                "carrier_id": inbound.carrier_id,
                "channel": inbound.sender.channel,
                "value": inbound.sender.value,
            },
        )
    ).one_or_none()
    return Peek(row[0], row[1] or {}, row[2], row[3]) if row else Peek(None, {}, False)


async def lock(
    desk: Desk, person: UUID, heard: tuple[str, str] | None = None, writer: Address | None = None
) -> tuple[dict[str, Any], datetime | None]:
    """The dialogue state and the wake time; ours alone until the transaction ends.

    `heard` is the carrier and its id of what is to be answered: raises `Repeated` if it was, rather than let a whole
    turn find out at its end. `writer` is who must not overtake what they wrote before; raises `Behind` then.
    """
    carrier, carrier_id = heard or (None, None)
    channel, sender = (writer.channel, writer.value) if writer else (None, None)
    who = {"tenant": desk.tenant, "person": person, "channel": channel, "sender": sender}
    who |= {"carrier": carrier, "carrier_id": carrier_id}
    row = (await desk.db.execute(LOCK, who)).one_or_none()
    if row is None:
        await desk.db.execute(BEGIN, who | {"now": desk.now})
        row = (await desk.db.execute(LOCK, who)).one()
    state, wake_at, answered, behind = row
    if answered:
        raise Repeated
    if behind:
        raise Behind
    return state, wake_at


async def put_back(
    desk: Desk, person: UUID, state: Mapping[str, Any], wake_after: timedelta | None = None
) -> None:
    values = {"tenant": desk.tenant, "person": person, "state": dict(state), "now": desk.now}
    await desk.db.execute(PUT_BACK, values | {"wake_at": desk.now + wake_after if wake_after else None})


async def close(
    desk: Desk,
    *,
    person: UUID,
    heard: tuple[str, str],
    state: Mapping[str, Any],
    wake_after: timedelta | None,
    said: tuple[Channel, Mapping[str, Any]] | None,
    outgoing: Outgoing | None,
    answer: str | None,
    sending: Sending | None,
    channel: Channel,
) -> None:
    """Writes everything a turn leaves behind. `heard` is the carrier and its id of what was heard."""
    carrier, carrier_id = heard
    values: dict[str, Any] = {
        "tenant": desk.tenant,
        "person": person,
        "now": desk.now,
        "state": state,
        "wake_at": desk.now + wake_after if wake_after else None,
        "carrier": carrier,
        "carrier_id": carrier_id,
        "answer": answer,
    }
    if said:
        values |= {"channel": said[0], "said": dict(said[1])}
    if sending:
        values |= {"send_key": f"{carrier}:{carrier_id}", "recipient": sending.recipient}
        values |= {"reply": sending.reply, "purpose": sending.purpose, "notice": sending.notice}
    if sending and outgoing and outgoing.picture:
        picture = Outgoing(outgoing.picture.alt, picture=outgoing.picture)
        # without words of its own: where pictures cannot go, what follows it says all, also as the approved template
        about = {
            "send_key": f"{carrier}:{carrier_id}:picture",
            "to_channel": channel,
            "segments": 0,
            "reply": None,
            "notice": None,
        }
        await desk.db.execute(AHEAD, values | about | {"outgoing": asdict(picture)})
        outgoing = replace(outgoing, picture=None)
    voice = outgoing.voice if sending and outgoing else None
    if outgoing:
        outgoing = replace(outgoing, voice=None)
        values |= {"to_channel": channel, "outgoing": asdict(outgoing), "segments": outgoing.segments}
    statement = CLOSINGS[bool(said), bool(outgoing), bool(sending)]
    if not (await desk.db.execute(statement, values)).scalar_one():
        raise Repeated
    if voice:
        about = {"send_key": f"{carrier}:{carrier_id}:voice", "reply": None, "notice": None}
        said_aloud = {"outgoing": asdict(Outgoing("", voice=voice))}
        await desk.db.execute(BEHIND, values | about | said_aloud)


async def stored_answer(desk: Desk, carrier: str, carrier_id: str) -> str | None:
    known = {"tenant": desk.tenant, "carrier": carrier, "carrier_id": carrier_id}
    answer: str | None = (await desk.db.execute(ANSWER, known)).scalar_one()
    return answer


async def due(desk: Desk, most: int = 50) -> list[UUID]:
    rows = await desk.db.execute(DUE, {"tenant": desk.tenant, "now": desk.now, "most": most})
    return list(rows.scalars())
