"""Numbers as they are said: 2450 is "two thousand four hundred fifty", 2.5 is ढाई.

Each language has a table in `numerals/`. Its lines: the words from 0 to 99; hundreds, alone and before more; for a
thousand, a lakh and a crore the word for one and for many, alone and before more ("{stem}" is the number without its
last vowel); a hundred alone and the thousands that have a word of their own; and what stands around numbers.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path

#: From so many on a number is no amount that anybody says; its digits are read out.
MOST = 10**9
POWERS = ((10**7, "crore"), (10**5, "lakh"), (1000, "thousand"))
HALF = Decimal("0.5")


@cache
def _table(language: str) -> Mapping[str, Sequence[str]]:
    path = Path(__file__).parent / "numerals" / f"{language}.tsv"
    lines = (line.split("\t") for line in path.read_text().splitlines())
    return {name: words for name, *words in lines}


def word(language: str, name: str) -> str:
    return _table(language)[name][0]


def said(number: int | Decimal, language: str) -> str:
    whole = int(number)
    if whole >= MOST:
        return digits(str(whole), language)
    rest = abs(Decimal(number) - whole)
    if rest == HALF:
        return _and_a_half(whole, language)
    words = _whole(whole, language)
    if rest:
        places = f"{rest.normalize():f}".partition(".")[2]
        words = f"{words} {word(language, 'point')} {digits(places, language)}"
    return words


def digits(text: str, language: str) -> str:
    """One by one, as a pincode or a phone number is said."""
    return " ".join(_below_hundred(int(digit), language) for digit in text)


def _whole(number: int, language: str) -> str:
    table, words = _table(language), list[str]()
    if number == 100 and "100" in table:
        return table["100"][0]
    for power, name in POWERS:
        count, number = divmod(number, power)
        if not count:
            continue
        own = table.get(str(count * power))
        if own:
            words.append(own[bool(number)])
            continue
        one, many, one_before, many_before = table[name]
        pattern = (one_before if count == 1 else many_before) if number else (one if count == 1 else many)
        words.append(_counted(pattern, count, language))
    hundreds, number = divmod(number, 100)
    if hundreds:
        words.append(table["hundred+" if number else "hundred"][hundreds - 1])
    if number or not words:
        words.append(_below_hundred(number, language))
    return " ".join(words)


def _below_hundred(number: int, language: str) -> str:
    return _table(language)[str(number // 10 * 10)][number % 10]


def _and_a_half(whole: int, language: str) -> str:
    one, two, more = _table(language)["half"]
    if whole in (1, 2):
        return (one, two)[whole - 1]
    if whole == 0:
        return f"{_whole(0, language)} {word(language, 'point')} {_below_hundred(5, language)}"
    return _counted(more, whole, language)


def _counted(pattern: str, count: int, language: str) -> str:
    words = _whole(count, language)
    return pattern.format(n=words, stem=words[:-1])
