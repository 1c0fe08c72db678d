"""A listing, offer or booking by its code: L7QK2M as this market prints it, "lot ON-4471" as others do."""

import re

from nlu.values.message import Found, Message

#: HD-2967 is wheat and NH-44 a road: without the word "lot" beside it such a code says nothing.
_LETTERS, _DIGITS = re.compile(r"[a-z]{1,4}"), re.compile(r"\d{2,6}")


def find(message: Message) -> list[Found]:
    return [here for at in range(len(message.words)) if (here := _read(message, at))]


def _read(message: Message, at: int) -> Found | None:
    if message.kind(at) == "code":
        return Found("reference", (message.words[at].text.upper(),), at, at + 1)
    if not (_LETTERS.fullmatch(message.key(at)) and message.key(at + 1) == "-"):
        return None
    end = at + 3
    named = message.says(at - 1, "coded") or message.says(end, "coded")
    if not named or not _DIGITS.fullmatch(message.key(end - 1)):
        return None
    return Found("reference", ("".join(word.text for word in message.words[at:end]).upper(),), at, end)
