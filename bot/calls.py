"""A phone call's life as we keep it: who called, what the carrier says of it, what is sent in writing afterwards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from bot.message import Channel
from bot.outbox.ways import WHATSAPP_WINDOW
from bot.outbox.writing import write
from flows import proof
from flows.say import Reply, Say, msg
from marketplace_core.accounts import Address, Person
from marketplace_core.accounts import commands as accounts
from marketplace_core.accounts import queries as people
from marketplace_core.desk import Desk
from marketplace_core.tenants import HOUSE

#: What a carrier calls the end of a call.
OVER = ("completed", "busy", "failed", "no-answer", "canceled")
#: For callbacks that carry no number of their own.
RANK: Mapping[str, int] = {"queued": 0, "initiated": 1, "ringing": 2, "in-progress": 3} | dict.fromkeys(
    OVER, 1000
)
#: A call whose end nobody told us of is over by then.
LONGEST_CALL = timedelta(hours=1)


@dataclass(frozen=True)
class Call:
    """One call at its carrier. `ours`: we rang them; `own_id` is then the row that made us."""

    carrier: str
    carrier_id: str
    phone: str
    number: str
    ours: bool = False
    own_id: UUID | None = None


@dataclass(frozen=True)
class Standing:
    """Where a call stands. `choices` is how many options were just named, `serial` the question that was said; a
    call that began with a waiting message knows that one by its row in the outbox, `said_by`."""

    tenant: int = HOUSE
    step: int = 0
    language: str = ""
    silences: int = 0
    choices: int = 0
    serial: int = 0
    said_by: UUID | None = None


@dataclass(frozen=True)
class CallStatus:
    carrier: str
    carrier_id: str
    status: str
    sequence: int | None = None
    seconds: int | None = None
    error_code: int | None = None


BEGIN = text("""
    INSERT INTO call (tenant_id, carrier, carrier_id, kind, phone, person_id, status, at)
    VALUES (:tenant, :carrier, :carrier_id, :kind, :phone, :person, 'in-progress', :now)
    ON CONFLICT (tenant_id, carrier, carrier_id) DO UPDATE SET person_id = :person
""")
ANSWERED = text("""
    UPDATE call SET carrier_id = coalesce(carrier_id, :carrier_id), person_id = :person
    WHERE tenant_id = :tenant AND id = :own_id
""")
SEEN = text("""
    UPDATE call SET status = :status, sequence = :sequence, seconds = coalesce(:seconds, seconds),
        error_code = coalesce(:code, error_code), ended_at = CASE WHEN :over THEN cast(:now AS timestamptz) END
    WHERE tenant_id = :tenant AND carrier = :carrier AND carrier_id = :carrier_id
      AND sequence < :sequence AND ended_at IS NULL
""")
NOTE = text("""
    UPDATE call SET to_write = to_write || :says
    WHERE tenant_id = :tenant AND carrier = :carrier AND carrier_id = :carrier_id AND written_at IS NULL
""").bindparams(bindparam("says", type_=JSONB))
NOTE_IF_NOTHING = text("""
    UPDATE call SET to_write = :says
    WHERE tenant_id = :tenant AND carrier = :carrier AND carrier_id = :carrier_id
      AND written_at IS NULL AND to_write = '[]'
""").bindparams(bindparam("says", type_=JSONB))
TO_WRITE = text("""
    UPDATE call SET written_at = :now
    WHERE tenant_id = :tenant AND written_at IS NULL AND to_write <> '[]' AND person_id IS NOT NULL
      AND (ended_at IS NOT NULL OR at < :forgotten)
    RETURNING id, person_id, to_write
""")

SAID = text("SELECT reply #>> '{reply,serial}' FROM outbox WHERE tenant_id = :tenant AND id = :id")


async def begin(desk: Desk, call: Call) -> Person:
    """Notes the call, once, and says who is speaking."""
    reached = await accounts.reach(desk, channel="voice", value=call.phone, phone=call.phone)
    values = {
        "tenant": desk.tenant,
        "carrier": call.carrier,
        "carrier_id": call.carrier_id,
        "person": reached.person.id,
    }
    if call.own_id:
        await desk.db.execute(ANSWERED, values | {"own_id": call.own_id})
    else:
        kind = "out" if call.ours else "in"
        await desk.db.execute(BEGIN, values | {"kind": kind, "phone": call.phone, "now": desk.now})
    return reached.person


async def serial_said(desk: Desk, at: Standing) -> int:
    """The number of the question that the person at the telephone has heard."""
    if at.step or not at.said_by:
        return at.serial
    said = (await desk.db.execute(SAID, {"tenant": desk.tenant, "id": at.said_by})).scalar_one_or_none()
    return int(said or 0)


async def saw_status(desk: Desk, seen: CallStatus) -> None:
    """Callbacks come in any order and more than once; a call that is over stays over."""
    rank = RANK.get(seen.status)
    if rank is None:
        return
    await desk.db.execute(
        SEEN,
        {
            "tenant": desk.tenant,
            "carrier": seen.carrier,
            "carrier_id": seen.carrier_id,
            "status": seen.status,
            "sequence": rank if seen.sequence is None else seen.sequence,
            "seconds": seen.seconds,
            "code": seen.error_code,
            "over": seen.status in OVER,
            "now": desk.now,
        },
    )


async def write_later(desk: Desk, carrier: str, carrier_id: str, says: Sequence[Say]) -> None:
    """What was agreed in the call, in the same transaction as the deal itself."""
    await _note(desk, NOTE, carrier, carrier_id, says)


async def write_unless_agreed(desk: Desk, carrier: str, carrier_id: str, say: Say) -> None:
    await _note(desk, NOTE_IF_NOTHING, carrier, carrier_id, (say,))


async def _note(desk: Desk, statement: Any, carrier: str, carrier_id: str, says: Sequence[Say]) -> None:
    which = {"tenant": desk.tenant, "carrier": carrier, "carrier_id": carrier_id}
    await desk.db.execute(statement, which | {"says": [say.to_json() for say in says]})


async def write_after(desk: Desk) -> int:
    """One message for each call that is over and has something to be read; by WhatsApp if it is open, else by SMS."""
    due = {"tenant": desk.tenant, "now": desk.now, "forgotten": desk.now - LONGEST_CALL}
    rows = (await desk.db.execute(TO_WRITE, due)).all()
    for row in rows:
        person = await people.person(desk, row.person_id)
        address = _readable(await people.addresses(desk, row.person_id), desk)
        if not address:
            continue
        channel, recipient = address
        said = sorted(map(Say.from_json, row.to_write), key=proof.is_asked_in)  # the code last: for all of it
        reply = Reply((msg("From our call:"), *said), whole=True)
        await write(
            desk,
            send_key=f"call:{row.id}",
            person=person,
            channel=channel,
            recipient=recipient,
            reply=reply,
            urgent=True,  # they have just hung up, and look for it
            logged=True,
        )
    return len(rows)


def _readable(addresses: Sequence[Address], desk: Desk) -> tuple[Channel, str] | None:
    """Not where they said stop, and not by SMS if they said stop to SMS."""
    for one in addresses:
        fresh = one.last_inbound_at and desk.now - one.last_inbound_at < WHATSAPP_WINDOW
        if one.channel == "whatsapp" and fresh and not one.opted_out and not one.closed:
            return "whatsapp", one.value
    if any(one.opted_out or one.closed for one in addresses if one.channel == "sms"):
        return None
    return next((("sms", one.phone) for one in addresses if one.phone), None)
