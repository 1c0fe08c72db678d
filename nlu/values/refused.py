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
    sums = [here for here in found if here.name == "price" or (message.bids and here.name == "number")]
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
    return message.language == "en" and any(
        message.says(at, "refusal") or message.says(at, "not_what_follows")
        for at in _before(message, here, found)
        if not any(message.find(beside, "no_less") for beside in range(at, here.start))
    )


def _before(message: Message, here: Found, found: list[Found]) -> range:
    """The words of its clause that stand before it; those after another value belong to that one."""
    start = here.start
    taken = {at for other in found for at in range(other.start, other.end)}
    while start > 0 and message.key(start - 1) != "," and start - 1 not in taken:
        start -= 1
    return range(0) if start - 1 in taken else range(start, here.start)


def _is_wanted(message: Message, here: Found, end: int, found: list[Found]) -> bool:
    comma = next((at for at in range(here.end, end) if message.key(at) == ","), end)
    clause = [*range(here.end, comma), *(_before(message, here, found) if message.language == "en" else ())]
    return any(message.find(at, "wanted") for at in clause)


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
