"""Who waits for a person of the office, what it is about, what the office writes, and giving them back to the bot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast
from uuid import UUID, uuid4

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from bot import conversations
from bot.message import Channel
from bot.outbox.writing import write
from flows.agenda import PASSING
from flows.flow import Flow
from flows.languages import LANGUAGES
from flows.registry import FLOWS
from flows.say import Reply, msg
from flows.state import Frame, State
from flows.words import Words, words_of
from marketplace_core.accounts import Person
from marketplace_core.accounts import queries as people
from marketplace_core.desk import Desk
from marketplace_core.errors import NotFound

#: So much of what was said is shown to whoever takes over.
TRANSCRIPT = 20

OPEN = text("""
    INSERT INTO handover (tenant_id, person_id, channel, address, summary, at)
    VALUES (:tenant, :person, :channel, :address, :summary, :now)
    ON CONFLICT (tenant_id, person_id) WHERE ended_at IS NULL
    DO UPDATE SET channel = excluded.channel, address = excluded.address
""").bindparams(bindparam("summary", type_=JSONB))

END = text("""
    UPDATE handover SET ended_at = :now, ended_by = :by
    WHERE tenant_id = :tenant AND person_id = :person AND ended_at IS NULL
    RETURNING id
""")

WAITING = text("""
    SELECT id, person_id, channel, address, at, taken_at, summary FROM handover
    WHERE tenant_id = :tenant AND ended_at IS NULL ORDER BY at, id LIMIT :most
""")

ONE = text("""
    SELECT id, person_id, channel, address, at, taken_at, summary FROM handover
    WHERE tenant_id = :tenant AND id = :id AND ended_at IS NULL
""")

SAID = text("""
    SELECT direction, channel, at, body FROM message
    WHERE tenant_id = :tenant AND person_id = :person ORDER BY at DESC, direction DESC, id DESC LIMIT :most
""")

TAKE = text("""
    UPDATE handover SET taken_at = coalesce(taken_at, :now), taken_by = :operator
    WHERE tenant_id = :tenant AND id = :id AND ended_at IS NULL RETURNING id
""")
#: Where the office's words may arrive: what is answered there is for the office.
ARRIVES = {"whatsapp": ("whatsapp", "sms"), "sms": ("sms",), "voice": ("sms",)}

#: A shared phone reaches everybody of the family, whoever of them speaks there now.
REACHED = """(
        SELECT tenant_id, person_id, value, phone FROM address
        UNION
        SELECT tenant_id, profile.person_id, value, phone
        FROM profile JOIN address USING (tenant_id) WHERE address.id = profile.address_id
    ) AS address"""

WAITS = text(f"""
    SELECT handover.person_id FROM handover JOIN {REACHED} USING (tenant_id, person_id)
    WHERE handover.tenant_id = :tenant AND ended_at IS NULL
      AND (address.phone = :person OR address.value = :person)
""")  # noqa: S608 - our own words

#: The bot says by itself that it is back, and puts the open question again.
GIVE_BACK = text("""
    UPDATE conversation SET state = state - 'quiet_on' || '{"released": true}', wake_at = :now
    WHERE tenant_id = :tenant AND person_id = :person
""")


@dataclass(frozen=True)
class Handover:
    """`summary`: a line each for who it is, what was under way, what was asked last, what was not understood."""

    id: UUID
    person_id: UUID
    channel: str
    address: str
    since: datetime
    taken_at: datetime | None
    summary: tuple[str, ...]


@dataclass(frozen=True)
class Said:
    by: Literal["person", "bot"]
    channel: str
    at: datetime
    words: str


async def ask(desk: Desk, person: Person, channel: str, address: str, before: State) -> None:
    """Who asks again while they wait keeps their place; the answer comes where they asked last."""
    about = {"channel": channel, "address": address, "summary": summary(before, person)}
    await desk.db.execute(OPEN, {"tenant": desk.tenant, "person": person.id, "now": desk.now, **about})


async def end(desk: Desk, person_id: UUID, by: Literal["person", "office"]) -> bool:
    bound = {"tenant": desk.tenant, "person": person_id, "now": desk.now, "by": by}
    return (await desk.db.execute(END, bound)).first() is not None


def summary(state: State, person: Person) -> list[str]:
    """By rule and in English, as the office reads it."""
    english = words_of("en", "native")
    language = LANGUAGES.get(person.language, LANGUAGES["en"]).latin_name
    letters = " in English letters" if person.script == "latin" else ""
    place = english(msg("{place:place}", place=person.place.to_json())) if person.place else None
    lines = [", ".join(part for part in (person.name or "Not joined yet", place, language + letters) if part)]
    under_way = [frame for frame in state.frames if frame.flow in FLOWS and frame.flow not in PASSING]
    lines += [_under_way(english, FLOWS[frame.flow], frame) for frame in reversed(under_way)]
    if under_way and state.last:
        lines.append(f"Asked last: {english(state.last.parts[-1])}")
    return lines + [f"Not understood: “{words}”" for words in state.missed]


def _under_way(english: Words, flow: Flow, frame: Frame) -> str:
    known = [
        f"{english(ask.name)}: {english(ask.show(frame.slots[ask.slot]))}"
        for ask in flow.asks
        if ask.slot in frame.slots
    ]
    return "; ".join((f"In the middle of {english(flow.title)}", *known))


async def handovers(desk: Desk, most: int = 100) -> list[Handover]:
    """Longest first."""
    rows = await desk.db.execute(WAITING, {"tenant": desk.tenant, "most": most})
    return [_handover(row) for row in rows]


async def handover(desk: Desk, handover_id: UUID) -> Handover:
    row = (await desk.db.execute(ONE, {"tenant": desk.tenant, "id": handover_id})).one_or_none()
    if row is None:
        raise NotFound("handover")
    return _handover(row)


def _handover(row: Any) -> Handover:
    return Handover(row.id, row.person_id, row.channel, row.address, row.at, row.taken_at, tuple(row.summary))


async def transcript(desk: Desk, person_id: UUID) -> list[Said]:
    """What was said last, in its order."""
    rows: Sequence[Any] = (
        await desk.db.execute(SAID, {"tenant": desk.tenant, "person": person_id, "most": TRANSCRIPT})
    ).all()
    return [
        Said("person" if row.direction == "in" else "bot", row.channel, row.at, _words(row.body))
        for row in reversed(rows)
    ]


def _words(body: Mapping[str, Any]) -> str:
    """What came without words is named."""
    if body.get("text"):
        return str(body["text"])
    if body.get("location"):
        return "[a place on the map]"
    return "[a photo or voice note]" if body.get("attachments") else ""


async def answer(desk: Desk, waits: Handover, operator_id: UUID, words: str) -> None:
    """Written to where they asked; who asked in a call gets it by SMS. Where it arrives the bot keeps quiet until the
    end, also where it went on because the office was closed."""
    person = await people.person(desk, waits.person_id)
    state, _ = await conversations.lock(desk, person.id)
    taken = {"tenant": desk.tenant, "id": waits.id, "now": desk.now, "operator": operator_id}
    if (await desk.db.execute(TAKE, taken)).first() is None:  # they came back to the bot a moment ago
        raise NotFound("handover")
    quiet = {*state.get("quiet_on", ()), *ARRIVES[waits.channel]}
    await conversations.put_back(desk, person.id, {**state, "quiet_on": sorted(quiet)})
    channel = cast(Channel, ARRIVES[waits.channel][0])
    reply = Reply((msg("Our office: {words}", words=words),))
    await write(
        desk,
        send_key=f"office:{uuid4()}",
        person=person,
        channel=channel,
        recipient=waits.address,
        reply=reply,
        urgent=True,
        logged=True,
    )


async def give_back(desk: Desk, person_id: UUID) -> bool:
    """From the office to the bot; False when nobody waits there."""
    if not await end(desk, person_id, "office"):
        return False
    await desk.db.execute(GIVE_BACK, {"tenant": desk.tenant, "person": person_id, "now": desk.now})
    return True


async def release(desk: Desk, person: str) -> bool:
    """`person` is a phone number or an address; False when nobody waits for a person there."""
    found = await desk.db.execute(WAITS, {"person": person, "tenant": desk.tenant})
    return any([await give_back(desk, each) for each in set(found.scalars())])
