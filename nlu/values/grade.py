"""Quality as a letter: A, B or C."""

from nlu.values.message import Found, Message

_WORDS = frozenset("grade quality gred ग्रेड क्वालिटी ಗ್ರೇಡ್ ದರ್ಜೆ darje".split())
_LETTERS = {"a": "A", "b": "B", "c": "C", "ए": "A", "बी": "B", "सी": "C", "ಎ": "A", "ಬಿ": "B", "ಸಿ": "C"}


def find(message: Message) -> list[Found]:
    for at in range(len(message.words)):
        if message.key(at) in _WORDS:
            for beside in (at - 1, at + 1):
                if grade := _LETTERS.get(message.key(beside)):
                    return [Found("grade", (grade,), min(at, beside), max(at, beside) + 1)]
    return []
