"""A written message as it is said aloud: amounts and prices as words, codes letter by letter, no signs.

Both mouths use it: the voice notes and the calls. The text must be in the language's own letters.
"""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache

import regex
from babel.dates import get_day_names, get_month_names

from bot.channels.text import clean
from bot.speech import counting

_EMOJI = regex.compile(
    r"[\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Regional_Indicator}\ufe0f\u200d]+(?<![\d#*])"
)
_ADDRESS = regex.compile(r"https?://\S+")
#: A letter for the kind and five with a digit among them: `marketplace_core/codes.py`.
_CODE = regex.compile(r"(?<![\w-])(?=[A-Z]*\d)[A-Z][A-Z2-9]{5}(?![\w-])")
_MARK = regex.compile(r"(?m)^[ \t]*[-–—•*·>]+[ \t]+")
_MONEY = regex.compile(r"(?:₹|\bRs\.?)[ \u00a0]?(\d[\d,]*)(?:\.(\d{1,2}))?(?!\d)")
_PERCENT = regex.compile(r"(\d[\d,]*(?:\.\d+)?)[ \u00a0]?%")
_PHONE = regex.compile(r"\+\d[\d -]{8,}\d")
_RANGE = regex.compile(r"(?<=\d)[ ]?[–-][ ]?(?=₹?\d)")
_CLOCK = regex.compile(r"(?<!\d)(\d{1,2}):(\d{2})(?!\d)")
_NUMBER = regex.compile(r"\d[\d,]*(?:\.\d+)?")
_YEARS = range(1900, 2100)
#: Signs that a voice would name, and what it shall do instead: a pause.
_SIGNS = regex.compile(r"[*_~`#|<>{}\[\]\\^=]+")
_LONE_STOP = regex.compile(r"\s+([.,:;!?।])")
_PAUSES = regex.compile(r"[ \t]*\n[\s]*")
_ENDED = regex.compile(r"[.,:;!?।…]\s*$")


def spoken(text: str, language: str) -> str:
    """A line is a sentence: the voice takes breath there."""
    said = _ADDRESS.sub(" ", clean(text))
    said = _MARK.sub("", _EMOJI.sub(" ", said))
    said = _with_full_names(said, language)
    said = _CODE.sub(lambda code: _spelt(code[0], language), said)
    said = _PHONE.sub(lambda phone: counting.digits(regex.sub(r"\D", "", phone[0]), language), said)
    said = _CLOCK.sub(lambda time: time[1] if time[2] == "00" else f"{time[1]} {time[2]}", said)
    said = _RANGE.sub(f" {counting.word(language, 'to')} ", said)
    said = _MONEY.sub(lambda money: _money(money[1], money[2], language), said)
    said = _PERCENT.sub(lambda share: _filled(language, "percent", _number(share[1], language)), said)
    said = _NUMBER.sub(lambda number: _number(number[0], language), said)
    return _sentences(_LONE_STOP.sub(r"\1", _SIGNS.sub(" ", said)), language)


def _spelt(code: str, language: str) -> str:
    return ", ".join(counting.digits(sign, language) if sign.isdigit() else sign for sign in code) + ","


def _money(rupees: str, paise: str | None, language: str) -> str:
    whole, part = int(rupees.replace(",", "")), int((paise or "0").ljust(2, "0"))
    words = []
    if whole or not part:
        words.append(
            counting.word(language, "rupee")
            if whole == 1
            else _filled(language, "rupees", counting.said(whole, language))
        )
    if part:
        words.append(_filled(language, "paise", counting.said(part, language)))
    return " ".join(words)


def _filled(language: str, name: str, number: str) -> str:
    return counting.word(language, name).format(n=number)


def _number(written: str, language: str) -> str:
    """Our amounts from a thousand on are grouped by commas: longer ones without are codes, read digit by digit."""
    bare = written.rstrip(",")
    after = written[len(bare) :]
    plain = bare.replace(",", "")
    code = bare.isdecimal() and (len(bare) > 3 or (len(bare) > 1 and bare.startswith("0")))
    if code and int(bare) not in _YEARS:
        return counting.digits(bare, language) + after
    return counting.said(Decimal(plain), language) + after


def _with_full_names(text: str, language: str) -> str:
    """ "Sat 3 May" is said as "Saturday 3 May"."""
    names = _short_names(language)
    pattern = _dates(language)
    return pattern.sub(lambda date: " ".join(names.get(word, word) for word in date[0].split()), text)


@cache
def _short_names(language: str) -> Mapping[str, str]:
    locale = f"{language}_IN"
    pairs: dict[str, str] = {}
    for names in (get_day_names, get_month_names):
        short, full = names("abbreviated", locale=locale), names("wide", locale=locale)
        pairs |= {short[each]: full[each] for each in short}
    return pairs


@cache
def _dates(language: str) -> "regex.Pattern[str]":
    words = "|".join(regex.escape(short) for short in sorted(_short_names(language), key=len, reverse=True))
    return regex.compile(rf"(?<!\w)(?:(?:{words}),? )?\d{{1,2}} (?:{words})(?![\w\p{{M}}])")


def _sentences(text: str, language: str) -> str:
    stop = "।" if language in ("hi", "bn", "pa") else "."
    lines = (" ".join(line.split()) for line in _PAUSES.split(text.strip()))
    return " ".join(line if _ENDED.search(line) else line + stop for line in lines if line)
