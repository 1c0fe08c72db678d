"""Days and sums that the speaker will not have: "not this week, come next week", "1900 is low, make it 2100"."""

from itertools import pairwise

from nlu import lexicon
from nlu.values.message import Found, Message
from nlu.values.ranges import says_up_to

#: "mugiyalla", it does not end; but "bella" is jaggery.
_SHORTEST_VERB = 3


def refused(message: Message, found: list[Found]) -> list[Found]:
    """Those of which another remains; looking back, "nahi aaya" says of a day and a sum that nothing came."""
    if message.past:
        return []
    return [*_refused_days(message, found), *_refused_sums(message, found)]


def _refused_days(message: Message, found: list[Found]) -> list[Found]:
    days = [here for here in found if here.name == "date"]
    return _unless_all(
        [day for day, end in _with_ends(message, days) if _says_no(message, day.end, end)], days
    )


def _refused_sums(message: Message, found: list[Found]) -> list[Found]:
    """In a bid the sum of which they say "karo" or "give me", when no other is turned down, turns down the rest."""
    sums = [here for here in found if here.name == "price" or _is_bid(message, here)]
    clauses = _with_ends(message, sums)
    turned_down = [
        one
        for one, end in clauses
        if not is_the_least(message, one.end)
        and (_says_no(message, one.end, end, too_little=True) or _no_before(message, one, found))
    ]
    if turned_down or not message.bids or any(_goes_on(message, one, other) for one, other in pairwise(sums)):
        return _unless_all(turned_down, sums)
    return _unless_all([one for one, end in clauses if not _is_wanted(message, one, end, found)], sums)


def _is_bid(message: Message, here: Found) -> bool:
    return message.bids > 0 and here.name == "number" and max(here.readings) >= message.bids


def is_the_least(message: Message, end: int) -> bool:
    """ "2100 se kam nahi": what no other sum may be less than."""
    return message.find(end, "no_less") is not None


def _goes_on(message: Message, one: Found, other: Found) -> bool:
    """ "1900 ya 2000 dunga", "1900, 2000": both are meant."""
    words = [at for at in range(one.end, other.start) if message.kind(at) == "word"]
    return not words or says_up_to(message, one.end) > 0


def _unless_all(here: list[Found], of: list[Found]) -> list[Found]:
    return here if len(here) < len(of) else []


def _with_ends(message: Message, found: list[Found]) -> list[tuple[Found, int]]:
    """Each with where the next begins."""
    return list(zip(found, [*(here.start for here in found[1:]), len(message.words)], strict=False))


def _says_no(message: Message, start: int, end: int, *, too_little: bool = False) -> bool:
    """Whether the clause that goes on there says no; "not" right before the next one is said of that one."""
    for at in range(start, end):
        if message.find(at, "or_else") or (message.key(at) == "," and at > start):
            return False
        said = is_no(message, at) or (too_little and message.find(at, "too_little") is not None)
        if said and not (end < len(message.words) and ends_in(message, end, "not_what_follows")):
            return True
    return False


def _no_before(message: Message, here: Found, found: list[Found]) -> bool:
    """ "I cannot give at 1800": English says no before it names the sum."""
    start = _after_comma(message, here, found)
    if message.language != "en" or any(other.end == start for other in found if start):
        return False  # what follows another value may be said of that one
    return any(
        message.says(at, "refusal") or message.says(at, "not_what_follows")
        for at in range(start, here.start)
        if not any(message.find(beside, "no_less") for beside in range(at, here.start))
    )


def _is_wanted(message: Message, here: Found, end: int, found: list[Found]) -> bool:
    comma = next((at for at in range(here.end, end) if message.key(at) == ","), end)
    clause = range(here.end, comma)
    if message.language == "en":
        # "He says 1900 but make it 2150": what stands between two sums without a comma is said of the second.
        last = comma < end or end == len(message.words)
        clause = range(_after_comma(message, here, found), comma if last else here.start)
    return any(message.find(at, "wanted") for at in clause)


def _after_comma(message: Message, here: Found, found: list[Found]) -> int:
    """Where the words before it begin: after a comma or another value."""
    others = [other.end for other in found if other.end <= here.start]
    commas = [at + 1 for at in range(here.start) if message.key(at) == ","]
    return max([0, *others, *commas])


def is_no(message: Message, at: int) -> bool:
    if message.says(at, "denial") or message.says(at, "refusal"):
        return True
    return any(
        message.language in (stem.language, None) and len(stem.text) >= _SHORTEST_VERB
        for stem in lexicon.stems(message.key(at), "refusal_ending")
    )


def ends_in(message: Message, end: int, kind: str) -> bool:
    """ "not 12", "instead of 12"."""
    for start in (end - 2, end - 1):
        hit = message.find(start, kind) if start >= 0 else None
        if hit and start + hit.length == end:
            return True
    return False
