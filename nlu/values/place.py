"""Where: {"name": "Ludhiana"}, as maps write it if it is a district or a town of the lexicon, else as it was said.

Whether there is such a place the market knows. An unknown name in another script also carries `latin`, its sound in
Latin letters, for a gazetteer that is written in them.
"""

from collections.abc import Callable

from nlu import lexicon
from nlu.normalise import Word
from nlu.phonetic import latin_name
from nlu.values.message import Found, Message
from nlu.values.town import all_everyday, town_at, town_named

_WORDS_OF_A_NAME = 3
_LINES_OF_AN_ADDRESS = 8


def find(message: Message) -> list[Found]:
    if message.expecting != "place":
        return _most_exact(message, _all(message, _known_or_marked))
    towns = _all(message, _known)
    beside = message.without(towns).unread()
    if len(towns) == 1 and beside and (all_everyday(beside, message.language) or _near(message, towns[0])):
        return towns  # "a village near Nalgonda"
    if towns and _instead_of_another(message, towns[-1]):
        return towns[-1:]
    whole = _whole_answer(message)
    return [whole] if whole else towns


def _near(message: Message, town: Found) -> bool:
    """ "தேனிக்கு பக்கத்துல ஒரு பட்டி": the town is the whole answer that anybody can find on a map."""
    around = (town.start - 1, town.end - 1, town.end, town.end + 1)
    return any(message.find(at, "near") for at in around if 0 <= at < len(message.words))


def _instead_of_another(message: Message, town: Found) -> bool:
    """ "नगर नाही ओ, नांदेड म्हणलो": a name that is taken back, then the right one."""
    taken_back = (at for at in range(1, town.start) if message.find(at, "not_what_precedes"))
    return any(not _around(message.words[at - 1]) for at in taken_back)


def _all(message: Message, read: Callable[[Message, int], Found | None]) -> list[Found]:
    found: list[Found] = []
    for at in range(len(message.words)):
        if (not found or at >= found[-1].end) and (here := read(message, at)):
            found.append(here)
    return found


def _most_exact(message: Message, found: list[Found]) -> list[Found]:
    """ "Jagraon, district Ludhiana": the village is meant; of two towns that stand apart we ask."""
    joined: list[Found] = []
    for here in found:
        if joined and _beside(message, joined[-1], here):
            joined[-1] = Found("place", joined[-1].readings, joined[-1].start, here.end)
        else:
            joined.append(here)
    return joined


def _beside(message: Message, one: Found, other: Found) -> bool:
    """Nothing between them but a comma or "district": "Gadag, not Dharwad" are two."""
    between = range(one.end, other.start)
    return len(between) <= 1 and all(
        message.kind(at) == "sign" or message.says(at, "kind_of_place") for at in between
    )


def _known_or_marked(message: Message, at: int) -> Found | None:
    return _known(message, at) or _marked(message, at)


def _known(message: Message, at: int) -> Found | None:
    """A district or a well-known town needs no "in" or "from" beside it."""
    hit = town_at(message, at)
    if hit is None or not message.free(at, at + hit.length):
        return None
    end = at + hit.length
    while message.says(end, "place_after"):
        end += 1
    before = message.says(at - 1, "place_before") and message.free(at - 1, at)
    return Found("place", ({"name": hit.canonical},), at - before, end)


def _whole_answer(message: Message) -> Found | None:
    left = [at for at in range(len(message.words)) if message.free(at, at + 1)]
    while left and _around(message.words[left[0]]):
        left.pop(0)
    while left and _around(message.words[left[-1]]):
        left.pop()
    spelled = [at for at in left if message.kind(at) == "word" and not message.says(at, "kind_of_place")]
    if not spelled or len(left) > _LINES_OF_AN_ADDRESS or _is_sentence(message, spelled):
        return None
    return Found("place", (_place(message, message.words[left[0] : left[-1] + 1]),), left[0], left[-1] + 1)


def _is_sentence(message: Message, spelled: list[int]) -> bool:
    said = [at for at in spelled if not _around(message.words[at])]
    everyday = sum(message.says(at, "ordinary") for at in said)
    return everyday * 2 > len(said)


def _marked(message: Message, at: int) -> Found | None:
    key = message.key(at)
    if message.kind(at) != "word" or not message.free(at, at + 1):
        return None
    if message.says(at, "place_before") and (end := _name_after(message, at + 1)) > at + 1:
        return Found("place", (_place(message, message.words[at + 1 : end]),), at, end)
    if message.says(at, "place_after") and (start := _name_before(message, at)) < at:
        return Found("place", (_place(message, message.words[start:at]),), start, at + 1)
    if _bare(key, message.language) != key and _unknown(message, at):
        return Found("place", (_place(message, message.words[at : at + 1]),), at, at + 1)
    return None


def _name_after(message: Message, start: int) -> int:
    end = start
    while end < min(len(message.words), start + _WORDS_OF_A_NAME) and _unknown(message, end):
        end += 1
    return end


def _name_before(message: Message, end: int) -> int:
    start = end
    while start > max(0, end - _WORDS_OF_A_NAME) and _unknown(message, start - 1):
        start -= 1
    return start


def _unknown(message: Message, at: int) -> bool:
    """Not a word that we know to mean something else."""
    key = message.key(at)
    if message.kind(at) != "word" or not message.free(at, at + 1) or len(key) < 3:
        return False
    return lexicon.known_words().isdisjoint((key, _bare(key, message.language)))


def _around(word: Word) -> bool:
    return word.kind == "sign" or lexicon.says("around_place", word.key)


def _bare(key: str, language: str | None) -> str:
    """Without the endings for "from" and "in" that some languages write onto a name."""
    for stem in lexicon.stems(key, "place_ending"):
        restored = stem.canonical.strip("-")
        if language not in (stem.language, None):
            continue
        # Hosahalli and Govinda are whole names: a Latin stem ends in the vowel that the ending was hung on.
        if restored or not key.isascii() or stem.text[-1] in "aeiou":
            return stem.text + restored
    return key


def _place(message: Message, said: tuple[Word, ...]) -> dict[str, str]:
    *first, last = (word.text for word in said if not lexicon.says("kind_of_place", word.key))
    name = (
        " ".join([*first, _without_case(last, message.language)])
        .replace(" ,", ",")
        .replace(" - ", "-")
        .strip(" ,-")
    )
    if known := town_named(name):
        return {"name": known}
    if name.isascii():
        return {"name": name.title() if name.islower() or name.isupper() else name}
    return {"name": name, "latin": latin_name(name)}


def _without_case(text: str, language: str | None) -> str:
    bare = _bare(text.lower(), language)
    return text if bare == text.lower() else bare
