"""make eval-nlu: the whole road of a message (rules, Rasa, keywords, values) on the unseen tests, as tables.

With --compare, instead, our classifier beside the stock pipelines of Rasa.
"""

import argparse
import asyncio
import random
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from nlu.components.noise import OPERATORS
from nlu.evaluation import calls, tables
from nlu.evaluation.asking import model_alone, whole_road
from nlu.evaluation.cases import Case, intent_cases, unseen, value_cases
from nlu.evaluation.compared import compared
from nlu.server import rasa_server

_SEED = 5
#: An epoch of stock DIET on every fifth took 45 s beside other work, and it wants fifty.
_NTH = 8


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _noisy(cases: Sequence[Case], operator: str) -> list[Case]:
    dice = random.Random(_SEED)  # noqa: S311
    return [replace(case, text=OPERATORS[operator](case.text, dice)) for case in cases]


def main() -> None:
    asked = argparse.ArgumentParser(prog="make eval-nlu", description=__doc__)
    asked.add_argument(
        "--compare",
        type=int,
        nargs="?",
        const=_NTH,
        metavar="N",
        help="instead: ours and Rasa's stock pipelines, all trained on every Nth sentence",
    )
    asked.add_argument("--data", type=Path, help="folder with real farmers' calls, to be asked as well")
    asked.add_argument("--errors", action="store_true", help="print every sentence that was taken wrong")
    options = asked.parse_args()
    cases, dropped = unseen(intent_cases())
    if options.compare:
        for table in compared(cases, options.compare, _say):
            print(table, flush=True)
        return
    framed, dropped_too = unseen(value_cases())
    print(
        f"{len(cases)} sentences and {len(framed)} whole frames; {dropped + dropped_too} too like a training sentence"
    )
    with rasa_server(_say) as url:
        answers, took = asyncio.run(whole_road(url, cases))
        print(tables.intents("Mandi Mitra, the whole road", answers))
        print(tables.out_of_scope(answers))
        print(tables.speed(took))
        print(tables.languages(answers))
        frames, _ = asyncio.run(whole_road(url, framed))
        print(tables.frames(frames))
        print("What noise costs, on every third sentence")
        third = cases[::3]
        clean = tables.share_right(answers[::3])
        for operator in OPERATORS:
            noised, _ = asyncio.run(whole_road(url, _noisy(third, operator)))
            print(f"  {operator:20} {tables.share_right(noised) - clean:+.3f}", flush=True)
        if options.data:
            print(calls.report(asyncio.run(whole_road(url, calls.cases(options.data)))[0]))
        alone, _ = asyncio.run(model_alone(url, cases))
        print(tables.intents("our classifier alone", alone))
    if options.errors:
        print(tables.errors([*answers, *frames]))
    print(tables.confusions(answers))


if __name__ == "__main__":
    main()
