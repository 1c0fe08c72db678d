"""A listing, offer or booking by the code that the market printed: L7QK2M."""

from nlu.values.message import Found, Message


def find(message: Message) -> list[Found]:
    return [
        Found("reference", (word.text.upper(),), at, at + 1)
        for at, word in enumerate(message.words)
        if word.kind == "code"
    ]
