"""A grade by a table of limits: pure, and the better lot never gets the worse grade.

`rules.csv` is what ships, each limit with its source; operators of a market may put their own in its place. What no
photo shows comes from what was said or metered; what nobody said makes the grade less sure, never worse.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from math import erf, prod, sqrt
from typing import Literal, cast, get_args

from marketplace_core.commodities import COMMODITIES
from marketplace_core.grading.report import Answers, Fault, Grade, Grain, Leaf, MoistureSource, Straw

Measure = Literal[
    "foreign",
    "damaged",
    "broken",
    "husk",
    "soil",
    "green",
    "dark",
    "moisture",
    "rained",
    "days",
    "days_in_field",
]
MEASURES: tuple[Measure, ...] = get_args(Measure)
#: Counted in days; all others are shares of one (`rained` is 0 or 1).
IN_DAYS: frozenset[Measure] = frozenset({"days", "days_in_field"})
MOST_DAYS = 3650

#: A grade as sure as this is given without an agent.
SURE = 0.8
#: What each thing that nobody said takes from the confidence.
UNSAID = 0.9
#: How far off a figure may be, as one standard deviation: assumed, until our own labels say better. Kernels bring
#: their own interval. A share of straw is least sure in the middle: what is all straw, or none, is easily seen.
OFF_STRAW, OFF_STRAW_ENDS = 0.10, 0.02
OFF_MOISTURE: Mapping[MoistureSource, float] = {"meter": 0.01, "agent": 0.03, "farmer": 0.05, "typical": 0.05}
#: Half of a 95 % interval is so many standard deviations.
DEVIATIONS = 1.96


@dataclass(frozen=True)
class Limit:
    """Up to `most_a` it is an A, up to `most_b` a B, above a C."""

    commodity: str
    measure: Measure
    most_a: float
    most_b: float
    source: str


@dataclass(frozen=True)
class Measured:
    value: float
    off: float = 0.0


@dataclass(frozen=True)
class Advice:
    """`when` is a defect, "leaf", or a disease as "crop:state"; `says` is English, for translators and operators."""

    when: str
    key: str
    says: str
    source: str


@dataclass(frozen=True)
class Verdict:
    """No grade where nothing was seen that a limit is about."""

    grade: Grade | None = None
    confidence: float | None = None
    defects: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()
    why: tuple[Fault, ...] = ()


def _rows(name: str) -> Iterator[Mapping[str, str]]:
    with (resources.files("marketplace_core.grading") / name).open(encoding="utf-8") as lines:
        yield from csv.DictReader(lines)


SHIPPED: tuple[Limit, ...] = tuple(
    Limit(
        commodity,
        cast(Measure, row["measure"]),
        float(row["most_a"]),
        float(row["most_b"]),
        row["source"],
    )
    for row in _rows("rules.csv")
    for commodity in row["commodities"].split(";")
)
ADVICE: tuple[Advice, ...] = tuple(
    Advice(row["when"], row["key"], row["says"], row["source"]) for row in _rows("advice.csv")
)
#: Whoever shows a report has words for each of these.
DEFECTS: tuple[str, ...] = MEASURES
ADVICE_KEYS: tuple[str, ...] = tuple(dict.fromkeys(each.key for each in ADVICE))


def shipped(commodity: str) -> tuple[Limit, ...]:
    return tuple(each for each in SHIPPED if each.commodity == commodity)


def judged(commodity: str) -> bool:
    """Whether an eye was made for it: no limit was written for what none can see."""
    return any(each.commodity == commodity for each in SHIPPED)


def grade(
    commodity: str,
    *,
    grain: Grain | None = None,
    straw: Straw | None = None,
    leaf: Leaf | None = None,
    answers: Answers | None = None,
    limits: Sequence[Limit] | None = None,
) -> Verdict:
    """`limits` are those of the market (`queries.limits`); without them the shipped ones hold."""
    said = answers or Answers()
    if leaf is not None:
        return Verdict(advice=leaf_advice(leaf))
    known = COMMODITIES.get(commodity)
    if known is not None and known.kind == "residue" and not judged(commodity):
        return Verdict(why=("unknown_residue",))
    applying = shipped(commodity) if limits is None else tuple(limits)
    seen = measured(grain, straw, Answers())
    if not any(each.measure in seen for each in applying):  # what was said alone is no grade
        return Verdict()
    found = measured(grain, straw, said)
    held = [(each, found[each.measure]) for each in applying if each.measure in found]
    unsaid = [each.measure for each in applying if each.measure not in found]
    defects = tuple(each.measure for each, there in held if there.value > each.most_a)
    sure_a = prod(_within(there, each.most_a) for each, there in held)
    sure_b = prod(_within(there, each.most_b) for each, there in held)
    given: Grade
    if not defects:
        given, sure = "A", sure_a
    elif all(there.value <= each.most_b for each, there in held):
        given, sure = "B", sure_b - sure_a
    else:
        given, sure = "C", 1 - sure_b
    asked = (*defects, *(["moisture_unknown"] if "moisture" in unsaid else []))
    return Verdict(given, round(sure * UNSAID ** len(unsaid), 3), defects, _advice(asked))


def measured(grain: Grain | None, straw: Straw | None, answers: Answers) -> dict[Measure, Measured]:
    """Everything that a limit can be about, as far as it was seen or said. What is typical was never measured here."""
    found: dict[Measure, Measured] = {}
    if grain:
        kernels: tuple[Measure, ...] = ("foreign", "damaged", "broken", "husk")
        found |= {name: _share(grain, name) for name in kernels}
    if straw:
        found |= {"soil": _seen(1 - straw.cover), "green": _seen(straw.green), "dark": _seen(straw.dark)}
    if answers.moisture and answers.moisture.source != "typical":
        found["moisture"] = Measured(answers.moisture.value, OFF_MOISTURE[answers.moisture.source])
    if answers.rained_on is not None:
        found["rained"] = Measured(float(answers.rained_on))
    days = answers.days_since_harvest
    if days is not None:
        found["days"] = Measured(float(days))
        if answers.stored is not None:
            found["days_in_field"] = Measured(float(days) if answers.stored == "field" else 0.0)
    return found


def leaf_advice(leaf: Leaf) -> tuple[str, ...]:
    return () if leaf.state == "healthy" else _advice((f"{leaf.crop}:{leaf.state}", "leaf"))


def _advice(asked: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.key for when in asked for each in ADVICE if each.when == when))


def _seen(share: float) -> Measured:
    """Of a picture of straw."""
    return Measured(share, max(OFF_STRAW_ENDS, 2 * OFF_STRAW * sqrt(max(0.0, share * (1 - share)))))


def _share(grain: Grain, name: str) -> Measured:
    between = grain.between.get(name)
    share = grain.shares.get(name, 0.0)
    if between:
        return Measured(share, (between.high - between.low) / (2 * DEVIATIONS))
    return Measured(share, sqrt(share * (1 - share) / max(1, grain.kernels)))


def _within(there: Measured, most: float) -> float:
    """How likely what was measured lies within the limit."""
    if there.off <= 0:
        return float(there.value <= most)
    return 0.5 * (1 + erf((most - there.value) / (there.off * sqrt(2))))
