"""What to register: every SMS we say in its fixed words, with {#var#} for what changes.

The register wants a whole message. Questions with their own choices and sentences that stand alone come from the flows
and the catalogues; how a conversation really joined them is read from the outbox, where replies keep their blanks.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

import flows.catalogue  # noqa: F401 - fills the registry
from bot.carriers.gateway.dlt import VAR
from bot.channels import sms
from flows.agenda import AGREE, CHANGE, DROP, MENU
from flows.asks import Price
from flows.asks.price import fair_range
from flows.flow import Question
from flows.heard import Heard
from flows.languages import LANGUAGES
from flows.menu import doors
from flows.notices.bookings import CALLED_OFF, CONFIRMED
from flows.notices.notice import MY_BOOKINGS, MY_LISTINGS
from flows.registry import FLOWS
from flows.say import Option, Reply, Say, label, msg, verbatim
from flows.state import Frame, State
from flows.turn import Channel, Turn
from flows.words import Words
from locales.messages import gather
from marketplace_core.accounts import Person
from marketplace_core.desk import Desk
from marketplace_core.places.place import Place
from marketplace_core.pricing.queries import Quote
from nlu.understanding import Script

NOBODY = Person(UUID(int=0), "", "en", "native", (), None, True)
#: Who has told where they are is offered it; a village stands before its district.
IN_TOWN = Place("000000", None, "-", "", 0, 0)
IN_VILLAGE = replace(IN_TOWN, village="+")
#: What people wrote stays open; names of languages are always the same.
FIXED = {name for one in LANGUAGES.values() for name in (one.endonym, one.latin_name)}
#: Some price with all that is said of one.
QUOTE = Quote("", 0, 0, 0, "quintal", date.min, "india", "", "", 0, False)
BOOKING = msg("{what:commodity}, {amount:mass}, {total:money}: {state:state}")
#: For a value of one letter: of the plain alphabet of SMS, and in none of our texts.
SHORT = "¤"
FIELDS = ("template_id", "language", "text")

SAID = text("""
    SELECT DISTINCT reply FROM outbox WHERE tenant_id = :tenant AND channel = 'sms' AND reply IS NOT NULL LIMIT 5000
""")


class Blanks(Words):
    """Speaks like a person's words, but leaves open what changes: one blank for each value, since none holds much."""

    def __call__(self, say: Say) -> str:
        if say.context == "verbatim":
            written = str(say.blanks["text"])
            return written if written in FIXED else VAR
        return super().__call__(say)

    def get_field(self, field_name: str, args: Any, kwargs: Any) -> tuple[Any, str]:
        return kwargs.get(field_name), field_name

    def format_field(self, value: Any, format_spec: str) -> str:
        if value and format_spec == "list":
            return ", ".join(self._one(Say.from_json(each)) for each in value)
        return _place(value) if value and format_spec == "place" else VAR

    def _one(self, say: Say) -> str:
        """A value of a list is a blank whatever is said in it, but a village and its district are two."""
        said = self(say)
        return VAR if said.replace(VAR, "").strip(", ") else said


class Short(Words):
    """Says the same with one letter in each blank."""

    def __call__(self, say: Say) -> str:
        return Blanks(self.language, self.script)(say).replace(VAR, SHORT)


def _place(place: Mapping[str, Any]) -> str:
    village = place.get("village")
    return VAR if village in (None, "", place["district"]) else f"{VAR}, {VAR}"


Row = tuple[str, str, str]


def rows(now: datetime, language: str | None = None) -> Iterator[Row]:
    """Without ids yet: those are the register's to give."""
    nobody, *told = (
        Turn(replace(NOBODY, place=place), Channel("sms", terse=True), State(), Heard(), now)
        for place in (None, IN_TOWN, IN_VILLAGE)
    )
    replies = [*_questions(nobody), *_sentences(), *_together(nobody), *_reviews()]
    replies += [reply for turn in told for reply in _questions(turn)]
    for code, script in _tongues():
        if language in (None, code):
            yield from _each(replies, code, script)


async def rows_said(desk: Desk) -> list[Row]:
    """As conversations really went, in the languages they had."""
    found = (await desk.db.execute(SAID, {"tenant": desk.tenant})).scalars()
    return [
        row
        for kept in found
        for row in _each([Reply.from_json(kept["reply"])], kept["language"], kept["script"])
    ]


def _each(replies: Iterable[Reply], language: str, script: Script) -> Iterator[Row]:
    name = f"{language}_{script}" if script == "latin" else language
    for reply in replies:
        for page in dict.fromkeys(_pages(reply, language, script)):
            if page.replace(VAR, "").strip(" .,:\n0123456789"):
                yield "", name, page


def _pages(reply: Reply, language: str, script: Script) -> Iterator[str]:
    """Where a long answer is cut depends on what stands in its blanks: with long values, and with short ones."""
    yield from sms.pages(reply, Blanks(language, script))
    for page in sms.pages(reply, Short(language, script)):
        yield page.replace(SHORT, VAR)


def _tongues() -> list[tuple[str, Script]]:
    return [(language.code, script) for language in LANGUAGES.values() for script in language.scripts]


def _questions(turn: Turn) -> Iterator[Reply]:
    """Those whose choices are always the same; where the market is asked for them, each message is another."""
    for flow in FLOWS.values():
        for ask in flow.asks:
            put = ask.question(turn, Frame(flow.name))
            try:
                next(put)
            except StopIteration as asked:
                if isinstance(asked.value, Question):
                    yield Reply(asked.value.parts, asked.value.options)
            except KeyError:  # it speaks of what was said before
                continue


def _sentences() -> Iterator[Reply]:
    for each in gather():
        if each.context is None and isinstance(each.id, str):
            yield Reply((Say(each.id),))


def _reviews() -> Iterator[Reply]:
    """A blank for each answer, and one more for the village; what may be left out may be missing."""
    for flow in FLOWS.values():
        if flow.review:
            fewest = sum(not ask.optional for ask in flow.asks)
            for many in range(fewest, len(flow.asks) + 2):
                lines = [verbatim("").to_json()] * many
                yield Reply((msg("Please check:"), msg("{lines:list}", lines=lines)), (AGREE, CHANGE, DROP))


def _together(turn: Turn) -> Iterator[Reply]:
    """What a sale and a booking say in one message; a test sends every SMS of a whole sale through the register."""
    yield Reply((msg("Namaste {name}! What would you like to do?"),), doors(turn))
    likely = Option("likely", msg("{price:rate}"))
    for ask in (ask for flow in FLOWS.values() for ask in flow.asks if isinstance(ask, Price)):
        yield Reply((fair_range(QUOTE), ask.text), (likely,))
        yield Reply((fair_range(replace(QUOTE, likely=None)), ask.text))
    yield Reply((msg("Published. Your listing is {code}."),), (MY_LISTINGS,))
    for place in (IN_TOWN, IN_VILLAGE):
        yield Reply(
            (
                msg(
                    "{what:commodity}, {amount:mass} at {price:rate} = {total:money}. Place: {place:place}.",
                    place=place.to_json(),
                ),
                msg("Shall I book it? The farmer then has 24 hours to confirm."),
            ),
            (AGREE, CHANGE, DROP),
        )
    yield Reply(
        (msg("Booked, waiting for the farmer: {code}."), msg("I write to you when the farmer answers.")),
        (MY_BOOKINGS, MENU),
    )
    yield Reply(
        (msg("{name} wants to book your {code}."), BOOKING, msg("Please answer within 24 hours.")),
        (Option("yes", label("Confirm")), Option("no", label("Refuse"))),
    )
    pickup = Option("agree_pickup", label("Pickup day"))
    yield Reply((msg("Confirmed: {code}. I tell the buyer."),), (pickup, MY_BOOKINGS, MENU))
    for news in (CONFIRMED, CALLED_OFF):
        yield Reply((news, BOOKING), (MY_BOOKINGS, MENU))
