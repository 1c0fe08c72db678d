"""One message in, one answer out, one transaction.

Understanding comes first, outside the transaction; then the conversation is locked, the dialogue runs, the market
changes, and state, answer, log and events are written and committed together. News from the market and silences
take the same road.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID
from weakref import WeakValueDictionary

import structlog
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolIsEmpty
from sqlalchemy.ext.asyncio import AsyncEngine

import bot.channels
from bot import attachments, calls, conversations, handover, voice_notes
from bot.answers import rendered, sending, words_for
from bot.conversations import Behind, Repeated, Sending
from bot.jobs import fetch_later
from bot.message import Answer, Channel, DatabaseAway, Inbound, Outgoing
from bot.outbox.line import leaving
from bot.reaching import reachable
from bot.waiting_room import Crowd, may_wait
from flows import engine as dialogue
from flows.engine import Outcome
from flows.heard import Heard, News, VoiceNote
from flows.notices import NOTICES
from flows.say import Reply, msg
from flows.shortcodes import answering as shortcodes
from flows.shortcodes.grammar import types_commands
from flows.shortcodes.mask import masked
from flows.state import State
from flows.turn import KOLKATA, Steps
from flows.turn import Channel as DialogueChannel
from marketplace_core.accounts import Person
from marketplace_core.accounts import commands as accounts
from marketplace_core.accounts import queries as people
from marketplace_core.desk import Desk, open_desk
from marketplace_core.errors import Refused
from marketplace_core.tenants import HOUSE
from nlu.understand import Understander
from nlu.understanding import Understanding

log = structlog.get_logger()
T = TypeVar("T")

#: Digits of any script with the marks people put around them: a menu choice or an amount, no matter for a model.
ONLY_DIGITS = re.compile(r"[\d\s.,)(*#-]{1,16}")
#: What a conversation that begins anew after faults still knows.
KEPT_AFTER_FAULTS = ("serial", "quiet_on", "released", "voice_answers", "proof")
#: Kept for a person from the office, looked at by nobody else.
UNREAD = ("sticker", "film", "paper")


@dataclass(frozen=True)
class Office:
    """What a turn needs. `fits_reply`: whether the carrier of this name can put this answer into its own reply."""

    engine: AsyncEngine
    understander: Understander
    fits_reply: Callable[[str, Outgoing], bool]
    #: Called with the tenant after a commit that left something to send or to tell.
    after_commit: Callable[[int], None]
    #: Whether voice notes are listened to here, and which languages are spoken aloud.
    hears: bool = False
    speaks: Callable[[str], bool] = lambda language: False
    #: When somebody of the office is there again; None: they are there now.
    opens: Callable[[datetime], datetime | None] = lambda now: None
    tenant: int = HOUSE
    crowd: Crowd = field(default_factory=Crowd)
    queues: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    def of(self, tenant: int) -> "Office":
        return replace(self, tenant=tenant)

    def desk(self, now: datetime) -> AbstractAsyncContextManager[Desk]:
        return open_desk(self.engine, self.tenant, now)


async def take(office: Office, inbound: Inbound) -> Answer:
    """Answers one message, once, or lets it wait. Raises `DatabaseAway` when nothing could be stored."""
    came_at = asyncio.get_running_loop().time()
    async with _in_order(office, inbound.sender.value):
        if not may_wait(inbound):
            await office.crowd.opened()
            return await _answered(office, inbound)
        async with office.crowd.entered(came_at) as room:
            if room:
                return await _answered(office, inbound)
            return await _twice(lambda: _wait_outside(office, inbound))


async def _answered(office: Office, inbound: Inbound) -> Answer:
    try:
        return await _twice(lambda: _take(office, inbound))
    except DatabaseAway:
        raise
    except Behind:
        return await _twice(lambda: _wait_outside(office, inbound))
    except Exception as fault:  # whatever it is, the farmer hears an apology and nothing has changed
        log.error("turn failed", fault=type(fault).__name__, exc_info=fault)
        try:
            return await _twice(lambda: _apologise(office, inbound))
        except Repeated:
            return await _answered_before(office, inbound)


async def tell(office: Office, person: UUID, news: News, event: UUID, now: datetime) -> None:
    """Tells one person of one event, once, through their own conversation."""
    try:
        async with office.desk(now) as desk:
            await _speak(office, desk, person, Heard(news=news), ("market", f"{event}:{person}"))
    except Repeated:
        return
    office.after_commit(office.tenant)


async def wake(office: Office, person: UUID, now: datetime) -> None:
    """A silence has lasted as long as the conversation said it may."""
    async with office.desk(now) as desk:
        _, wake_at = await conversations.lock(desk, person)
        if wake_at is None or wake_at > now:  # something was heard in the meantime
            return
        await _speak(office, desk, person, Heard(silence=True), ("clock", f"{person}:{wake_at.isoformat()}"))
    office.after_commit(office.tenant)


@asynccontextmanager
async def _in_order(office: Office, sender: str) -> AsyncIterator[None]:
    """Two messages in one second: the first to arrive is understood and answered first."""
    async with office.queues.setdefault(sender, asyncio.Lock()):
        yield


async def _twice(work: Callable[[], Awaitable[T]]) -> T:
    """A turn may be run again after the database went away: its message is answered once, by its id."""
    for last in (False, True):
        try:
            return await work()
        except PoolIsEmpty as fault:  # too busy to begin: the carrier brings it again, later
            raise DatabaseAway from fault
        except (OperationalError, InterfaceError, DBAPIError, OSError) as fault:
            gone = not isinstance(fault, DBAPIError) or fault.connection_invalidated
            if not gone and not isinstance(fault, OperationalError):
                raise
            if last:
                raise DatabaseAway from fault
    raise AssertionError("unreachable")


async def _take(office: Office, inbound: Inbound) -> Answer:
    try:
        understood = await _understand(office, inbound)
        async with office.desk(inbound.received_at) as desk:
            done, outgoing, answer = await _turn(office, desk, inbound, understood)
    except Repeated:
        return await _answered_before(office, inbound)
    if done.touched_market or (outgoing and answer is None):
        office.after_commit(office.tenant)
    return Answer(answer)


async def _wait_outside(office: Office, inbound: Inbound) -> Answer:
    return Answer(await office.crowd.wait_outside(office.engine, office.tenant, inbound))


async def _answered_before(office: Office, inbound: Inbound) -> Answer:
    async with office.desk(inbound.received_at) as desk:
        return Answer(await conversations.stored_answer(desk, inbound.carrier, inbound.carrier_id))


@dataclass(frozen=True)
class Done:
    outcome: Outcome
    touched_market: bool


async def _turn(
    office: Office, desk: Desk, inbound: Inbound, understood: Understanding | None
) -> tuple[Done, Outgoing | None, str | None]:
    sender = inbound.sender
    reached = await accounts.reach(desk, channel=sender.channel, value=sender.value, phone=sender.phone)
    heard_as = inbound.carrier, inbound.carrier_id
    state, _ = await conversations.lock(
        desk, reached.person.id, heard_as, sender if may_wait(inbound) else None
    )
    kept = await attachments.keep(desk, reached.person.id, inbound.carrier, inbound.attachments)
    if kept.ids:
        await fetch_later(desk, kept.ids)
    heard = Heard(
        text=inbound.text,
        understood=understood,
        tap=inbound.tap,
        photos=kept.photos,
        location=inbound.location,
        voice=_voice(inbound),
        asked=inbound.note.serial if inbound.note else None,
        unread=any(each.kind in UNREAD for each in inbound.attachments),
        carrier_said=inbound.carrier_said,
        aloud=inbound.aloud,
    )
    channel = replace(
        _channel(sender.channel, reached.address_id, reached.opted_out, office.hears, inbound.rung),
        office_opens=office.opens(desk.now),
        call=_call(inbound),
    )
    done = await drive(desk, dialogue.turn(State.from_json(state), heard, reached.person, channel, desk.now))
    if done.outcome.wants_person:
        line = sender.phone if sender.channel == "voice" else None
        await handover.ask(desk, reached.person, sender.channel, line or sender.value, State.from_json(state))
    elif done.outcome.wants_person is False:
        await handover.end(desk, reached.person.id, "person")
    person = done.outcome.person
    if person.id != reached.person.id:
        done = await _passed_on(desk, reached.person, done.outcome, channel)
    if done.outcome.listening:
        await voice_notes.listen_later(desk, person.id, kept.voices[0], inbound, done.outcome.state)
    outgoing = rendered(sender.channel, done.outcome, office.speaks)
    in_reply = outgoing is not None and await _fits_reply(office, desk, person.id, inbound, outgoing)
    answer = outgoing.text if outgoing and in_reply else None
    await conversations.close(
        desk,
        person=person.id,
        heard=heard_as,
        state=done.outcome.state.to_json(),
        wake_after=done.outcome.wake_after,
        said=(sender.channel, _said(inbound, reached.person)),
        outgoing=outgoing,
        answer=answer,
        sending=None if in_reply or not outgoing else sending(sender.channel, sender.value, done.outcome),
        channel=sender.channel,
    )
    if (call := _call(inbound)) and done.outcome.agreed:
        await calls.write_later(desk, inbound.carrier, call, done.outcome.agreed)
    return done, outgoing, answer


async def _passed_on(desk: Desk, giver: Person, outcome: Outcome, channel: DialogueChannel) -> Done:
    """The phone went to another of the family: they are greeted in a conversation of their own."""
    await conversations.put_back(desk, giver.id, outcome.state.to_json(), outcome.wake_after)
    state, _ = await conversations.lock(desk, outcome.person.id)
    hello = Heard(understood=Understanding("greet", 1.0))
    return await drive(desk, dialogue.turn(State.from_json(state), hello, outcome.person, channel, desk.now))


async def _speak(office: Office, desk: Desk, person_id: UUID, heard: Heard, key: tuple[str, str]) -> None:
    """A turn that the bot begins: it goes out where the person was last heard and may still be written to."""
    person = await people.person(desk, person_id)
    state, _ = await conversations.lock(desk, person_id)
    opens = bool(heard.news and NOTICES[heard.news.kind].opener)
    address = reachable(await people.addresses(desk, person_id), desk.now, opens)
    name: Channel = address.channel if address else "sms"
    channel = _channel(name, None, opted_out=address is None)
    done = await drive(desk, dialogue.turn(State.from_json(state), heard, person, channel, desk.now))
    outgoing = rendered(name, done.outcome, office.speaks) if address else None
    await conversations.close(
        desk,
        person=person_id,
        heard=key,
        state=done.outcome.state.to_json(),
        wake_after=done.outcome.wake_after,
        said=None,
        outgoing=outgoing,
        answer=None,
        sending=sending(name, address.value, done.outcome, heard) if address and outgoing else None,
        channel=name,
    )


def _call(inbound: Inbound) -> str | None:
    return inbound.carrier_id.partition(":")[0] if inbound.sender.channel == "voice" else None


def _voice(inbound: Inbound) -> VoiceNote | None:
    if inbound.note:
        return "words" if inbound.note.heard else "lost"
    said = inbound.text.strip() or inbound.tap  # words beside it are the message
    return "note" if not said and any(each.kind == "voice" for each in inbound.attachments) else None


async def _fits_reply(office: Office, desk: Desk, person: UUID, inbound: Inbound, outgoing: Outgoing) -> bool:
    """No carrier waits for what the ears were asked, or for what has waited itself. A voice note goes behind its words,
    through the outbox, and so does every answer while one before it has not left. A call is answered in the call."""
    if inbound.note or inbound.waited or outgoing.voice or not office.fits_reply(inbound.carrier, outgoing):
        return False
    return inbound.sender.channel == "voice" or not await leaving(desk, person, inbound.sender.value)


def _channel(
    name: Channel, address_id: UUID | None, opted_out: bool, hears: bool = False, rung: bool = False
) -> DialogueChannel:
    photos = bot.channels.CAPABILITIES[name].photos
    return DialogueChannel(
        name,
        address_id,
        photos,
        terse=name == "sms",
        opted_out=opted_out,
        ears=hears and name == "whatsapp",
        rung=rung,
    )


async def drive(desk: Desk, steps: Steps[Outcome]) -> Done:
    """Runs the market commands the dialogue asks for, and hands refusals back to it."""
    touched = False
    try:
        request = next(steps)
        while True:
            touched = True
            try:
                result = await request.command(desk, *request.args, **request.kwargs)
            except Refused as refusal:
                request = steps.throw(refusal)
            else:
                request = steps.send(result)
    except StopIteration as end:
        return Done(end.value, touched)


async def _understand(office: Office, inbound: Inbound) -> Understanding | None:
    """Asks no model for a tap, for digits or for an agent's commands; otherwise a look at the conversation sharpens
    the reading."""
    if inbound.tap or not inbound.text.strip():
        return None
    language, expecting = None, None
    if not ONLY_DIGITS.fullmatch(inbound.text):
        async with office.desk(inbound.received_at) as desk:
            seen = await conversations.peek(desk, inbound)
        if seen.answered:
            raise Repeated
        if seen.agent and not inbound.note and shortcodes.reads(inbound.text, _day(inbound)):
            return None
        spoken = inbound.note.language if inbound.note else None
        language, expecting = spoken or seen.language, dialogue.expecting(State.from_json(seen.state))
    return await office.understander.understand(
        inbound.text, language=language, expecting=expecting, today=_day(inbound)
    )


def _day(inbound: Inbound) -> date:
    return inbound.received_at.astimezone(KOLKATA).date()


async def _apologise(office: Office, inbound: Inbound) -> Answer:
    """Our fault: the conversation stands where it stood, and the message counts as answered."""
    sender = inbound.sender
    async with office.desk(inbound.received_at) as desk:
        reached = await accounts.reach(desk, channel=sender.channel, value=sender.value, phone=sender.phone)
        state, _ = await conversations.lock(desk, reached.person.id)
        sorry = Reply((msg("Sorry, something went wrong on our side. Please send it once more."),))
        words = words_for(sender.channel, reached.person)
        outgoing = bot.channels.render(sender.channel, sorry, words)
        in_reply = await _fits_reply(office, desk, reached.person.id, inbound, outgoing)
        await conversations.close(
            desk,
            person=reached.person.id,
            heard=(inbound.carrier, inbound.carrier_id),
            state=_after_fault(state),
            wake_after=None,
            said=(sender.channel, _said(inbound, reached.person)),
            outgoing=outgoing,
            answer=outgoing.text if in_reply else None,
            sending=None if in_reply else Sending(sender.channel, sender.value),
            channel=sender.channel,
        )
    if not in_reply:
        office.after_commit(office.tenant)
    return Answer(outgoing.text if in_reply else None)


async def mend(office: Office, person: UUID, now: datetime) -> None:
    """After a fault in something the bot began: nobody waits for an answer, but the next try should succeed."""
    async with office.desk(now) as desk:
        state, _ = await conversations.lock(desk, person)
        await conversations.put_back(desk, person, _after_fault(state))


def _after_fault(state: Mapping[str, Any]) -> dict[str, Any]:
    """As it stood. A second fault in a row means that where it stands is itself the trouble: it begins anew,
    but keeps counting its questions (old buttons stay old) and leaves a person in charge in charge."""
    if not state.get("faults"):
        return {**state, "faults": 1}
    return {key: state[key] for key in KEPT_AFTER_FAULTS if key in state}


def _said(inbound: Inbound, sender: Person) -> dict[str, Any]:
    said = {
        "text": masked(inbound.text, agent=types_commands(sender.roles)),
        "tap": inbound.tap,
        "location": inbound.location,
        "attachments": len(inbound.attachments),
        "replies_to": inbound.replies_to,
        "forwarded": inbound.forwarded,
        "voice": bool(inbound.note),
    }
    return {key: value for key, value in said.items() if value}
