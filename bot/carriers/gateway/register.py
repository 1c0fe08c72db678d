"""What to register: every SMS we say in its fixed words, with {#var#} for what changes.

The register wants a whole message. Questions with their own choices and sentences that stand alone come from the flows
and the catalogues; how a conversation really joined them is read from the outbox, where replies keep their blanks.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

import flows.catalogue  # noqa: F401 - fills the registry
from bot.carriers.gateway.dlt import VAR
from bot.channels import sms
from flows.agenda import AGREE, CHANGE, DROP
from flows.flow import Question
from flows.heard import Heard
from flows.languages import LANGUAGES
from flows.menu import doors
from flows.registry import FLOWS
from flows.say import Reply, Say, msg
from flows.state import Frame, State
from flows.turn import Channel, Turn
from flows.words import Words
from locales.messages import gather
from marketplace_core.accounts import Person
from marketplace_core.desk import Desk
from nlu.understanding import Script

NOBODY = Person(UUID(int=0), "", "en", "native", (), None, True)
#: What people wrote stays open; names of languages are always the same.
FIXED = {name for one in LANGUAGES.values() for name in (one.endonym, one.latin_name)}
FIELDS = ("template_id", "language", "text")

SAID = text("""
    SELECT DISTINCT reply FROM outbox WHERE tenant_id = :tenant AND channel = 'sms' AND reply IS NOT NULL LIMIT 5000
""")


class Blanks(Words):
    """Speaks like a person's words, but leaves open what changes."""

    def __call__(self, say: Say) -> str:
        if say.context == "verbatim":
            written = str(say.blanks["text"])
            return written if written in FIXED else VAR
        return super().__call__(say)

    def get_field(self, field_name: str, args: Any, kwargs: Any) -> tuple[Any, str]:
        return "", field_name

    def format_field(self, value: Any, format_spec: str) -> str:
        return VAR


Row = tuple[str, str, str]


def rows(now: datetime, language: str | None = None) -> Iterator[Row]:
    """Without ids yet: those are the register's to give."""
    turn = Turn(NOBODY, Channel("sms", terse=True), State(), Heard(), now)
    replies = [*_questions(turn), *_sentences(), *_together(turn)]
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
    words = Blanks(language, script)
    name = f"{language}_{script}" if script == "latin" else language
    for reply in replies:
        for page in sms.pages(reply, words):
            if page.replace(VAR, "").strip(" .,:\n0123456789"):
                yield "", name, page


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


def _together(turn: Turn) -> Sequence[Reply]:
    return (
        Reply((msg("Please check:"), msg("{lines:list}")), (AGREE, CHANGE, DROP)),
        Reply((msg("Namaste {name}! What would you like to do?"),), doors(turn)),
    )
