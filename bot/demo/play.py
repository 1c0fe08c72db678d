"""Plays the story on the phones, prints what is written there as it comes, and says in the end what came of it."""

import io
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bot.demo import transcript
from bot.demo.house import FOR_A_STORY, DidNotRise, House, raised
from bot.demo.office import NotDone, Office
from bot.demo.phones import Desk, Letter, NotTaken
from bot.demo.story import STORY, Chapter, Deed, Hears, Person, Says, Step, pattern, read, spelt
from bot.demo.straw import straw_heap
from bot.demo.transcript import Columns, Line
from bot.needs import say

#: How long somebody waits for an answer; the first photo wakes the eyes.
PATIENCE = 40.0

Show = Callable[[Line], None]


class NotAnswered(Exception):
    """Somebody was not told what they had to be told."""


@dataclass
class Stage:
    """`heard` holds the messages of each person that no line of the story has asked for yet."""

    desk: Desk
    office: Office
    people: Mapping[str, Person]
    show: Show
    codes: dict[str, str] = field(default_factory=dict)
    phones: dict[str, str] = field(default_factory=dict)
    heard: dict[str, list[Letter]] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    shown: set[str] = field(default_factory=set)

    def play(self, steps: Sequence[Step]) -> None:
        for who, person in self.people.items():
            self.phones[who] = self.desk.phone(person.channel, person.number)
            self.heard[who] = []
        for step in steps:
            if isinstance(step, Says):
                self._say(step)
            elif isinstance(step, Hears):
                self._hear(step)
            elif isinstance(step, Chapter):
                self._look()
                self._put(Line(datetime.now(UTC), None, (step.what,), chapter=True))
            else:
                self._do(step)

    def _say(self, step: Says) -> None:
        phone, words = self.phones[step.who], spelt(step.what, self.codes)
        self._look()
        self.heard[step.who].clear()
        if words == "[photo]":
            self.desk.photograph(phone, _jpeg())
        elif words.startswith("[tap "):
            self.desk.tap(phone, words[5:-1])
        else:
            self.desk.write(phone, words)

    def _hear(self, step: Hears) -> None:
        wanted = pattern(step.what, self.codes)
        end = time.monotonic() + PATIENCE
        while (found := self._find(step.who, wanted)) is None:
            if time.monotonic() > end:
                came = "\n".join(_text(letter) for letter in self.heard[step.who]) or "nothing"
                raise NotAnswered(f"{step.who} was to read “{step.what}”. What came:\n{came}")
            self._look(wait=True)
        self.codes.update(found)

    def _find(self, who: str, wanted: re.Pattern[str]) -> dict[str, str] | None:
        for letter in self.heard[who]:
            if match := wanted.search(_text(letter)):
                self.heard[who].remove(letter)
                return match.groupdict()
        return None

    def _do(self, step: Deed) -> None:
        self._look()
        at = datetime.now(UTC)
        self.office.do(step.what)
        names = re.compile(rf"\b({'|'.join(self.people)})\b")
        told = names.sub(lambda match: match[0].title(), spelt(step.what, self.codes))
        self._put(Line(at, None, (f"({told})",)))

    def _look(self, *, wait: bool = False) -> None:
        """A message of the bot may be heard once; one that is still on its way to the bot is not shown yet."""
        whose = {phone: who for who, phone in self.phones.items()}
        self.desk.look(wait=wait)
        for letter in sorted(self.desk.letters.values(), key=lambda letter: str(letter["at"])):
            if letter["sid"] in self.shown or letter["phone"] not in whose or letter["status"] == "sending":
                continue
            self.shown.add(letter["sid"])
            who = whose[letter["phone"]]
            if letter["direction"] == "from_bot":
                self.heard[who].append(letter)
            pictures = [self.desk.picture(each) for each in letter["media"]]
            self._put(transcript.said(who, letter, pictures))

    def _put(self, line: Line) -> None:
        self.lines.append(line)
        self.show(line)

    def end(self) -> Iterator[str]:
        """What the farmer got, what it cost, and how much was written."""
        booking = f"/bookings/{self.codes['B1']}"
        bill, held = (self.office.ask("GET", path) for path in (f"{booking}/bill", booking))
        reference = self.office.references[self.codes["Y1"]]
        farmer = next(person for person in self.people.values() if person.role == "farmer")
        gets, pays, paid_in = bill["farmer_gets"], bill["buyer_pays"], held["due_paise"]
        yield f"{farmer.who.title()} got {_rupees(gets)}, under the bank's number {reference}."
        yield f"Fees: none for the farmer, {_rupees(pays - gets)} for the buyer, who paid {_rupees(pays)}."
        if paid_in > pays:
            yield f"{_rupees(paid_in - pays)} of what the buyer had paid in are theirs again: it weighed less."
        for who, person in self.people.items():
            wrote, read = self._count(who, "to_bot"), self._count(who, "from_bot")
            yield f"{who.title()}, {person.role}: {wrote} written, {read} read."

    def _count(self, who: str, direction: str) -> str:
        letters = [each for each in self.desk.on(self.phones[who]) if each["direction"] == direction]
        segments = sum(each["segments"]["count"] for each in letters if each["segments"])
        return f"{len(letters)} messages" + (f" of {segments} SMS segments" if segments else "")


def _text(letter: Letter) -> str:
    """All that stands in a message; a space that may not break is a space."""
    rows = [f"{row['title']} {row.get('description', '')}" for row in (*letter["buttons"], *letter["rows"])]
    return " ".join("\n".join([letter["text"], *rows]).split())


def _rupees(paise: int) -> str:
    return f"₹{paise // 100:,}" + (f".{paise % 100:02}" if paise % 100 else "")


def _jpeg() -> bytes:
    file = io.BytesIO()
    straw_heap().save(file, "JPEG")
    return file.getvalue()


def tell(house: House, story: str, show: Callable[[str], None], columns: int) -> str:
    """The story in this house; the page of it, when it has gone as it should."""
    people, steps = read(story)
    told = Columns(people, columns)

    def show_line(line: Line) -> None:
        for row in told.rows(line):
            show(row)

    by_name = {person.who: person for person in people}
    codes: dict[str, str] = {}
    for row in told.head():
        show(row)
    with Desk(house.url) as desk:
        stage = Stage(desk, Office(house, desk, by_name, codes), by_name, show_line, codes)
        stage.play(steps)
        end = list(stage.end())
    for row in ("", *end):
        show(row)
    return transcript.page(people, stage.lines, end)


def demo(to: Path | None) -> int:
    """In a house that is there only for it."""
    columns = shutil.get_terminal_size((160, 0)).columns
    with tempfile.TemporaryDirectory(prefix="mandi-demo-") as folder:
        say("The house is made ready; with everything there it takes half a minute.")
        try:
            with raised(Path(folder), FOR_A_STORY) as house:
                page = tell(house, STORY.read_text("utf-8"), lambda row: print(row, flush=True), columns)
        except (DidNotRise, NotAnswered, NotDone, NotTaken) as fault:
            print(fault, file=sys.stderr)
            return 1
        if to:
            to.write_text(page, "utf-8")
    return 0
