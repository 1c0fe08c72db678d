"""make eval-nlu: the whole road of a message (rules, Rasa, keywords, values) on the unseen tests, as tables.

With --compare the stock pipelines of Rasa are trained on the same sentences and asked the same.
"""

import argparse
import asyncio
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from nlu.components.noise import OPERATORS
from nlu.evaluation import calls, tables
from nlu.evaluation.cases import NLU, Case, intent_cases, unseen, value_cases
from nlu.evaluation.tables import Answer
from nlu.rasa import Rasa
from nlu.server import rasa_server
from nlu.understand import Understander, canonical
from nlu.understanding import Understanding

#: The tests were written for this Friday.
TODAY = date(2026, 11, 20)
_SEED = 5


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


async def _whole_road(url: str, cases: Sequence[Case]) -> tuple[list[Answer], list[float]]:
    """What is understood of each, one after the other, and how many milliseconds each took."""
    understander = Understander(url, timeout=5.0)
    try:
        await _one(understander, Case("kuch to log kahenge", "hi", "latin", "out_of_scope"))
        answers, took = [], []
        for case in cases:
            started = time.perf_counter()
            heard = await _one(understander, case)
            took.append((time.perf_counter() - started) * 1000)
            answers.append(
                Answer(case, heard.intent, heard.confidence, canonical(heard.values), heard.language)
            )
        return answers, took
    finally:
        await understander.close()


async def _one(understander: Understander, case: Case) -> Understanding:
    return await understander.understand(case.text, expecting=case.expecting, today=TODAY)


async def _model_alone(url: str, cases: Sequence[Case]) -> list[Answer]:
    rasa = Rasa(url, timeout=30.0)
    try:
        answers = []
        for case in cases:
            verdict = await rasa.verdict(case.text)
            assert verdict, "Rasa did not answer"
            answers.append(Answer(case, verdict.intent, verdict.confidence, {}, None))
        return answers
    finally:
        await rasa.close()


def _noisy(cases: Sequence[Case], operator: str) -> list[Case]:
    dice = random.Random(_SEED)  # noqa: S311
    return [replace(case, text=OPERATORS[operator](case.text, dice)) for case in cases]


def main() -> None:
    asked = argparse.ArgumentParser(prog="make eval-nlu", description=__doc__)
    asked.add_argument("--compare", action="store_true", help="also Rasa's stock pipelines (takes an hour)")
    asked.add_argument("--data", type=Path, help="folder with real farmers' calls, to be asked as well")
    asked.add_argument("--errors", action="store_true", help="print every sentence that was taken wrong")
    options = asked.parse_args()
    cases, dropped = unseen(intent_cases())
    framed, dropped_too = unseen(value_cases())
    print(
        f"{len(cases)} sentences and {len(framed)} whole frames; {dropped + dropped_too} too like a training sentence"
    )
    with rasa_server(_say) as url:
        answers, took = asyncio.run(_whole_road(url, cases))
        print(tables.intents("Mandi Mitra, the whole road", answers))
        print(tables.out_of_scope(answers))
        print(tables.speed(took))
        print(tables.languages(answers))
        frames, _ = asyncio.run(_whole_road(url, framed))
        print(tables.frames(frames))
        print("What noise costs, on every third sentence")
        third = cases[::3]
        clean = tables.share_right(answers[::3])
        for operator in OPERATORS:
            noised, _ = asyncio.run(_whole_road(url, _noisy(third, operator)))
            print(f"  {operator:20} {tables.share_right(noised) - clean:+.3f}", flush=True)
        if options.data:
            print(calls.report(asyncio.run(_whole_road(url, calls.cases(options.data)))[0]))
        alone = asyncio.run(_model_alone(url, cases))
        print(tables.intents("our classifier alone", alone))
    if options.errors:
        print(tables.errors([*answers, *frames]))
    print(tables.confusions(answers))
    if options.compare:
        for config in sorted((NLU / "compared").glob("*.yml")):
            with rasa_server(_say, config=config) as url:
                stock = asyncio.run(_model_alone(url, cases))
            print(tables.intents(f"stock Rasa, {config.stem}", stock))
            print(tables.out_of_scope(stock))


if __name__ == "__main__":
    main()
