"""From a tap, a number or a typed label to the option that was meant."""

import unicodedata

from flows.say import Option
from flows.words import Words

#: "1️⃣" and "१" are 1; a keycap emoji is a digit followed by these.
MOST_DIGITS = 2
KEYCAP = {"\ufe0f", "\u20e3"}


def tapped(payload: str, options: tuple[Option, ...], serial: int) -> Option | None:
    """The option of a tap on the question with this serial; None when the tap is on an older one."""
    asked, _, choice = payload.partition(":")
    if asked != str(serial):
        return None
    return next((option for option in options if option.id == choice), None)


def named(text: str, options: tuple[Option, ...], words: Words) -> Option | None:
    """By its number as shown, or by its label as shown, however it is capitalised or cut by the channel."""
    said = folded(text)
    if not said:
        return None
    if said.isdecimal():
        number = int(said) if len(said) <= MOST_DIGITS else 0
        return options[number - 1] if 1 <= number <= len(options) else None
    return next((option for option in options if folded(words(option.label)) == said), None)


def folded(text: str) -> str:
    kept = "".join(
        str(unicodedata.decimal(letter)) if letter.isdecimal() else letter
        for letter in unicodedata.normalize("NFC", text)
        if letter not in KEYCAP
    )
    return kept.strip(" .,!?।)(").casefold()
