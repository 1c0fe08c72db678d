"""When: an ISO day, or {"from": …, "to": …}; counted from the day that the message arrived in India."""

import re
from dataclasses import replace
from datetime import date, timedelta

from nlu import lexicon
from nlu.lexicon import Hit
from nlu.normalise import Word
from nlu.values.message import Found, Message
from nlu.values.numerals import numeral_at
from nlu.values.ranges import says_up_to

_CENTURY = 2000
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})")
_YEAR = re.compile(r"(?:20)?[2-3]\d")
#: One of so many months in a row has the day, unless no month has it.
_MONTHS = 3


def find(message: Message) -> list[Found]:
    found: list[Found] = []
    at = 0
    while at < len(message.words):
        here = _read(message, at) if message.free(at, at + 1) else None
        if here:
            found.append(here)
        at = here.end if here else at + 1
    return found


def _read(message: Message, at: int) -> Found | None:
    for reader in (_written, _dotted, _span, _after_days, _days_of_month):
        if here := reader(message, at):
            return Found("date", (here[0],), at, _past_fillers(message, here[1]))
    if here := _one_day(message, at):
        day, end = _until(message, *here) or here
        return Found("date", (day,), at, _past_fillers(message, end))
    return None


def _one_day(message: Message, at: int) -> tuple[str, int] | None:
    return _day_of_month(message, at) or _relative(message, at) or _weekday(message, at)


def _until(message: Message, day: str, end: int) -> tuple[dict[str, str], int] | None:
    """ "25 nov se 28 nov", "somvar se budhvar", "நவம்பர் 25 முதல் 28 வரை"."""
    said = says_up_to(message, end)
    if not said or message.says(end, "or"):
        return None
    last = _one_day(message, end + said) or _bare_day(message, day, end + said)
    return ({"from": day, "to": last[0]}, last[1]) if last and day < last[0] else None


def _bare_day(message: Message, since: str, at: int) -> tuple[str, int] | None:
    """The 28 of "nov 25 to 28": of the same month, and followed by nothing that it could count."""
    number = _day_number(message, at)
    follows = message.kind(number[1]) if number else ""
    if number is None or (follows and not message.says(number[1], "date_filler")):
        return None
    first = date.fromisoformat(since)
    day = _day(first.year, first.month, number[0])
    return (day, number[1]) if day else None


def _past_fillers(message: Message, end: int) -> int:
    """The part of the day and "from" / "on" belong to it: "kal subah se"."""
    while end < len(message.words):
        part = message.find(end, "day_part")
        if part:
            end += part.length
        elif message.says(end, "date_filler"):
            end += 1
        else:
            break
    return end


def _written(message: Message, at: int) -> tuple[str, int] | None:
    """15/11, 15-11-2026, 2026-11-15."""
    parts = [message.key(at + i) for i in range(5)]
    numbers = parts[0::2]
    if parts[1] not in ("/", "-") or not numbers[0].isdigit() or not numbers[1].isdigit():
        return None
    with_year = parts[3] == parts[1] and numbers[2].isdigit()
    if with_year and len(numbers[0]) == 4:
        day = _day(int(numbers[0]), int(numbers[1]), int(numbers[2]))
        return (day, at + 5) if day else None
    if with_year and len(numbers[2]) in (2, 4):
        year = int(numbers[2]) + (_CENTURY if len(numbers[2]) == 2 else 0)
        day = _day(year, int(numbers[1]), int(numbers[0]))
        return (day, at + 5) if day else None
    asked = message.expecting == "date"
    if numbers[0] == numbers[1] and not asked:
        return None  # "5/5" is full marks
    if with_year or (parts[1] == "-" and not asked) or max(map(len, numbers[:2])) > 2:
        return None
    day = _coming(message, int(numbers[1]), int(numbers[0]))
    return (day, at + 3) if day else None


def _dotted(message: Message, at: int) -> tuple[str, int] | None:
    """15.11.2026; 15.11.26 and 15.11 look like a decimal and are a day only when one is asked for."""
    found = _DOTTED.fullmatch(message.key(at))
    if found is None:
        return None
    day, month, year = int(found[1]), int(found[2]), message.key(at + 1)
    asked = message.expecting == "date"
    if _YEAR.fullmatch(year) and (len(year) == 4 or asked):
        written = _day(_CENTURY + int(year[-2:]), month, day)
        return (written, at + 2) if written else None
    coming = _coming(message, month, day) if asked else None
    return (coming, at + 1) if coming else None


def _span(message: Message, at: int) -> tuple[dict[str, str] | str, int] | None:
    hit = message.find(at, "date_range")
    if not hit:
        return None
    first, last = _days_of(message.today, hit.canonical)
    end = at + hit.length
    day = _day_of(message, last, end) if hit.canonical.endswith("month") else None
    return day or ({"from": first.isoformat(), "to": last.isoformat()}, end)


def _days_of(today: date, span: str) -> tuple[date, date]:
    monday = today - timedelta(days=today.weekday())
    first_of_next = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    last_of_next = (first_of_next + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return {
        "this_week": (today, monday + timedelta(days=6)),
        "next_week": (monday + timedelta(days=7), monday + timedelta(days=13)),
        "this_month": (today, first_of_next - timedelta(days=1)),
        "next_month": (first_of_next, last_of_next),
    }[span]


def _day_of(message: Message, month: date, at: int) -> tuple[str, int] | None:
    """The 27th of "this month 27th", of "agle mahine ki 27 tarikh"."""
    number = _day_number(message, at + message.says(at, "of"))
    marked = message.find(number[1], "day_of_month") if number else None
    if not number or not marked:
        return None
    day = _day(month.year, month.month, number[0])
    return (day, number[1] + marked.length) if day else None


def _after_days(message: Message, at: int) -> tuple[str, int] | None:
    """ "2 din baad", "in 3 days", "ಎರಡು ದಿನ ಆದ ಮೇಲೆ", "10 days ago"."""
    start = at + 1 if message.key(at) in ("in", "after", "within") else at
    number = numeral_at(message, start)
    unit = _day_unit(message, number.end) if number else None
    if not number or not unit:
        return None
    end = number.end + unit.length
    days = round(number.value * int(unit.canonical))
    after = message.find(end, "day_after")
    ago = message.find(end, "day_ago")
    if ago:
        return _shifted(message.today, -days), end + ago.length
    said_after = after or start > at or unit.ending or _stem_of_after(message, end - 1)
    if not said_after and message.expecting != "date":
        return None
    return _shifted(message.today, days), end + (after.length if after else 0)


def _day_unit(message: Message, at: int) -> Hit | None:
    """ "din", "दिवसांनी": a day, week or month, with the ending for "after" or without."""
    unit = message.find(at, "day_unit")
    return unit or (_stem_of_after(message, at) if message.kind(at) == "word" else None)


def _stem_of_after(message: Message, at: int) -> Hit | None:
    """The day of "rojullo" and "divsanantar", "in so many days"."""
    for stem in lexicon.stems(message.key(at), "after_ending"):
        if message.language in (stem.language, None):
            bare = (Word(stem.text, stem.text, "word"),)
            if unit := lexicon.find(bare, 0, "day_unit", message.language):
                return replace(unit, ending=stem.ending)
    return None


def _days_of_month(message: Message, at: int) -> tuple[dict[str, str], int] | None:
    """ "22-25 tarikh", "15 se 20 november": from the one to the other."""
    first = _day_number(message, at)
    if not first:
        return None
    said = says_up_to(message, first[1])
    last = _day_of_month(message, first[1] + (said or 1))
    # The Punjabi "25 ton 28 nov vich" are days, for all that "ton" is also a tonne.
    if not last or not (said or (message.says(first[1], "up_to") and message.find(last[1], "between"))):
        return None
    until = date.fromisoformat(last[0])
    since = _day(until.year, until.month, first[0])
    return ({"from": since, "to": last[0]}, last[1]) if since and since < last[0] else None


def _day_of_month(message: Message, at: int) -> tuple[str, int] | None:
    """ "15 tarikh", "15th", "15 nov", "nov 15", "15 नवंबर 2026"."""
    month = _month_at(message, at)
    if month and (after := _day_number(message, month[1])):
        return _in_its_year(message, month[0], after[0], after[1])
    counted = _day_number(message, at)
    if counted is None:
        return None
    number, end = counted
    hyphen = message.key(end) == "-"  # 15-ാം
    marked = message.find(end + hyphen, "day_of_month")
    end += hyphen + marked.length if marked else 0
    if message.key(end) in ("of", "ko", "को") and _month_at(message, end + 1):
        end += 1
    month = _month_at(message, end)
    if month:
        return _in_its_year(message, month[0], number, month[1])
    of = message.find(end + 1, "date_range") if message.key(end) == "of" else None  # "5th of next month"
    if marked and of and of.canonical.endswith("month"):
        last = _days_of(message.today, of.canonical)[1]
        day = _day(last.year, last.month, number)
        return (day, end + 1 + of.length) if day else None
    if marked and (day := _coming_day_of_month(message, number)):
        return day, end
    return None


def _in_its_year(message: Message, month: int, number: int, end: int) -> tuple[str, int] | None:
    """The year may be said after day and month."""
    year = message.key(end)
    if len(year) == 4 and year.isdigit():
        day, end = _day(int(year), month, number), end + 1
    else:
        day = _coming(message, month, number)
    return (day, end) if day else None


def _day_number(message: Message, at: int) -> tuple[int, int] | None:
    """A day of a month, in digits or in words, and where it ends."""
    if message.kind(at) == "number":
        return (
            (int(message.key(at)), at + 1)
            if len(message.key(at)) <= 2 and message.key(at).isdigit()
            else None
        )
    number = numeral_at(message, at)
    return (int(number.value), number.end) if number and number.value in range(1, 32) else None


def _month_at(message: Message, at: int) -> tuple[int, int] | None:
    if message.kind(at) != "word":
        return None
    hit = message.find(at, "month")
    return (int(hit.canonical), at + hit.length) if hit else None


def _relative(message: Message, at: int) -> tuple[str, int] | None:
    hit = message.find(at, "date_rel_days")
    if not hit or not _counts(message, at, hit):
        return None
    written = hit.canonical
    if written == "now":  # "taiyar hai", "abhi tak": a day only for who is asked for one
        return (_shifted(message.today, 0), at + hit.length) if message.expecting == "date" else None
    days = int(written.lstrip("~"))
    if written.startswith("~") and message.past:
        days = -days
    return _shifted(message.today, days), at + hit.length


def _weekday(message: Message, at: int) -> tuple[str, int] | None:
    hit = message.find(at, "weekday")
    # "budh ko": whatever else the word means, on it something happens
    if not hit or not (_counts(message, at, hit) or message.says(at + hit.length, "date_filler")):
        return None
    ahead = (int(hit.canonical) - message.today.weekday()) % 7 or 7
    return _shifted(message.today, ahead - 7 if message.past else ahead), at + hit.length


def _counts(message: Message, at: int, hit: Hit) -> bool:
    languages = {sense.language for sense in hit.senses}
    doubted = lexicon.doubtful("day_or_word", message.key(at), languages, message.language)
    behind = message.past and hit.canonical.startswith("-")
    return hit.length > 1 or message.expecting == "date" or behind or not doubted


def _coming(message: Message, month: int, day: int) -> str | None:
    """This year's day, or next year's when it has passed by more than half a year; the last one, looking back."""
    today = message.today
    here = _day(today.year, month, day)
    if message.past:
        return here if here and here <= today.isoformat() else _day(today.year - 1, month, day)
    if here is None or date.fromisoformat(here) < today - timedelta(days=180):
        return _day(today.year + 1, month, day)  # or this year has no 29 February
    return here


def day_of_month(message: Message, day: float) -> str | None:
    """The next time that the month has this day; the last time, when the speaker looks back."""
    if day != int(day):
        return None
    return _coming_day_of_month(message, int(day))


def _coming_day_of_month(message: Message, day: int) -> str | None:
    first, today = message.today.replace(day=1), message.today.isoformat()
    for _ in range(_MONTHS):
        here = _day(first.year, first.month, day)
        if here and (here <= today if message.past else here >= today):
            return here
        first = (first + timedelta(days=-1 if message.past else 32)).replace(day=1)
    return None


def _day(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except (ValueError, OverflowError):
        return None


def _shifted(today: date, days: int) -> str:
    return (today + timedelta(days=max(-3650, min(3650, days)))).isoformat()
