"""Notices as WhatsApp lets us begin with them: approved templates, made of the catalogues' own sentences.

A template's name carries a fingerprint of its words. A changed translation is another template, which has to be
approved anew; until it is, the notice goes by SMS and never with words in the wrong blanks.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bot.carriers.port import Opening
from bot.channels.text import cut, one_line, units
from flows.heard import News
from flows.languages import LANGUAGES
from flows.notices import NOTICES
from flows.notices.notice import Opener
from flows.say import Reply, Say, msg
from flows.words import Words, words_of
from marketplace_core.accounts import Person

#: It stands first and last in every template, for none may begin or end with a blank.
HEAD, CLOSING = "Mandi Mitra:", msg("Tap the button to go on.")
LONGEST_VALUE = 100
#: Meta's limits for templates, in UTF-16 units.
LONGEST_BODY, LONGEST_TITLE = 1024, 20
BLANK = re.compile(r"\{\{(\d+)\}\}")

#: What Meta is shown in the blanks.
SAMPLES: Mapping[str, Any] = {
    "code": "B7QK2M",
    "name": "Asha",
    "what": "onion",
    "sum": 1_250_000,
    "amount": {"kg": 4000, "unit": "quintal"},
    "price": {"paise": 245_000, "per": "quintal"},
    "day": "2026-11-24",
    "grade": "A",
    "begin": "08:00",
    "end": "10:00",
}


@dataclass(frozen=True)
class Template:
    """One notice in one language."""

    name: str
    language: str
    body: str
    samples: tuple[str, ...]
    title: str
    payload: str


def template(opener: Opener, language: str) -> Template:
    words = words_of(language, "native")
    body, blanks = _numbered(words, opener.text)
    title, payload = words(opener.button.label), opener.button.deed or ""
    fingerprint = hashlib.sha256("\n".join((body, title, payload)).encode()).hexdigest()[:6]
    samples = tuple(words.format_field(SAMPLES[name], spec) for name, spec in blanks)
    name = f"{_kind(opener).replace('.', '_')}_{language}_{fingerprint}"
    return Template(name, language, body, samples, title, payload)


def templates() -> list[Template]:
    """Every notice that may begin a conversation, in every language; several that say the same share one."""
    openers = dict.fromkeys(_kind(notice.opener) for notice in NOTICES.values() if notice.opener)
    found = (NOTICES[kind].opener for kind in openers)
    return [template(opener, language) for opener in found if opener for language in LANGUAGES]


def _kind(opener: Opener) -> str:
    return next(kind for kind, notice in NOTICES.items() if notice.opener is opener)


def notice_of(news: News, reply: Reply | None, person: Person) -> dict[str, Any]:
    """What the outbox keeps of a notice beside its words."""
    opening = _opening(news, reply, person.language) if reply else None
    return {"urgent": NOTICES[news.kind].urgent, **({"opener": asdict(opening)} if opening else {})}


def _opening(news: News, reply: Reply, language: str) -> Opening | None:
    opener = NOTICES[news.kind].opener
    said = _said(opener, reply) if opener else None
    if opener is None or said is None:
        return None
    one, words = template(opener, language), words_of(language, "native")
    values = [
        cut(one_line(words.format_field(said.blanks[name], spec)), LONGEST_VALUE)
        for name, spec in _numbered(words, said)[1]
    ]
    if not all(values):
        return None
    return Opening(one.name, values, BLANK.sub(lambda blank: values[int(blank[1]) - 1], one.body))


def _said(opener: Opener, reply: Reply) -> Say | None:
    """The sentence of the template among those of the notice, with its blanks filled."""
    said = next((part for part in reply.parts if part.text == opener.text.text), None)
    return said or (None if "{" in opener.text.text else opener.text)


def _numbered(words: Words, say: Say) -> tuple[str, list[tuple[str, str]]]:
    """The body with its blanks numbered in the order of this language, and what goes into each."""
    blanks: list[tuple[str, str]] = []
    sentence = ""
    for before, name, spec in words.pieces(say):
        sentence += before
        if name:
            if (name, spec) not in blanks:
                blanks.append((name, spec))
            sentence += f"{{{{{blanks.index((name, spec)) + 1}}}}}"
    return f"{HEAD} {sentence}\n{words(CLOSING)}", blanks


def faults(one: Template) -> Sequence[str]:
    """What Meta would refuse; it says no more than "rejected", and a rejected name is lost."""
    blanks = [int(number) for number in BLANK.findall(one.body)]
    own_words = len(BLANK.sub(" ", one.body).split())
    bare = one.body.strip()
    found = {
        "the body is too long": units(one.body) > LONGEST_BODY,
        "it begins with a blank": BLANK.match(bare),
        "it ends with a blank": re.search(r"\}\}\W*$", bare),
        "two blanks stand side by side": re.search(r"\}\}\s*\{\{", one.body),
        "the blanks are not numbered in order": sorted(set(blanks)) != [*range(1, len(one.samples) + 1)],
        "too few words for its blanks": own_words < 2 * len(set(blanks)) + 1,
        "a blank has no sample": not all(one.samples),
        "the button is empty or too long": not 0 < units(one.title) <= LONGEST_TITLE,
        "the button says nothing to us": not one.payload,
    }
    return [fault for fault, there in found.items() if there]
