"""What everybody wrote and was answered, side by side: in a terminal as it happens, as a page when it is over."""

import html
import io
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from PIL import Image

from bot.demo.phones import Letter
from bot.demo.story import Person
from flows.languages import LANGUAGES

KOLKATA = ZoneInfo("Asia/Kolkata")
CHANNELS = {"whatsapp": "WhatsApp", "sms": "SMS"}
#: Wide enough for a button; a narrower terminal folds the lines.
NARROWEST = 30
BETWEEN = " │ "
CLOCK = len("12:34:56 ")


@dataclass(frozen=True)
class Line:
    """A message, or with nobody's name what was done elsewhere; a chapter is a heading."""

    at: datetime
    who: str | None
    words: tuple[str, ...]
    chapter: bool = False

    @property
    def clock(self) -> str:
        return f"{self.at.astimezone(KOLKATA):%H:%M:%S}"


def said(who: str, letter: Letter, pictures: Sequence[bytes]) -> Line:
    return Line(datetime.fromisoformat(letter["at"]), who, tuple(_words(letter, pictures)))


def _words(letter: Letter, pictures: Sequence[bytes]) -> Iterator[str]:
    """A person's words begin with an arrow; a tap is a label in brackets, as what can be tapped is."""
    mine = letter["direction"] == "to_bot"
    text = f"[{letter['text']}]" if letter["tap"] else letter["text"]
    shown = [_picture(each, mine) for each in pictures]
    lines = [*shown, *text.split("\n")] if text else shown
    yield from (f"> {line}" if mine else line for line in lines if line)
    if letter["buttons"]:
        yield " ".join(f"[{button['title']}]" for button in letter["buttons"])
    if letter["rows"]:
        yield f"[{letter['rows_title']}]"
        for row in letter["rows"]:
            yield f"* {row['title']}" + (f" - {row['description']}" if row["description"] else "")
    if letter["segments"]:
        yield f"({letter['segments']['count']} SMS)"


def _picture(content: bytes, mine: bool) -> str:
    with Image.open(io.BytesIO(content)) as image:
        return f"[{'photo' if mine else 'picture'}, {image.width}×{image.height} {image.format}]"


def heading(person: Person) -> tuple[str, str]:
    channel = CHANNELS[person.channel]
    return f"{person.who.title()}, {person.role}", f"{channel}, {LANGUAGES[person.language].latin_name}"


@dataclass(frozen=True)
class Columns:
    """For a terminal of this width: a column for each person."""

    people: Sequence[Person]
    terminal: int

    @property
    def width(self) -> int:
        gaps = CLOCK + len(BETWEEN) * (len(self.people) - 1)
        return max(NARROWEST, (self.terminal - gaps) // len(self.people))

    def head(self) -> Iterator[str]:
        for line in zip(*map(heading, self.people), strict=True):
            yield self._row("", line)
        yield "─" * min(self.terminal, CLOCK + (self.width + len(BETWEEN)) * len(self.people))

    def rows(self, line: Line) -> Iterator[str]:
        if line.chapter:
            yield from ("", *line.words, "")
            return
        if line.who is None:
            yield f"{line.clock} {' '.join(line.words)}"
            return
        at = [person.who for person in self.people].index(line.who)
        clock = line.clock
        for part in line.words:
            for folded in fold(part, self.width):
                yield self._row(clock, [folded if n == at else "" for n in range(len(self.people))])
                clock = ""

    def _row(self, clock: str, cells: Sequence[str]) -> str:
        padded = (cell + " " * (self.width - wide(cell)) for cell in cells)
        return (f"{clock:{CLOCK}}" + BETWEEN.join(padded)).rstrip()


def wide(text: str) -> int:
    """Cells of a terminal: vowel signs stand on their letter."""
    return sum(_cells(letter) for letter in text)


def _cells(letter: str) -> int:
    if unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def fold(text: str, width: int) -> Iterator[str]:
    line = ""
    for whole in text.split(" "):
        word = whole
        if line and wide(line) + 1 + wide(word) > width:
            yield line
            line = ""
        while wide(word) > width:
            yield word[:width]
            word = word[width:]
        line = f"{line} {word}" if line else word
    yield line


HEAD = """# One lot, from the photo to the payout

What `make demo` printed on {day:%-d %B %Y}: the story in `bot/demo/story.txt`, told to the web server, the worker, the
language model and the database as `make run` starts them. The phones are the simulator's, the money is nobody's. The
clock is India's; `>` is what a person wrote, `[ ]` what can be tapped, and what was.
"""


def page(people: Sequence[Person], lines: Sequence[Line], end: Sequence[str]) -> str:
    """As Markdown: in each chapter a table with a column for each person."""
    heads = " | ".join("<br>".join(heading(person)) for person in people)
    rows = [HEAD.format(day=lines[0].at.astimezone(KOLKATA))]
    for line in lines:
        if line.chapter:
            rows += ["", f"## {' '.join(line.words)}", "", f"| | {heads} |", "|---" * (1 + len(people)) + "|"]
            continue
        if line.who is None:
            cells = [f"*{_cell(line.words)}*", *[""] * (len(people) - 1)]
        else:
            cells = [_cell(line.words) if person.who == line.who else "" for person in people]
        rows.append(f"| {line.clock} | {' | '.join(cells)} |")
    return "\n".join([*rows, "", "## What came of it", "", *(f"* {line}" for line in end)]) + "\n"


def _cell(words: Sequence[str]) -> str:
    """Nothing in it is Markdown's."""
    marks: Mapping[int, str] = {ord(mark): f"&#{ord(mark)};" for mark in "|*_[]`~\\"}
    return "<br>".join(html.escape(word, quote=False).translate(marks) for word in words)
