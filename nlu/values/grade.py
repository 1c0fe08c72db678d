"""Quality as a letter: A, B or C."""

from nlu import lexicon
from nlu.values.message import Found, Message


def find(message: Message) -> list[Found]:
    for at in range(len(message.words)):
        if message.says(at, "grade_word"):
            for beside in (at - 1, at + 1):
                grade = lexicon.find(message.words, beside, "grade") if beside >= 0 else None
                if grade:
                    return [Found("grade", (grade.canonical,), min(at, beside), max(at, beside) + 1)]
    return []
