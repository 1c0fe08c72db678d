"""What each language brings: a folder with its word lists, read here.

`lexicon.tsv` amounts, units, days, produce and small words; `rules.tsv` whole messages that mean one thing;
`keywords.tsv` words that give an intent away; `concepts.tsv` what a word is about, whatever its language.
"""

from collections.abc import Iterator
from pathlib import Path

_HERE = Path(__file__).parent
#: Who comes first is believed first, where a word means one thing here and another there.
ORDER = ("any", "en", "hi", "kn", "pa", "mr", "te", "ta", "bn", "gu", "ml")


def lines(name: str) -> Iterator[tuple[str, list[str]]]:
    """The lines of every language's list of that name, each with its language."""
    for language in ORDER:
        path = _HERE / language / f"{name}.tsv"
        if path.exists():
            for line in path.read_text(encoding="utf-8").splitlines()[1:]:
                yield language, line.split("\t")
