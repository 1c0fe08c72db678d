"""What a whole sale costs the farmer and us, counted in the scripts that play it: `make costs`.

A whole sale goes from the farmer's first message to the booking that they have confirmed.
"""

import re
from dataclasses import dataclass
from pathlib import Path

SCRIPTS = Path(__file__).parent / "scripts"
FARMER = re.compile(r"(?P<who>\w+)@(?:sms|whatsapp)\[(?P<language>\w+)\] is ")
SEGMENTS = re.compile(r"\((\d+) SMS\)")
LANGUAGES = {
    "en": "English",
    "hi": "Hindi",
    "hi_latin": "Hindi, Latin letters",
    "kn": "Kannada",
    "pa": "Punjabi",
    "ta": "Tamil",
}


@dataclass(frozen=True)
class Cost:
    """`said`: messages of the farmer. `answers`: messages of the bot to the farmer, its news among them."""

    channel: str
    language: str
    said: int
    answers: int
    segments: int
    #: Each answer's own segments, in order.
    each: tuple[int, ...]
    #: Which of the answers says that it is published.
    published: int


def whole_sales(channel: str) -> dict[str, Cost]:
    """By language. In these scripts the farmer is the last who is introduced."""
    found = [cost(path) for path in sorted((SCRIPTS / channel).glob("whole_sale_*.txt"))]
    return {each.language: each for each in found}


def cost(path: Path) -> Cost:
    lines = path.read_text("utf-8").splitlines()
    *_, farmer = (match for line in lines if (match := FARMER.match(line)))
    said, answers = 0, list[list[str]]()
    to_the_farmer = False
    for line in lines:
        if line.startswith((" ", "\t")):
            if to_the_farmer:
                answers[-1].append(line)
            continue
        said += line.startswith(f"{farmer['who']} > ")
        to_the_farmer = line.startswith(f"{farmer['who']} < ")
        if to_the_farmer:
            answers.append([line])
    each = tuple(int(found[1]) if (found := SEGMENTS.search(answer[-1])) else 0 for answer in answers)
    assert "B1" in answers[-1][0], f"{path.name} does not end with a confirmed booking"
    published = next(n for n, answer in enumerate(answers, 1) if "L1" in answer[0])
    return Cost(path.parent.name, farmer["language"], said, len(answers), sum(each), each, published)


def table() -> str:
    rows = ["| channel | language | farmer writes | bot answers | SMS segments |", "|---|---|---|---|---|"]
    for channel in ("sms", "whatsapp"):
        sales = whole_sales(channel)
        rows += [
            f"| {channel} | {name} | {sales[code].said} | {sales[code].answers} | {sales[code].segments or ''} |"
            for code, name in LANGUAGES.items()
        ]
    return "\n".join(rows)


if __name__ == "__main__":
    print(table())
