"""The tests: `nlu/tests/intents/<language>.tsv` and `nlu/tests/values/<language>.jsonl`.

They were written from the descriptions of the intents alone, one meaning a line, by others than the training sentences;
a line that resembles a training sentence nevertheless is left out.
"""

import csv
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nlu.normalise import normalise, shape
from nlu.phonetic import skeleton
from nlu.vocabulary import training_sentences

NLU = Path(__file__).parent.parent
OUT_OF_SCOPE = "out_of_scope"
#: Two messages sharing more of their five-letter pieces than this are one message in two spellings.
_TWINS = 0.6
_PIECE = 5
#: Too short to be of anybody's wording: "haan", "12 ton", "menu".
_WORDING = 12


@dataclass(frozen=True)
class Case:
    text: str
    language: str
    script: str
    intent: str
    values: Mapping[str, Any] = field(default_factory=dict)
    expecting: Any = None


def intent_cases() -> list[Case]:
    cases = []
    for file in sorted((NLU / "tests" / "intents").glob("*.tsv")):
        with file.open(encoding="utf-8", newline="") as lines:
            rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
            cases += [Case(row["text"], file.stem, row["script"], row["intent"]) for row in rows]
    return cases


def value_cases() -> list[Case]:
    cases = []
    for file in sorted((NLU / "tests" / "values").glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            gold = json.loads(line)
            script = "latin" if gold["text"].isascii() else "native"
            cases.append(
                Case(gold["text"], file.stem, script, gold["intent"], gold["values"], gold.get("expecting"))
            )
    return cases


def unseen(cases: Iterable[Case]) -> tuple[list[Case], int]:
    """The cases that no training sentence resembles, and how many were left out."""
    by_piece: dict[str, set[int]] = {}
    known = [_pieces(text) for text, _, _ in training_sentences()]
    for number, pieces in enumerate(known):
        for piece in pieces:
            by_piece.setdefault(piece, set()).add(number)
    kept, dropped = [], 0
    for case in cases:
        if _has_twin(_pieces(case.text), known, by_piece):
            dropped += 1
        else:
            kept.append(case)
    return kept, dropped


def _has_twin(pieces: frozenset[str], known: list[frozenset[str]], by_piece: dict[str, set[int]]) -> bool:
    if len(pieces) < _WORDING:
        return False
    shared: dict[int, int] = {}
    for piece in pieces:
        for number in by_piece.get(piece, ()):
            shared[number] = shared.get(number, 0) + 1
    return any(
        common / (len(pieces) + len(known[number]) - common) > _TWINS for number, common in shared.items()
    )


def _pieces(text: str) -> frozenset[str]:
    bones = skeleton(shape(normalise(text)))
    return frozenset(bones[i : i + _PIECE] for i in range(max(1, len(bones) - _PIECE + 1)))
