"""From a `Say` to words of one language: catalogues, Indian numbers, money, units and dates.

Catalogues are read once per process from the `.po` files themselves, so a translator's change needs no build step.
"""

import string
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

import locales
from flows.languages import LANGUAGES, locale_of
from flows.say import Say
from marketplace_core.commodities import COMMODITIES
from nlu.understanding import Script

#: CLDR groups mr_IN by thousands and writes some languages in native digits; farmers read 12,34,567 everywhere.
INDIAN_GROUPING = "#,##,##0.###"
#: Languages in Latin letters borrow the day and month names of this locale.
LATIN_DATES = "en_IN"


@cache
def catalogue(locale: str) -> GNUTranslations:
    path = Path(locales.__file__).parent / locale / "LC_MESSAGES" / "mandi.po"
    compiled = BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source, locale=locale.partition("_")[0]))
    compiled.seek(0)
    return GNUTranslations(compiled)


class Words(string.Formatter):
    """Speaks one language in one script: `words(msg("Welcome, {name}.", name="Asha"))`."""

    def __init__(self, language: str, script: Script) -> None:
        if language not in LANGUAGES:
            language, script = "en", "native"
        self.language, self.script = language, script
        self.locale = locale_of(language, script)
        self.dates = LATIN_DATES if script == "latin" or language == "en" else f"{language}_IN"
        self._catalogue = catalogue(self.locale)

    def __call__(self, say: Say) -> str:
        if say.context == "verbatim":
            return str(say.blanks["text"])
        return self.vformat(self._translated(say), (), say.blanks)

    def _translated(self, say: Say) -> str:
        entries, n = self._catalogue, say.blanks.get("n", 1)
        if say.plural:
            return (
                entries.npgettext(say.context, say.text, say.plural, n)
                if say.context
                else (entries.ngettext(say.text, say.plural, n))
            )
        return entries.pgettext(say.context, say.text) if say.context else entries.gettext(say.text)

    def pieces(self, say: Say) -> list[tuple[str, str | None, str]]:
        """The sentence with its blanks still empty: fixed words, then the blank behind them and its formatter."""
        return [(before, name, spec or "") for before, name, spec, _ in self.parse(self._translated(say))]

    def get_field(self, field_name: str, args: Any, kwargs: Mapping[str, Any]) -> tuple[Any, str]:
        return kwargs[field_name], field_name  # names only: no attributes, no indexing from a catalogue

    def format_field(self, value: Any, format_spec: str) -> str:
        if not format_spec:
            return self.number(value) if isinstance(value, int) else str(value)
        return FORMATTERS[format_spec](self, value)

    def number(self, value: int | float | Decimal) -> str:
        return format_decimal(value, format=INDIAN_GROUPING, locale="en_IN")

    def money(self, paise: int) -> str:
        whole = "#,##,##0" if paise % 100 == 0 else "#,##,##0.00"
        return f"₹{format_decimal(Decimal(paise) / 100, format=whole, locale='en_IN')}"


def _commodity(words: Words, commodity_id: str) -> str:
    known = COMMODITIES.get(commodity_id)
    return words(Say(known.name, context="commodity")) if known else commodity_id


def _mass(words: Words, mass: Mapping[str, Any]) -> str:
    """{"kg": 12000, "unit": "t"}: in the unit that was spoken, as the person would say it."""
    one, many, kg_each = MASS_UNITS[mass["unit"]]
    amount = (Decimal(mass["kg"]) / kg_each).normalize()
    said = Say(one, {"n": int(amount) if amount == int(amount) else 2}, "mass", many)
    return words._translated(said).replace("{n}", words.number(amount))


def _rate(words: Words, rate: Mapping[str, Any]) -> str:
    """{"paise": 25000, "per": "quintal"}: ₹250 a quintal."""
    return words(Say(RATES[rate["per"]], {"price": words.money(rate["paise"])}, "rate"))


def _day(words: Words, day: str) -> str:
    return format_date(date.fromisoformat(day), "EEE d MMM", locale=words.dates)


def _dated(words: Words, day: str) -> str:
    return format_date(date.fromisoformat(day), "d MMM y", locale=words.dates)


def _place(words: Words, place: Mapping[str, Any]) -> str:
    village, district = place.get("village"), place["district"]
    name = village if not village or village == district else f"{village}, {district}"
    return f"{name or district} {place['pincode']}"


def _language(words: Words, code: str) -> str:
    """In the letters of the sentence it stands in: a native name would triple the price of a Latin SMS."""
    native = words.script == "native" and words.language == code
    return LANGUAGES[code].endonym if native else LANGUAGES[code].latin_name


def _nested(words: Words, said: Mapping[str, Any]) -> str:
    return words(Say.from_json(said))


def _lines(words: Words, lines: Sequence[Mapping[str, Any]]) -> str:
    return "\n".join(words(Say.from_json(line)) for line in lines)


def _list(words: Words, said: Sequence[Mapping[str, Any]]) -> str:
    return ", ".join(words(Say.from_json(each)) for each in said)


def _state(words: Words, state: str) -> str:
    return words(Say(STATES[state], context="state"))


MASS_UNITS = {
    "kg": ("{n} kilogram", "{n} kilograms", 1),
    "quintal": ("{n} quintal", "{n} quintals", 100),
    "t": ("{n} tonne", "{n} tonnes", 1000),
}
RATES = {"kg": "{price} a kilogram", "quintal": "{price} a quintal", "t": "{price} a tonne"}
STATES = {
    "active": "for sale",
    "booked": "fully booked",
    "sold": "sold",
    "expired": "run out",
    "cancelled": "cancelled",
    "draft": "not published",
    "pending": "waiting for an answer",
    "confirmed": "confirmed",
    "in_transit": "on the way",
    "delivered": "delivered",
    "completed": "completed",
    "disputed": "in dispute",
}
FORMATTERS: dict[str, Callable[[Words, Any], str]] = {
    "commodity": _commodity,
    "mass": _mass,
    "rate": _rate,
    "money": Words.money,
    "day": _day,
    "dated": _dated,
    "place": _place,
    "language": _language,
    "say": _nested,
    "state": _state,
    "lines": _lines,
    "list": _list,
}


@cache
def words_of(language: str, script: Script) -> Words:
    return Words(language, script)


def read_catalogues() -> None:
    """Now rather than while the first of each language waits."""
    for language in LANGUAGES.values():
        for script in language.scripts:
            words_of(language.code, script)
