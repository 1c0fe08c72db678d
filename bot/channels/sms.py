"""SMS: plain numbered lines, in as few segments as the words allow."""

from collections.abc import Mapping

import regex
import smsutil

from bot.channels.choices import Choice, InWords, choices, line, numbered, parts
from bot.channels.limits import SMS
from bot.channels.pages import in_pages
from bot.channels.text import one_line, units
from bot.message import Outgoing
from flows.say import Reply, msg

MORE = msg("For the rest write MORE.")

#: One character outside the GSM alphabet makes the whole message cost more than twice as much.
_PLAIN: Mapping[str, str] = {
    "‘": "'",
    "’": "'",
    "‚": "'",
    "′": "'",
    "`": "'",
    "“": '"',
    "”": '"',
    "„": '"',
    "″": '"',
    "‐": "-",
    "‑": "-",
    "‒": "-",
    "–": "-",
    "—": "-",
    "−": "-",
    "…": "...",
    "•": "*",
    "·": ".",
    "×": "x",
    "→": "->",
    "\u00a0": " ",
    "\u2009": " ",
    "\u202f": " ",
    "\u200b": "",
    "\u200c": "",
    "\u200d": "",
}
_PLAIN_TABLE = str.maketrans(dict(_PLAIN))
_RUPEE = regex.compile(r"[₹₨]\s*")
_EMOJI = regex.compile(r"\s*[\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Regional_Indicator}\ufe0f]+")


def render(reply: Reply, say: InWords) -> Outgoing:
    said = pages(reply, say)
    text = said[min(reply.page, len(said) - 1)]
    return Outgoing(text, segments=segments(text))


def pages(reply: Reply, say: InWords) -> list[str]:
    """What is sent at first, and then on every "more"."""
    said, options, more = parts(reply, say), choices(reply, say), one_line(say(MORE))
    pieces = [*said, *(piece for option in options for piece in (option.label, option.detail))]
    mark, most = "…", SMS.native_segments
    plain = [fold(piece) for piece in pieces]
    if is_gsm("\n".join(plain)) and [*map(bool, plain)] == [*map(bool, pieces)]:
        said, mark, more, most = [fold(part) for part in said], "...", fold(more), SMS.latin_segments
        options = tuple(Choice(o.payload, fold(o.label), fold(o.detail)) for o in options)
    lines = [line(number, option.whole) for number, option in enumerate(options, 1)]
    paged = ["\n".join([*said, *lines])] if reply.whole else in_pages(said, lines, more, segments, most)
    if any(units(page) > SMS.text for page in paged):
        return [numbered("\n".join(said), options, SMS.text, mark=mark)]
    return paged


def fold(text: str) -> str:
    """Latin text in the GSM alphabet, as far as it can be said in it."""
    return _EMOJI.sub("", _RUPEE.sub("Rs ", text.translate(_PLAIN_TABLE)))


def is_gsm(text: str) -> bool:
    """Whether it costs 160 letters a segment and not 70."""
    return bool(smsutil.is_valid_gsm(text))


def segments(text: str) -> int:
    return len(smsutil.split(text).parts)
