"""A long answer in parts, each within what it may cost; the next one comes on "more".

Parts are cut between paragraphs and choices, inside a paragraph only where it is too long by itself, and never inside
a letter. A question never parts from its first choices: what cannot be answered is not sent.
"""

from collections.abc import Callable, Sequence

from bot.channels.text import graphemes

#: So few choices are one answer ("yes, no"); of more the question keeps as many.
TOGETHER = 3

#: No part holds more than this, in any alphabet.
LETTERS = 160

Cost = Callable[[str], int]


def in_pages(
    paragraphs: Sequence[str], choices: Sequence[str], more: str, cost: Cost, most: int
) -> list[str]:
    """`more` closes every page but the last. With its choices a question may cost one more than `most`, or all that
    it needs where it is too long alone."""

    def fits(lines: Sequence[str], extra: bool = False) -> bool:
        text = _joined(lines)
        return len(text) <= LETTERS * (most + extra) and cost(text) <= most + extra

    one_answer = 0 < len(choices) <= TOGETHER
    if fits([*paragraphs, *choices], one_answer):
        return [_joined([*paragraphs, *choices])]
    pages: list[str] = []
    page: list[str] = []
    for block, answerable in _blocks(paragraphs, choices):
        closing = [] if answerable and one_answer else [more]
        if fits([*page, *block, *closing], answerable):
            page = [*page, *block]
            continue
        if page:
            pages.append(_joined([*page, more]))
        page = block
        while not answerable and not fits([*page, more]):
            head, rest = _split(page[0], LETTERS * most, lambda text: fits([text, more]))
            pages.append(_joined([head, more]))
            page = [rest]
    return [*pages, _joined(page)]


def _blocks(paragraphs: Sequence[str], choices: Sequence[str]) -> list[tuple[list[str], bool]]:
    """What stays together, and whether it is the question with its choices."""
    blocks = [([paragraph], False) for paragraph in paragraphs]
    if not choices:
        return blocks
    question = [*(paragraphs[-1:]), *choices[:TOGETHER]]
    return [*blocks[:-1], (question, True), *(([choice], False) for choice in choices[TOGETHER:])]


def _joined(lines: Sequence[str]) -> str:
    return "\n".join(line for line in lines if line)


def _split(text: str, longest: int, fits: Callable[[str], bool]) -> tuple[str, str]:
    """As many whole letters as fit, back to the end of a word if one is near; at least one letter."""
    letters = graphemes(text)
    low, high = 1, min(len(letters), longest)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits("".join(letters[:middle])) else (low, middle - 1)
    if low < len(letters):
        border = next((n for n in range(low, low * 3 // 4, -1) if letters[n].isspace()), 0)
        low = border or low
    return "".join(letters[:low]).strip(), "".join(letters[low:]).strip()
