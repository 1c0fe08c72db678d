"""What a person is called."""

from nlu import lexicon
from nlu.values.message import Found, Message

_INTRODUCTIONS = (
    ("my", "name", "is"), ("my", "name", "s"), ("my", "name's"), ("my", "name"), ("name", "is"), ("call", "me"), ("this", "is"),
    ("i", "am"), ("i'm",), ("name",),
    ("mera", "naam"), ("mera", "nam"), ("mera", "name"), ("mere", "naam"), ("naam",), ("मेरा", "नाम"), ("नाम",), ("main",), ("mai",), ("मैं",),
    ("ನನ್ನ", "ಹೆಸರು"), ("ಹೆಸರು",), ("nanna", "hesaru"), ("nana", "hesaru"), ("hesaru",), ("ನಾನು",), ("naanu",), ("nanu",),
)  # fmt: skip
#: "I am …" may go on with anything; it introduces a name only when a name was asked for.
_ONLY_WHEN_ASKED = frozenset(
    {("this", "is"), ("i", "am"), ("i'm",), ("main",), ("mai",), ("मैं",), ("ನಾನು",), ("naanu",), ("nanu",)}
    | {("name",), ("naam",), ("नाम",), ("ಹೆಸರು",), ("hesaru",)}
)
_ENDS_A_NAME = frozenset(
    "hai h hain he hu hun hoon and aur from se bol bolraha bolta raha rahi here speaking calling ide andre anta , - / "
    "है हूं हैं और से बोल रहा रही ಮತ್ತು ಅಂತ ಎಂದು ಇಂದ".split()
)
_LONGEST = 5


def find(message: Message) -> list[Found]:
    for at in range(len(message.words)):
        for words in _INTRODUCTIONS:
            if words in _ONLY_WHEN_ASKED and message.expecting != "name":
                continue
            if tuple(message.key(at + i) for i in range(len(words))) == words:
                start = at + len(words)
                if found := _name(message, at, start):
                    return [found]
    if message.expecting == "name" and len(message.words) <= _LONGEST:
        found = _name(message, 0, 0)
        return [found] if found and found.end >= len(message.words) - 1 else []
    return []


def _name(message: Message, begin: int, start: int) -> Found | None:
    while message.key(start) in ("is", "hai", "है", ":", "-"):
        start += 1
    end = start
    while (
        end < min(len(message.words), start + _LONGEST)
        and message.kind(end) == "word"
        and message.free(end, end + 1)
        and message.key(end) not in _ENDS_A_NAME
        and (message.expecting == "name" or message.key(end) not in lexicon.forms("ordinary"))
    ):
        end += 1
    if end == start:
        return None
    said = " ".join(word.text for word in message.words[start:end])
    return Found("name", (said.title() if said.islower() or said.isupper() else said,), begin, end)
