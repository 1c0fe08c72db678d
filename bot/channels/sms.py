"""SMS: plain numbered lines, in as few segments as the words allow."""

from collections.abc import Mapping

import regex
import smsutil

from bot.channels.choices import Choice, InWords, choices, numbered, paragraphs
from bot.channels.limits import SMS
from bot.message import Outgoing
from flows.say import Reply

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
    body, options = paragraphs(reply, say, "\n"), choices(reply, say)
    pieces = [body, *(piece for option in options for piece in (option.label, option.detail))]
    mark = "…"
    plain = [fold(piece) for piece in pieces]
    if is_gsm("\n".join(plain)) and [*map(bool, plain)] == [*map(bool, pieces)]:
        body, mark = fold(body), "..."
        options = tuple(Choice(o.payload, fold(o.label), fold(o.detail)) for o in options)
    text = numbered(body, options, SMS.text, mark=mark)
    return Outgoing(text, segments=segments(text))


def fold(text: str) -> str:
    """Latin text in the GSM alphabet, as far as it can be said in it."""
    return _EMOJI.sub("", _RUPEE.sub("Rs ", text.translate(_PLAIN_TABLE)))


def is_gsm(text: str) -> bool:
    """Whether it costs 160 letters a segment and not 70."""
    return bool(smsutil.is_valid_gsm(text))


def segments(text: str) -> int:
    return len(smsutil.split(text).parts)
