"""What a whole trade costs farmer, buyer and us, counted in the scripts that play it: `make costs`.

`scripts/whole_sale/<language>_<channel>.txt` goes from the farmer's first message to the money in their account. The
sale is agreed with the answer that first names the farmer's booking.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from flows.languages import LANGUAGES as OURS

SCRIPTS = Path(__file__).parent / "scripts" / "whole_sale"
IS = re.compile(r"(?P<who>\w+)@(?P<channel>\w+)\[(?P<language>\w+)\] is ")
SEGMENTS = re.compile(r"\((\d+) SMS\)")
AGREED, PUBLISHED, REFERENCE = re.compile(r"\bB1\b"), re.compile(r"\bL1\b"), re.compile(r"\b6123456789\d+\b")
CHANNELS = ("sms", "whatsapp")
LANGUAGES = {code: language.latin_name for code, language in OURS.items()} | {
    f"{code}_latin": f"{language.latin_name}, Latin letters"
    for code, language in OURS.items()
    if "latin" in language.scripts
}


@dataclass(frozen=True)
class Cost:
    """`said`: messages of the person. `each`: SMS segments of every answer to them, news among them, in order."""

    said: int
    each: tuple[int, ...]

    @property
    def answers(self) -> int:
        return len(self.each)

    @property
    def segments(self) -> int:
        return sum(self.each)

    def cells(self, channel: str) -> str:
        written = f"{self.said} | {self.answers}"
        return f"{written} | {self.segments}" if channel == "sms" else written


@dataclass(frozen=True)
class Sale:
    channel: str
    language: str
    buyers_language: str
    #: The farmer's, until the sale is agreed and until the money has come.
    agreed: Cost
    paid: Cost
    buyer: Cost
    #: SMS segments to all three, the driver among them.
    everybody: int
    #: Which of the answers to the farmer says that it is published.
    published: int
    #: How often the farmer telephoned.
    calls: int


#: Who, what they said or heard, and whether they heard it.
Message = tuple[str, str, bool]


def whole_sales(channel: str) -> dict[str, Sale]:
    """By the farmer's language, in the order of the table."""
    found = {sale.language: sale for path in SCRIPTS.glob(f"*_{channel}.txt") for sale in [counted(path)]}
    return {code: found[code] for code in LANGUAGES if code in found}


def counted(path: Path) -> Sale:
    """In these scripts the buyer is introduced first, the farmer last."""
    lines = path.read_text("utf-8").splitlines()
    people = [match for line in lines if (match := IS.match(line))]
    buyer, farmer = people[0], people[-1]
    messages = _messages(lines)
    theirs = [message for message in messages if message[0] == farmer["who"]]
    heard = [words for _, words, is_answer in theirs if is_answer]
    assert any(REFERENCE.search(words) for words in heard), f"{path.name}: no money was sent"
    assert lines.index("(the bank has paid)") < lines.index(heard[-1].split("\n")[0]), (
        f"{path.name}: none came"
    )
    agreed = next(
        n for n, (_, words, is_answer) in enumerate(theirs, 1) if is_answer and AGREED.search(words)
    )
    return Sale(
        farmer["channel"],
        farmer["language"],
        buyer["language"],
        _cost(theirs[:agreed]),
        _cost(theirs),
        _cost([message for message in messages if message[0] == buyer["who"]]),
        _cost(messages).segments,
        next(n for n, words in enumerate(heard, 1) if PUBLISHED.search(words)),
        lines.count(f"({farmer['who']} hangs up)"),
    )


def _messages(lines: Sequence[str]) -> list[Message]:
    messages: list[Message] = []
    for line in lines:
        if line.startswith(" "):
            who, words, is_answer = messages[-1]
            messages[-1] = who, f"{words}\n{line}", is_answer
        elif match := re.match(r"(\w+)(?:@\w+)? ([<>]) ", line):
            messages.append((match[1], line, match[2] == "<"))
    return messages


def _cost(messages: Sequence[Message]) -> Cost:
    answers = [words for _, words, is_answer in messages if is_answer]
    each = (SEGMENTS.search(words.split("\n")[-1]) for words in answers)
    return Cost(len(messages) - len(answers), tuple(int(found[1]) if found else 0 for found in each))


def tables(channel: str) -> str:
    """One for those who sell and one for those who buy."""
    sales = whole_sales(channel)
    bought = {sale.buyers_language: sale.buyer for sale in sales.values()}
    counted = ["writes", "answers"] + ["SMS"] * (channel == "sms")
    until = [f"until {end}: {what}" for end in ("agreed", "paid") for what in counted]
    sellers = [
        f"{LANGUAGES[code]} | {sale.agreed.cells(channel)} | {sale.paid.cells(channel)} | {sale.everybody}"
        for code, sale in sales.items()
    ]
    buyers = [f"{LANGUAGES[code]} | {bought[code].cells(channel)}" for code in LANGUAGES if code in bought]
    return "\n".join(
        [*_table(["farmer", *until, "SMS to all three"], sellers), "", *_table(["buyer", *counted], buyers)]
    )


def by_telephone() -> str:
    """The farmer calls; what is said aloud costs no SMS."""
    heads = ["farmer", "calls", "says, presses or writes", "hears", "reads", "SMS", "SMS to all three"]
    return "\n".join(_table(heads, [_called(sale) for sale in whole_sales("voice").values()]))


def _called(sale: Sale) -> str:
    heard = sale.paid.each.count(0)
    cost = (sale.calls, sale.paid.said, heard, sale.paid.answers - heard, sale.paid.segments, sale.everybody)
    return " | ".join([LANGUAGES[sale.language], *map(str, cost)])


def _table(heads: Sequence[str], rows: Sequence[str]) -> list[str]:
    return [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}", *(f"| {row} |" for row in rows)]


if __name__ == "__main__":
    for channel in CHANNELS:
        print(f"{tables(channel)}\n")
    print(by_telephone())
