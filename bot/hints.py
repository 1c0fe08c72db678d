"""Words that an answer may well hold, for ears that only hear: by what is being asked, in the caller's own letters."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from flows.say import Say
from flows.words import words_of
from marketplace_core.commodities import COMMODITIES
from nlu.languages import lines
from nlu.understanding import Expecting

#: Said at any moment, whatever is being asked.
ALWAYS = ("repeat", "menu", "back", "cancel", "talk_to_human", "help")
FORMS_OF_EACH = 3
YES_OR_NO = ("affirm", "deny")
FORMS_OF_YES = 8
#: Kinds of the word lists, by what is being asked.
KINDS: Mapping[Expecting, tuple[str, ...]] = {
    "quantity": ("number", "unit", "multiplier"),
    "price": ("number", "currency", "unit", "multiplier"),
    "date": ("date_rel_days", "weekday", "month", "number"),
}


def hints(expecting: Expecting | None, labels: Sequence[str], language: str) -> tuple[str, ...]:
    """What is likeliest comes first: the carrier takes some hundred and no more."""
    return tuple(dict.fromkeys((*labels, *_asked(expecting, language), *_always(language))))


def language_names(heard_as: str) -> tuple[str, ...]:
    """What ears of one language make of the names of all."""
    return tuple(_first_forms(heard_as)["language_name"].values())


@cache
def _asked(expecting: Expecting | None, language: str) -> tuple[str, ...]:
    if expecting == "yes_no":
        return tuple(_forms_of(YES_OR_NO, language, FORMS_OF_YES))
    if expecting in (None, "commodity"):
        return _crops(language)
    kinds = KINDS.get(expecting, ())
    return tuple(form for kind in kinds for form in _first_forms(language).get(kind, {}).values())


def _crops(language: str) -> tuple[str, ...]:
    """ "Sorghum (jowar)" has two names."""
    words = words_of(language, "native")
    named = (words(Say(each.name, context="commodity")) for each in COMMODITIES.values())
    return tuple(name for names in named for name in re.split(r"\s*[()]\s*", names) if name)


@cache
def _always(language: str) -> tuple[str, ...]:
    return tuple(_forms_of(ALWAYS, language, FORMS_OF_EACH))


def _forms_of(intents: Sequence[str], language: str, most: int) -> Iterator[str]:
    for of, (intent, forms) in _rules():
        if of == language and intent in intents:
            yield from [form for form in forms.split("|") if _own_letters(form, language)][:most]


@cache
def _rules() -> tuple[tuple[str, list[str]], ...]:
    return tuple(lines("rules"))


@cache
def _first_forms(language: str) -> Mapping[str, Mapping[str, str]]:
    """By kind and meaning, the form that stands first; the others are how people slip."""
    found: dict[str, dict[str, str]] = {}
    for of, (kind, meaning, _script, form) in lines("lexicon"):
        if of == language and _own_letters(form, language):
            found.setdefault(kind, {}).setdefault(meaning, form)
    return found


def number_of(words: str, language: str) -> int | None:
    """ "दो" is 2; what is more than one small number is None."""
    return _small_numbers(language).get(" ".join(words.split()).strip(" .।?!").casefold())


@cache
def _small_numbers(language: str) -> Mapping[str, int]:
    return {
        form.casefold(): int(meaning)
        for of, (kind, meaning, _script, form) in lines("lexicon")
        if of == language and kind == "number" and meaning in map(str, range(1, 11))
    }


def _own_letters(form: str, language: str) -> bool:
    return form.isascii() == (language == "en") and form not in "yn"
