"""From a line as it was typed to a command, a slip to ask back, or what is missing. Pure."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from rapidfuzz.distance import OSA

from flows.shortcodes.grammar import COMMANDS, Command, Part
from flows.shortcodes.kinds import BARE, CODE, READERS, mended

#: Three agents' lines and a little; a longer message is a letter, not a list of commands.
MOST_LINES, LONGEST_LINE = 10, 200
#: So many words that mean nothing make it a sentence and no command.
MOST_STRANGE = 2
#: A number below it, right before an amount, is rather a part of that amount: "1 2t".
LEAST_PRICE = 10_000
LONGEST_WORDS, LONGEST_NAME_WORDS = 100, 4
BETWEEN = re.compile(r"[\n;]+")
GROUPED = re.compile(r"(?<![\d.])\d{1,3}(?:,\d{2,3})+(?!\d)")
SPACED_PHONE = re.compile(r"(?<![\dA-Za-z+])(?:\+?91[ -]?|0)?([6-9]\d{4})[ -]?(\d{5})(?![\dA-Za-z.])")
SIGNS = re.compile(r"[,=:#*_()\[\]\"'!?<>]+")
GLUED = re.compile(rf"({'|'.join(sorted(COMMANDS, key=len, reverse=True))})(\d.*|{CODE.pattern})")
PIN = COMMANDS["PIN"]
#: Bare digits that may be a sum as well as a code that somebody was sent.
SUMS, CODE_SENT = ("price", "amount"), re.compile(r"[1-9]\d{3}")
#: Words a person says for themselves; digits never stand in a name.
SAID = ("name", "words")


@dataclass(frozen=True)
class Order:
    """`line` says the same in the words of the card.

    `or_code`: four bare digits were read as a sum, and may be a code instead. `or_sum`: this is that other reading.
    `sure`: a weight far from what was booked was asked back, and is meant. `proven`: its sender has just sent back the
    code that named it.
    """

    command: Command
    values: dict[str, Any]
    line: str
    or_code: "Order | None" = None
    or_sum: bool = False
    sure: bool = False
    proven: bool = False


@dataclass(frozen=True)
class Slip:
    """One slip of the hand: this is asked back, never done."""

    order: Order


@dataclass(frozen=True)
class Lacks:
    command: Command
    missing: tuple[str, ...] = ()
    strange: tuple[str, ...] = ()


Parsed = Order | Slip | Lacks | None


@dataclass
class _Reading:
    command: Command
    values: dict[str, Any] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)
    at: dict[str, int] = field(default_factory=dict)
    #: Four bare digits that were taken for a sum: the kind of sum, and the digits.
    digits: tuple[str, str] | None = None
    #: The words nobody has read yet, with their places.
    left: list[tuple[int, str]] = field(default_factory=list)

    @property
    def missing(self) -> list[Part]:
        parts = self.command.parts
        return [part for part in parts if not part.optional and part.kind not in self.values]

    @property
    def open(self) -> list[Part]:
        return self.missing + [p for p in self.command.parts if p.optional and p.kind not in self.values]

    @property
    def whole(self) -> bool:
        return not self.missing and not self.left

    @property
    def order(self) -> Order:
        return Order(self.command, self.values, _written(self.command, self.shown), self._or_code())

    def _or_code(self) -> Order | None:
        if self.digits is None or "code" in self.values or all(p.kind != "code" for p in self.command.parts):
            return None
        sum_, code = self.digits
        values, shown = ({**said, "code": code} for said in (self.values, self.shown))
        del values[sum_], shown[sum_]
        return Order(self.command, values, _written(self.command, shown), or_sum=True)


def _written(command: Command, shown: Mapping[str, str]) -> str:
    said = (shown[part.kind] for part in command.parts if part.kind in shown)
    return " ".join((command.code, *said))


def lines(text: str) -> list[str]:
    """The commands of one message, each on a line or behind a semicolon."""
    return [line.strip() for line in BETWEEN.split(plain(text)) if line.strip()]


def plain(text: str) -> str:
    """Native and wide digits as ours, and nothing that nobody sees."""
    return "".join(_plain(letter) for letter in unicodedata.normalize("NFKC", text))


def _plain(letter: str) -> str:
    if letter.isdecimal():
        return str(unicodedata.decimal(letter))
    if letter in "‐‑‒–—−":
        return "-"
    return "" if unicodedata.category(letter) == "Cf" else letter


def parse(line: str, today: date) -> Parsed:
    """What one line orders. None: it is no command, and the language model may have it.

    A PIN is never guessed, nor asked back, nor said what was wrong with it: five wrong ones close the phone for the
    day, and it would stand there to be read.
    """
    parsed = _parsed(line, today)
    command = parsed.order.command if isinstance(parsed, Slip) else parsed.command if parsed else None
    if command is not PIN or isinstance(parsed, Order):
        return parsed
    return Lacks(PIN, missing=tuple(part.name for part in PIN.parts))


def _parsed(line: str, today: date) -> Parsed:
    said = _words(line)
    if not said or len(line) > LONGEST_LINE:
        return None
    named = said[0].upper().rstrip(".")
    if named in COMMANDS:
        return _ordered(COMMANDS[named], said[1:], today)
    if glued := GLUED.fullmatch(named):
        return _ordered(COMMANDS[glued[1]], [glued[2], *said[1:]], today)
    return _elsewhere(said, today) or _misspelt(named, said[1:], today)


def _ordered(command: Command, said: Sequence[str], today: date) -> Parsed:
    reading = _read(command, said, today)
    if reading.whole and not _doubtful(reading):
        return reading.order
    if reading.whole:
        at = reading.at["price"]
        joined = _read(command, [*said[:at], said[at] + said[at + 1], *said[at + 2 :]], today)
        likely = joined if joined.whole and reading.values["price"]["paise"] < LEAST_PRICE else reading
        return Slip(likely.order)
    if slip := _mended(reading, said, today):
        return slip
    # "REG F7QK2M" was a REJ
    if slip := _misspelt(command.code, said, today):
        return slip
    strange = tuple(word for _, word in reading.left)
    if len(strange) > MOST_STRANGE or (strange and not reading.values):
        return None
    return Lacks(command, tuple(part.name for part in reading.missing), strange)


def _doubtful(reading: _Reading) -> bool:
    """ "1 2t" is twelve tonnes as likely as two at one rupee: a number right before its unit's is asked back."""
    price, qty = reading.at.get("price"), reading.at.get("qty")
    kinds = [part.kind for part in reading.command.parts]
    out_of_order = "price" in kinds and "qty" in kinds and kinds.index("qty") < kinds.index("price")
    return out_of_order and price is not None and qty is not None and price + 1 == qty


def _mended(reading: _Reading, said: Sequence[str], today: date) -> Slip | None:
    """The line with one word put right, if then nothing is missing and nothing is left over."""
    for at, word in _suspects(reading):
        for part in reading.open:
            right = mended(part.kind, word, today)
            if right is None:
                continue
            again = _read(reading.command, [*said[:at], *right.split(), *said[at + 1 :]], today)
            if again.whole and part.kind in again.values:
                return Slip(again.order)
    return None


def _suspects(reading: _Reading) -> list[tuple[int, str]]:
    """What was left over; and of words and names, which take anything, what is more likely a slip."""
    taken = {kind for kind in SAID if kind in reading.values}
    spoken = (
        [(at, word.upper()) for kind in taken for at, word in reading.values[f"_{kind}"]] if taken else []
    )
    return [(at, word.upper()) for at, word in reading.left] + spoken


def _misspelt(named: str, said: Sequence[str], today: date) -> Slip | None:
    near = [code for code in COMMANDS if code != named and OSA.distance(named, code) == 1]
    if named[:1] != PIN.code[0]:  # "min 2400" is a price
        near = [code for code in near if code != PIN.code]
    found = [reading for code in near if (reading := _read(COMMANDS[code], said, today)).whole]
    # a word that only looks like a code must have something of a command behind it
    found = [
        reading for reading in found if len(named) > 1 and (reading.values.keys() - set(SAID) or not said)
    ]
    return Slip(found[0].order) if len(found) == 1 else None


def _elsewhere(said: Sequence[str], today: date) -> Order | None:
    """ "9876543210 SELL parali 12t": the code may stand anywhere, if nothing before it are free words."""
    for at, word in enumerate(said):
        command = COMMANDS.get(word.upper())
        if at and command and command.parts:
            rest = [*said[:at], *said[at + 1 :]]
            reading = _read(command, rest, today)
            spoken = {n for kind in SAID for n, _ in reading.values.get(f"_{kind}", ())}
            if reading.whole and not _doubtful(reading) and not spoken & set(range(at)):
                return reading.order
    return None


def _words(line: str) -> list[str]:
    line = GROUPED.sub(lambda found: found[0].replace(",", ""), line)
    line = SPACED_PHONE.sub(r" \1\2 ", line) if _speaks_of_a_phone(line) else line
    return [word for each in SIGNS.sub(" ", line).split() if (word := each.rstrip(".,").strip("-"))]


def _speaks_of_a_phone(line: str) -> bool:
    """Weights and codes side by side must not run together into a phone number."""
    named = line.split(maxsplit=1)[0].upper() if line.split() else ""
    command = COMMANDS.get(named)
    return command is None or any(part.kind == "phone" for part in command.parts)


def _read(command: Command, said: Sequence[str], today: date) -> _Reading:
    reading = _Reading(command, left=list(enumerate(said)))
    kinds = [part.kind for part in command.parts]
    for kind, reader in READERS.items():
        if kind in kinds:
            _take(reading, kind, reader, today)
    for kind in kinds:
        if kind in BARE and kind not in reading.values:
            _take(reading, kind, BARE[kind], today)
    if "command" in kinds and reading.left and reading.left[0][1].upper() in COMMANDS:
        code = reading.left.pop(0)[1].upper()
        reading.values["command"], reading.shown["command"] = code, code
    for kind in SAID:
        if kind in kinds:
            _take_said(reading, kind)
    return reading


def _take(reading: _Reading, kind: str, reader: Any, today: date) -> None:
    """A language stands last, after a name that may look like one; all else is the first of its kind."""
    places = range(len(reading.left))
    for n in reversed(places) if kind == "lang" else places:
        near = [word.upper() for _, word in _neighbours(reading.left, n)]
        found = reader(near, today)
        if found:
            reading.values[kind], reading.shown[kind] = found.value, found.shown
            reading.at[kind] = reading.left[n][0]
            if kind in SUMS and CODE_SENT.fullmatch(reading.left[n][1]):
                reading.digits = (kind, reading.left[n][1])
            del reading.left[n : n + found.words]
            return


def _neighbours(left: Sequence[tuple[int, str]], n: int) -> Sequence[tuple[int, str]]:
    """The words from here on that stood side by side in the line."""
    end = n + 1
    while end < len(left) and left[end][0] == left[end - 1][0] + 1:
        end += 1
    return left[n:end]


def _take_said(reading: _Reading, kind: str) -> None:
    if kind == "name":
        kept = [each for each in reading.left if not any(letter.isdigit() for letter in each[1])]
        kept = kept[:LONGEST_NAME_WORDS]
    else:
        kept = list(reading.left)
    if not kept or not any(letter.isalpha() for _, word in kept for letter in word):
        return
    said = " ".join(word for _, word in kept)[:LONGEST_WORDS]
    reading.values[kind], reading.shown[kind] = said, said
    reading.values[f"_{kind}"] = kept
    reading.left = [each for each in reading.left if each not in kept]
