"""Numbers in digits and in words: 2500, ढाई हज़ार, two and a half thousand, ಎರಡೂವರೆ ಸಾವಿರ."""

import re
from dataclasses import dataclass
from functools import lru_cache

from nlu import lexicon
from nlu.lexicon import Hit
from nlu.values.message import Message

#: "k" may be a "ke" there; None: nobody knows yet whose words they are.
_OF_IS_K = ("hi", "mr", "pa", None)
#: They multiply only what is written right before them, and only small numbers: "5k", but not "2500 k".
_LETTER_MULTIPLIERS = {"k": 1_000, "l": 100_000, "cr": 10_000_000}
#: Two numbers so near to each other are from the one to the other: "ten twelve".
_NEAR = 10
#: Who says tens and ones in two words; the others say "give me twenty" with the word for two ("bees do").
_TENS_APART = ("en", "kn", "ml", "ta", "te")
_SHORTEST_STEM = {True: 5, False: 3}
_THOUSANDS_OR_DECIMALS = re.compile(r"[1-9]\d{0,2}\.\d{3}")


@dataclass(frozen=True)
class Numeral:
    """`other` is the second way to read 2.500; `sure` is false for a lone word that may be no number at all.

    `power` is what the last word multiplied by: a thousand in "teen hazar", one in "3000".
    """

    value: float
    end: int
    sure: bool = True
    other: float | None = None
    power: int = 1


def numeral_at(message: Message, at: int) -> Numeral | None:
    """The number that begins at `at`, as long as it goes."""
    if message.kind(at) != "number" and not _may_begin_one(message.key(at)):
        return None
    total, current, end, last_power = 0.0, None, at, float("inf")
    other, power_last_said = None, 1
    while end < len(message.words) and message.free(end, end + 1):
        step = _operand(message, end)
        if step and _joins(current, step, message, end):
            value, length = step
            if current is not None and _leaves_out_hundred(current, message, end):
                current *= 100
            if current is None and total == 0 and _THOUSANDS_OR_DECIMALS.fullmatch(message.key(end)):
                other = value * 1000
            current = value if current is None else current + value
            end, power_last_said = end + length, 1
            continue
        power = _multiplier(message, end, current)
        if power and power[0] < last_power and (current is not None or total == 0):
            factor, length = power
            if factor == 100:
                current = (current or 1) * 100
            else:
                total += (current or 1) * factor
                current, last_power = None, factor
            end, power_last_said = end + length, factor
            other = None
            continue
        more = message.find(end, "half_more")
        if more and current is not None and current == int(current):
            current += float(more.canonical)
            end += more.length
            continue
        link = _link(message, end, current)
        if not link:
            break
        end += link
    if end == at:
        return None
    if power_last_said > 1 and (rest := _rest_after_and(message, end)):
        current, end, power_last_said = (current or 0) + rest.value, rest.end, 1
    sure = end - at > 1 or not message.says(at, "number_or_word")
    value = _plain(total + (current or 0))
    return Numeral(value, end, sure, _plain(other) if other else None, power_last_said)


def _link(message: Message, at: int, current: float | None) -> int:
    """How long is what stands inside a number: the hyphen of "twenty-five", the Punjabi "about" of "dhai ku sau"."""
    if message.key(at) == "-" and _hyphenated(message, at):
        return 1
    counter = message.find(at, "counter") if current is not None and message.kind(at) == "word" else None
    if counter is None or _counted(message, at) or not message.find(at + counter.length, "multiplier"):
        return 0
    return counter.length


def _rest_after_and(message: Message, at: int) -> Numeral | None:
    """ "two hundred and twenty"; the second of "two hundred and three hundred" is a number of its own."""
    if not (message.key(at) == "and" and message.language in ("en", None) and message.kind(at + 1) == "word"):
        return None
    rest = numeral_at(message, at + 1)
    return rest if rest and rest.value < 100 and rest.value == int(rest.value) else None


@lru_cache(maxsize=32768)
def _may_begin_one(word: str) -> bool:
    return any(
        lexicon.begins(word, kind)
        for kind in ("number", "multiplier", "fraction", "fraction_op", "half_more")
    ) or any(_inflected(word, stem.language) for stem in lexicon.stems(word, "number_ending"))


def _operand(message: Message, at: int) -> tuple[float, int] | None:
    if message.kind(at) == "number":
        return float(message.key(at)[:15]), 1
    if message.kind(at) != "word":
        return None
    whole = _counted(message, at)
    op = message.find(at, "fraction_op")
    if op and not (whole and whole[1] > op.length):
        after = at + op.length
        counted = _counted(message, after)
        if counted:
            return counted[0] + float(op.canonical) * _counted_in(counted[0]), op.length + counted[1]
        if op.canonical != "+0.5":
            return 1 + float(op.canonical), op.length
    if fraction := message.find(at, "fraction"):
        return _of_its_language(message, fraction, at + fraction.length), fraction.length
    return whole


def _of_its_language(message: Message, fraction: Hit, after: int) -> float:
    """ "arai hajar" is Bengali, "arai" alone may be Tamil: the word that it multiplies tells."""
    senses = lexicon.all_of("multiplier").get(message.key(after), ())
    counting = {sense.language for sense in senses}
    same = [sense.canonical for sense in fraction.senses if sense.language in counting]
    return float((same or [fraction.canonical])[0])


def _counted_in(number: float) -> int:
    """ "sadhe teen" is half a one more, "sadhe teensau" half a hundred, साडेतीनहजार half a thousand."""
    return next((power for power in (1000, 100) if number >= power and number % power == 0), 1)


def _counted(message: Message, at: int) -> tuple[float, int] | None:
    if message.kind(at) == "number":
        return float(message.key(at)[:15]), 1
    number = message.find(at, "number")
    if number:
        return float(number.canonical), number.length
    inflected = _inflected(message.key(at), message.language) if message.kind(at) == "word" else None
    return (inflected, 1) if inflected else None


def _inflected(word: str, language: str | None) -> float | None:
    """മുപ്പത്തിയാറിന് is "for 36", இருபத்திரண்டரை 22½: only in the speaker's own language, and of long words."""
    for stem in lexicon.stems(word, "number_ending"):
        if stem.language == language and len(stem.text) >= _SHORTEST_STEM[word.isascii()]:
            for sense in lexicon.of_stem(stem.text, "number"):
                if sense.language == language:
                    return float(sense.canonical) + (0.5 if stem.canonical == "+0.5" else 0)
    return None


def _joins(current: float | None, step: tuple[float, int], message: Message, at: int) -> bool:
    """Whether "do sau" + "pachas", "twenty" + "five" are one number; "12" + "15" are two.

    Nothing is added to figures: "2500 do" asks to be given them, "2000 paanch sau" is two prices.
    """
    if current is None:
        return True
    value = step[0]
    if value <= 0 or value != int(value):
        return False
    if message.kind(at - 1) == "number":
        return False
    if _leaves_out_hundred(current, message, at):
        return True
    if current >= 100 and current % 100 == 0:
        return value < 100 and not _counts_hundreds(message, at + step[1])
    return current % 100 >= 20 and _are_tens_and_ones(message, at)


def _leaves_out_hundred(current: float, message: Message, at: int) -> bool:
    """ "twenty one fifty" is 2150, "one fifty" 150; but "ten twelve" is from ten to twelve."""
    before, here = _said_in("en", message, at - 1), _said_in("en", message, at)
    if before is None or here is None or not 1 <= current < 100:
        return False
    return current % (10 if before < 10 else 100) == before and here >= 10 and not 0 < here - current <= _NEAR


def _said_in(language: str, message: Message, at: int) -> float | None:
    """The number that this word alone is in that language."""
    if message.kind(at) != "word":
        return None
    senses = lexicon.all_of("number").get(message.key(at), ())
    return next((float(sense.canonical) for sense in senses if sense.language == language), None)


def _are_tens_and_ones(message: Message, at: int) -> bool:
    """ "twenty five", "ఇరవై ఐదు"; in Hindi and its sisters each number below a hundred is a word of its own."""
    before = at - 2 if message.key(at - 1) == "-" else at - 1
    for language in _TENS_APART:
        tens, ones = _said_in(language, message, before), _said_in(language, message, at)
        if tens and ones and tens >= 20 and tens % 10 == 0 and ones < 10:
            return True
    return False


def _counts_hundreds(message: Message, at: int) -> bool:
    """In "sau do sau" the second word counts the hundreds of another number."""
    hit = message.find(at, "multiplier") if message.kind(at) == "word" else None
    return hit is not None and hit.canonical == "100"


def _multiplier(message: Message, at: int, current: float | None) -> tuple[int, int] | None:
    key = message.key(at)
    if key in _LETTER_MULTIPLIERS:
        small = current is not None and current < 1000 and message.kind(at - 1) == "number"
        return (_LETTER_MULTIPLIERS[key], 1) if small and not _means_of(message, at) else None
    hit = message.find(at, "multiplier")
    if not hit or int(hit.canonical) == 20:
        return None
    if current is None and lexicon.says("number_or_word", key):
        return None
    if int(hit.canonical) == 100 and current is not None and current >= 100:
        return None
    return int(hit.canonical), hit.length


def _means_of(message: Message, at: int) -> bool:
    """In "12 k hisab se" the k is the Hindi "of"; who writes "9k next month" knows no such word."""
    if message.language not in _OF_IS_K:
        return False
    following = message.key(at + 1)
    counted = any(lexicon.says(kind, following) for kind in ("unit", "currency", "per"))
    return lexicon.says("ordinary", following) and not counted


def _hyphenated(message: Message, at: int) -> bool:
    """ "twenty-five", not "12-15"."""
    before, after = message.kind(at - 1), message.kind(at + 1)
    if before != "word" or after != "word":
        return False
    tens = lexicon.find(message.words, at - 1, "number", "en")
    ones = lexicon.find(message.words, at + 1, "number", "en")
    return bool(tens and ones and float(tens.canonical) >= 20 and float(ones.canonical) < 10)


def _plain(value: float) -> float:
    return int(value) if value == int(value) else round(value, 6)
