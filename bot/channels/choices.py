"""A reply in words, and its choices as numbered lines that fit wherever they must."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.channels.text import clean, cut, one_line, units
from flows.say import Reply, Say

InWords = Callable[[Say], str]
Line = Callable[[int, str], str]

SHORTEST_HEAD = 160  # however many choices there are, so much of the question stays


@dataclass(frozen=True)
class Choice:
    payload: str
    label: str
    detail: str = ""
    hint: str = ""

    @property
    def whole(self) -> str:
        return f"{self.label}: {self.detail}" if self.detail else self.label


def parts(reply: Reply, say: InWords) -> list[str]:
    said = (clean(say(part)).strip() for part in reply.parts)
    return [part for part in said if part]


def paragraphs(reply: Reply, say: InWords, between: str) -> str:
    return between.join(parts(reply, say))


def choices(reply: Reply, say: InWords) -> tuple[Choice, ...]:
    return tuple(
        Choice(
            option.deed or f"{reply.serial}:{option.id}",
            one_line(say(option.label)),
            one_line(say(option.detail)) if option.detail else "",
            one_line(say(option.hint)) if option.hint else "",
        )
        for option in reply.options
    )


def line(number: int, words: str) -> str:
    return f"{number} {words}".rstrip()


def numbered(
    body: str,
    options: Sequence[Choice],
    limit: int,
    *,
    between: str = "\n",
    mark: str = "…",
    line: Line = line,
) -> str:
    """The words and one line per choice. When all is too long, details go first, then the end of the words,
    then the ends of the labels; every number stays."""
    if not options:
        return cut(body, limit, mark)

    def lines(words: Sequence[str]) -> str:
        return "\n".join(line(number, each) for number, each in enumerate(words, 1))

    for words in ([option.whole for option in options], [option.label for option in options]):
        text = f"{body}{between}{lines(words)}" if body else lines(words)
        if units(text) <= limit:
            return text

    head = min(units(body), SHORTEST_HEAD) + units(between)
    labels = [option.label for option in options]
    if units(lines(labels)) > limit - head:
        bare = units(lines([""] * len(labels))) + len(labels)
        share = max((limit - head - bare) // len(labels), 0)
        labels = [cut(label, share, mark) for label in labels]
    tail = lines(labels)
    return f"{cut(body, limit - units(between) - units(tail), mark)}{between}{tail}".strip()
