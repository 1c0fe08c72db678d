"""A phone call, step by step: what is said next and what is listened for, whoever carries the call.

Between two steps nothing is kept in memory: `Standing` travels in the address that the carrier calls back, and signs.
"""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from bot import calls, conversations, turn
from bot.calls import Call, Standing
from bot.hints import hints, language_names, number_of
from bot.message import Address, DatabaseAway, Inbound
from bot.numbers import Numbers
from bot.office_hours import OfficeLine
from bot.turn import Office
from flows import engine as dialogue
from flows.agenda import HELLO, MENU, PERSON
from flows.languages import LANGUAGES
from flows.say import Say, msg
from flows.state import State
from flows.turn import KOLKATA
from flows.words import words_of
from marketplace_core.accounts import commands as accounts
from marketplace_core.desk import Desk
from nlu.understanding import Expecting

#: The carrier hangs up after fifteen seconds without an answer from us.
SECONDS_TO_ANSWER = 10
#: Before a language is known: Hindi and Kannada first, as on our posters; English has the last key.
LANGUAGE_KEYS = dict(
    zip("1234567890", ("hi", "kn", "pa", "mr", "te", "ta", "bn", "gu", "ml", "en"), strict=True)
)
#: What listens while the languages are named: a carrier hears in one language at a time.
MENU_EARS = "hi"
#: While nobody knows the caller's language.
ANY_LANGUAGE = ("hi", "kn", "en")
#: Where one key is a whole answer, so that nobody waits for a second one.
BY_ONE_KEY: tuple[Expecting | None, ...] = (None, "choice", "yes_no", "commodity", "date")
#: The question about recording, kept word for word with the consent.
RECORDING = (
    msg("If you speak now, your words are recorded so that a person can hear them."),
    msg("The recording is deleted after 30 days. To agree press 1. To leave it hang up."),
)
NOTHING_HEARD = msg("You called us and I could not hear you. Write here what you want to sell or ask.")

Then = Literal["step", "language", "consent", "record", "dial", "goodbye"]


@dataclass(frozen=True)
class Pressed:
    """What the carrier heard: keys, or words, or neither."""

    keys: str = ""
    words: str = ""


@dataclass(frozen=True)
class Next:
    """What is said, each text in its language, and what follows it."""

    said: tuple[tuple[str, str], ...]
    then: Then
    at: Standing
    hints: tuple[str, ...] = ()
    one_key: bool = False


@dataclass(frozen=True)
class Switchboard:
    office: Office
    numbers: Numbers
    line: OfficeLine
    clock: Callable[[], datetime]

    async def begin(self, call: Call, at: Standing) -> Next:
        """Raises `NobodysNumber`. Whoever has chosen a language before is greeted in it at once."""
        if not call.own_id:
            at = replace(at, tenant=await self.numbers.tenant_of("voice", call.number))
        async with self._desk(at) as desk:
            person = await calls.begin(desk, call)
        if not (person.registered or person.language != "en"):
            return self._languages(at)
        return await self._greet(call, replace(at, language=person.language))

    async def choose_language(self, call: Call, at: Standing, pressed: Pressed) -> Next:
        chosen = LANGUAGE_KEYS.get(pressed.keys[-1:]) or await self._named(pressed.words)
        if not chosen:
            again = replace(at, silences=at.silences + 1)
            return self._languages(again) if not at.silences else self.goodbye(at)
        async with self._desk(at) as desk:
            await self._speak(desk, call, chosen)
        begun, at = at.step > 0, replace(at, language=chosen, silences=0)
        return await (self._turn(call, at, words="repeat") if begun else self._greet(call, at))

    async def hear(self, call: Call, at: Standing, pressed: Pressed) -> Next:
        """One key or sentence; silence is a step of its own."""
        if not at.step:  # we rang to say something, and this is the first that is heard
            async with self._desk(at) as desk:
                await calls.begin(desk, call)
        keys = pressed.keys
        if not keys and not pressed.words:
            return await self._silence(call, at)
        if "*" in keys:
            return self._languages(replace(at, silences=0))
        if keys == "0":
            return await self._turn(call, at, tap=PERSON.deed)
        words = keys or _as_key(pressed.words, at)
        if words.isdecimal() and not await self._heard_the_question(call, at):
            return await self._turn(call, at, words="repeat")
        return await self._turn(call, at, words=words, aloud=not keys)

    async def consent(self, call: Call, at: Standing, pressed: Pressed) -> Next:
        """Nothing is recorded without key 1 after the notice; what was said stays with the consent."""
        words = words_of(at.language, "native")
        if pressed.keys != "1":
            return Next(
                ((words(msg("A person from our office will call you back.")), at.language),), "goodbye", at
            )
        async with self._desk(at) as desk:
            reached = await accounts.reach(desk, channel="voice", value=call.phone, phone=call.phone)
            await accounts.give_consent(
                desk,
                reached.person.id,
                purpose="recording",
                language=at.language,
                wording=" ".join(words(part) for part in RECORDING),
                channel="voice",
            )
        return Next(self._said(at, msg("Speak after the tone. When you are done press hash.")), "record", at)

    def recorded(self, at: Standing) -> Next:
        thanks = msg("Thank you. A person from our office will call you back.")
        return Next(self._said(at, thanks), "goodbye", at)

    async def connected(self, call: Call, at: Standing, taken: bool) -> Next:
        """Somebody of the office spoke with them, or nobody took the call."""
        if not taken:
            return self._leave_a_message(at)
        return await self._turn(call, at, tap=MENU.deed)

    def away(self, at: Standing) -> Next:
        """Our fault: nothing was stored. Once they may say it again at once, then later."""
        if at.step and not at.silences:
            again = self._said(at, msg("Sorry, something went wrong on our side. Please say it once more."))
            return Next(again, "step", replace(at, silences=1))
        later = msg("Sorry, we have a fault just now. Please call again in a few minutes.")
        return Next(self._said(at, later), "goodbye", at)

    def goodbye(self, at: Standing) -> Next:
        return Next(self._said(at, msg("I hear nothing. Please call again. Goodbye.")), "goodbye", at)

    def without_number(self) -> Next:
        hidden = msg("I cannot see your number. Please call again and let your number be shown.")
        return Next(self._said(Standing(), hidden), "goodbye", Standing())

    def nobodys(self) -> Next:
        return Next(self._said(Standing(), msg("This number is not in service yet.")), "goodbye", Standing())

    # ---- inside

    def _desk(self, at: Standing) -> AbstractAsyncContextManager[Desk]:
        return self.office.of(at.tenant).desk(self.clock())

    def _said(self, at: Standing, *says: Say) -> tuple[tuple[str, str], ...]:
        languages = (at.language,) if at.language else ANY_LANGUAGE
        return tuple((words_of(each, "native")(say), each) for each in languages for say in says)

    def _languages(self, at: Standing) -> Next:
        """Each in its own voice. Names may also be spoken; one language hears them all, and writes them its own way."""
        offered = tuple(
            (
                words_of(code, "native")(
                    msg("For {choice}, press {key}.", choice=LANGUAGES[code].endonym, key=int(key))
                ),
                code,
            )
            for key, code in LANGUAGE_KEYS.items()
        )
        return Next(offered, "language", at, language_names(MENU_EARS), one_key=True)

    async def _named(self, words: str) -> str | None:
        if not words.strip():
            return None
        understood = await self.office.understander.understand(
            words, language=MENU_EARS, expecting="choice", today=self.clock().astimezone(KOLKATA).date()
        )
        named = understood.values.get("language")
        return named if named in LANGUAGES else None

    async def _speak(self, desk: Desk, call: Call, language: str) -> None:
        """Who reads their language in Latin letters goes on reading it so."""
        reached = await accounts.reach(desk, channel="voice", value=call.phone, phone=call.phone)
        same = reached.person.language == language
        script = reached.person.script if same else "native"
        await accounts.set_language(desk, reached.person.id, language=language, script=script)

    async def _greet(self, call: Call, at: Standing) -> Next:
        greeting = await self._turn(call, at, tap=HELLO)
        keys = self._said(
            at, msg("For another language press star. For a person press zero. Hash says it again.")
        )
        return replace(greeting, said=(*greeting.said, *keys))

    async def _turn(
        self, call: Call, at: Standing, *, words: str = "", tap: str | None = None, aloud: bool = False
    ) -> Next:
        """The same turn as on every channel; its answer must come within this very reply."""
        at = replace(at, step=at.step + 1, silences=0)
        office = self.office.of(at.tenant)
        inbound = Inbound(
            carrier=call.carrier,
            carrier_id=f"{call.carrier_id}:{at.step}",
            sender=Address("voice", call.phone, call.phone),
            recipient=call.number,
            received_at=self.clock(),
            text=words,
            tap=tap,
            aloud=aloud,
            rung=call.ours,
        )
        try:
            async with asyncio.timeout(SECONDS_TO_ANSWER):
                answer = await turn.take(office, inbound)
                async with self._desk(at) as desk:
                    seen = await conversations.peek(desk, inbound)
        except TimeoutError as fault:
            raise DatabaseAway from fault
        state = State.from_json(seen.state)
        language = seen.language if seen.language in LANGUAGES else at.language
        serial = state.last.serial if state.last else 0
        at = replace(at, language=language or "en", choices=len(state.options), serial=serial, said_by=None)
        if "voice" in state.quiet_on:
            return self._to_a_person(at, answer.text)
        return self._ask(at, answer.text, state)

    async def _heard_the_question(self, call: Call, at: Standing) -> bool:
        """Something else may have been asked meanwhile, by another message: no key answers what was not heard."""
        step, address = f"{call.carrier_id}:{at.step + 1}", Address("voice", call.phone, call.phone)
        async with self._desk(at) as desk:
            seen = await conversations.peek(
                desk, Inbound(call.carrier, step, address, call.number, self.clock())
            )
            last = State.from_json(seen.state).last
            return seen.answered or (last.serial if last else 0) == await calls.serial_said(desk, at)

    def _ask(self, at: Standing, text: str | None, state: State) -> Next:
        expecting = dialogue.expecting(state)
        words = words_of(at.language, "native")
        labels = tuple(words(option.label) for option in state.options)
        said = ((text, at.language),) if text else self._said(at, msg("Please speak, or press a key."))
        one_key = expecting in BY_ONE_KEY and 0 < len(labels) < 10
        return Next(said, "step", at, hints(expecting, labels, at.language), one_key)

    def _to_a_person(self, at: Standing, text: str | None) -> Next:
        said = ((text, at.language),) if text else ()
        if self.line.open(self.clock()):
            return Next(said, "dial", at)
        offered = self._leave_a_message(at)
        return replace(offered, said=(*said, *offered.said))

    def _leave_a_message(self, at: Standing) -> Next:
        nobody = msg("Nobody can take the call now. You can leave a message.")
        return Next(self._said(at, nobody, *RECORDING), "consent", at, one_key=True)

    async def _silence(self, call: Call, at: Standing) -> Next:
        """Said once more, then how to answer, then goodbye: a line left open costs the caller."""
        step = f"{call.carrier_id}:{at.step}"
        address = Address("voice", call.phone, call.phone)
        probe = Inbound(call.carrier, step, address, call.number, self.clock())
        async with self._desk(at) as desk:
            seen = await conversations.peek(desk, probe)
            known = await conversations.stored_answer(desk, call.carrier, step) if seen.answered else None
            if not at.step:
                return Next(self._said(at, msg("Goodbye.")), "goodbye", at)
            if at.silences >= 2 or not seen.answered:
                await calls.write_unless_agreed(desk, call.carrier, call.carrier_id, NOTHING_HEARD)
                return Next(
                    self._said(at, msg("I hear nothing. I write to you by SMS. Goodbye.")), "goodbye", at
                )
        again = self._ask(replace(at, silences=at.silences + 1), known, State.from_json(seen.state))
        if at.silences:
            return replace(
                again, said=self._said(at, msg("Please speak, or press a key. Hash says it again."))
            )
        return replace(again, said=(*self._said(at, msg("I did not hear you.")), *again.said))


def _as_key(words: str, at: Standing) -> str:
    """ "Two", where choices were named by number, is key 2."""
    number = number_of(words, at.language)
    return str(number) if number and number <= at.choices else words
