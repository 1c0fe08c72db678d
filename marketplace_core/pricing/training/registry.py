"""What the training found out, as `data/forecasts.json`: how far prices move, and who may speak for which crop."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from marketplace_core.pricing.bands import ALL, REGISTRY
from marketplace_core.pricing.features import History
from marketplace_core.pricing.reports import Series
from marketplace_core.pricing.training.backtest import GRACE, HORIZONS, LONG, Backtest, Score

FEWEST_ERRORS = 200
#: A week's median moves at least so much before anybody calls it a trend.
LEAST_NOISE = 0.01
#: A model whose range misses more than this is not served, however small its error.
LEAST_COVERAGE = 0.70
JULY_HORIZONS = (1, 3, 7, 14)

Band = dict[str, Any]


def band(series: Mapping[Series, History], horizons: Sequence[int]) -> Band | None:
    """How far the last price was off, at so many days."""
    found = {}
    for horizon in horizons:
        errors = np.concatenate([_errors(each, horizon) for each in series.values()])
        if len(errors) >= FEWEST_ERRORS:
            low, high = np.quantile(errors, (0.1, 0.9))
            found[str(horizon)] = [round(min(float(low), 0.0), 4), 0.0, round(max(float(high), 0.0), 4)]
    noise = max(LEAST_NOISE, round(_week_noise(series), 4))
    return {"horizons": _growing(found), "week_noise": noise} if found else None


def _growing(found: dict[str, list[float]]) -> dict[str, list[float]]:
    # A later day is never surer than an earlier one; where a sample says so, it is chance or season.
    low = high = 0.0
    for horizon in sorted(found, key=int):
        low, high = min(low, found[horizon][0]), max(high, found[horizon][2])
        found[horizon] = [low, 0.0, high]
    return found


def _errors(history: History, horizon: int) -> Any:
    at = history.days.searchsorted(history.days + horizon)
    inside = at < len(history)
    at, start = at[inside], np.flatnonzero(inside)
    near = history.days[at] - history.days[start] - horizon <= GRACE
    return (history.logs[at] - history.logs[start])[near]


def _week_noise(series: Mapping[Series, History]) -> float:
    moves = []
    for history in series.values():
        weeks, starts = np.unique(history.days // 7, return_index=True)
        middles = np.array([np.median(each) for each in np.split(history.logs, starts[1:])])
        moves.append(np.abs(np.diff(middles))[np.diff(weeks) == 1])
    known = np.concatenate(moves)
    return float(known.mean()) if len(known) else LEAST_NOISE


def bands(
    long: Mapping[str, Mapping[Series, History]], july: Mapping[str, Mapping[Series, History]]
) -> dict[str, Band]:
    found = {name: each for name, series in long.items() if (each := band(series, (*HORIZONS, *LONG)))}
    pooled: dict[str, list[list[float]]] = defaultdict(list)
    for each in found.values():
        for horizon, three in each["horizons"].items():
            pooled[horizon].append(three)
    everything = {
        ALL: {
            "horizons": _growing(
                {h: [round(median(end), 4) for end in zip(*all_, strict=True)] for h, all_ in pooled.items()}
            ),
            "week_noise": median(each["week_noise"] for each in found.values()),
        }
    }
    shorter = {
        name: each
        for name, series in july.items()
        if name not in found and (each := band(series, JULY_HORIZONS))
    }
    return everything | dict(sorted((shorter | found).items()))


def better(tested: Backtest) -> bool:
    """Whether the model beat every baseline on the days that were held back, with an honest range."""
    model = tested.scores.get("model")
    if model is None or model["all"].coverage < LEAST_COVERAGE:
        return False
    others = (each["all"].pinball for name, each in tested.scores.items() if name != "model")
    return model["all"].pinball < min(others)


def served(tested: Backtest) -> dict[str, Any]:
    by = "model" if better(tested) else "naive"
    mine, naive, seasonal = (tested.scores[name]["all"] for name in (by, "naive", "seasonal"))
    told: dict[str, Any] = {
        "by": by,
        "pinball": round(mine.pinball, 1),
        "coverage": round(mine.coverage, 3),
        "mae": round(mine.mae),
        "skill_vs_naive": skill(mine, naive),
        "skill_vs_seasonal": skill(mine, seasonal),
        "tested": mine.n,
        "markets": tested.markets,
        "states": list(tested.states),
        "tested_from": str(date.fromordinal(tested.first_origin)),
        "tested_until": str(date.fromordinal(tested.last_origin + max(HORIZONS))),
    }
    if by == "model":
        told["offsets"] = {
            str(h): [round(low, 4), round(high, 4)] for h, (low, high) in tested.offsets.items()
        }
    return told


def skill(mine: Score, other: Score) -> float:
    return round(1 - mine.pinball / other.pinball, 3)


def write(folder: Path, found: Mapping[str, Band], who: Mapping[str, Any]) -> None:
    text = json.dumps({"bands": found, "served": who}, indent=1, sort_keys=True)
    # One line a horizon reads better than four.
    compact = json.dumps(json.loads(text), separators=(",", ":"), sort_keys=True)
    lines = compact.replace('},"', '},\n"').replace('"served":', '\n"served":')
    (folder / REGISTRY).write_text(lines + "\n", encoding="utf-8")
