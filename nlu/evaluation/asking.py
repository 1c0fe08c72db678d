"""Putting the tests to whom they measure, one after the other: the whole road of a message, or a model alone."""

import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import date

from nlu.evaluation.cases import Case
from nlu.evaluation.tables import Answer
from nlu.rasa import Rasa
from nlu.understand import Understander, canonical

#: The tests were written for this Friday.
TODAY = date(2026, 11, 20)


async def whole_road(url: str, cases: Sequence[Case]) -> tuple[list[Answer], list[float]]:
    """What is understood of each, and how many milliseconds it took."""
    understander = Understander(url, timeout=5.0)

    async def ask(case: Case) -> Answer:
        heard = await understander.understand(case.text, expecting=case.expecting, today=TODAY)
        return Answer(case, heard.intent, heard.confidence, canonical(heard.values), heard.language)

    try:
        return await _one_by_one(ask, cases)
    finally:
        await understander.close()


async def model_alone(url: str, cases: Sequence[Case]) -> tuple[list[Answer], list[float]]:
    """The same without rules, keywords and values."""
    rasa = Rasa(url, timeout=30.0)

    async def ask(case: Case) -> Answer:
        verdict = await rasa.verdict(case.text)
        assert verdict, "Rasa did not answer"
        return Answer(case, verdict.intent, verdict.confidence, {}, None)

    try:
        return await _one_by_one(ask, cases)
    finally:
        await rasa.close()


async def _one_by_one(
    ask: Callable[[Case], Awaitable[Answer]], cases: Sequence[Case]
) -> tuple[list[Answer], list[float]]:
    await ask(
        Case("kuch to log kahenge", "hi", "latin", "out_of_scope")
    )  # what the first one waits for is not speed
    answers, took = [], []
    for case in cases:
        started = time.perf_counter()
        answers.append(await ask(case))
        took.append((time.perf_counter() - started) * 1000)
    return answers, took
