"""Held-back days: rolling origins, and only what had been published by each of them.

A model is trained on everything whose outcome was known at the first origin, its quantiles calibrated on the last
stretch before it, and then asked at each origin, a month apart, at 1, 7, 14 and 30 days. One market in ten is
never trained on.
"""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan, nan
from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray

from marketplace_core.pricing.features import NAMES, YEAR, Days, Floats, History, features, ready
from marketplace_core.pricing.reports import Series
from marketplace_core.pricing.training.histories import state_medians

HORIZONS = (1, 7, 14, 30)
TRAINED = (1, 3, 7, 14, 21, 30)
#: How far a stale price may have moved is measured farther than anybody should forecast.
LONG = (60, 90, 120, 150, 180)
SHARES = (0.1, 0.5, 0.9)
ORIGINS, APART = 10, 30
#: Days before the first origin that calibrate and do not train.
CALIBRATE = 150
#: A target is the first report within so many days of its day: markets close on holidays.
GRACE = 2
MOST_ROWS = 40_000
#: Half of the rows are from these last days: the market of today is not the one of 2008.
LATELY = 900
GAP = 4
HELD_OUT = 10  # one market in so many
FEWEST_TESTED, FEWEST_CHECKED, FEWEST_LEARNED = 40, 300, 1000
SPIKE = float(np.log(1.3))
PARAMETERS = {
    "objective": "quantile",
    "num_leaves": 15,
    "learning_rate": 0.06,
    "min_data_in_leaf": 120,
    "feature_fraction": 0.8,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "num_threads": 1,  # two wait for each other where anybody else uses the machine
    "seed": 1,
    "deterministic": True,
    "verbose": -1,
}
ROUNDS = 120


@dataclass(frozen=True)
class Rows:
    """One line a forecast: its features, the move that followed, and what the baselines would have said."""

    x: Floats
    y: Floats
    last: Floats
    horizon: Days
    target: Days
    seasonal: Floats
    drift: Floats
    unseen: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.y)

    def where(self, mask: Any) -> "Rows":
        return Rows(*(getattr(self, name)[mask] for name in self.__dataclass_fields__))


def kept_out(where: Series) -> bool:
    return zlib.crc32("|".join(where[1:]).encode()) % HELD_OUT == 0


def rows_of(
    series: Mapping[Series, History],
    origins: Mapping[Series, Sequence[int]],
    horizons: Sequence[int] = HORIZONS,
) -> Rows:
    states = state_medians(series)
    found: list[tuple[Any, ...]] = []
    for where, days in origins.items():
        market, state = series[where], states[where.state]
        for origin in days:
            past = market.until(origin)
            if not ready(past, origin):
                continue
            wanted = [(h, at) for h in horizons if (at := _target(market, origin + h)) is not None]
            if not wanted:
                continue
            last = float(past.logs[-1])
            slope = (last - past.as_of(origin - 90)) / 90
            slope = 0.0 if isnan(slope) else slope
            x = features(past, state, origin, [h for h, _ in wanted])
            for row, (h, at) in zip(x, wanted, strict=True):
                year_ago = past.median(origin + h - YEAR - 3, origin + h - YEAR + 3) - last
                moved = float(market.logs[at]) - last
                found.append((row, moved, last, h, market.days[at], year_ago, slope * h, kept_out(where)))
    columns = list(zip(*found, strict=True)) if found else [()] * 8
    x = np.array(columns[0], dtype=np.float32).reshape(len(found), len(NAMES)).astype(np.float64)
    y, last_, seasonal, drift_ = (np.array(columns[n], dtype=np.float64) for n in (1, 2, 5, 6))
    horizon, target = (np.array(columns[n], dtype=np.int64) for n in (3, 4))
    return Rows(x, y, last_, horizon, target, seasonal, drift_, np.array(columns[7], dtype=bool))


def _target(market: History, day: int) -> int | None:
    at = int(market.days.searchsorted(day))
    return at if at < len(market) and market.days[at] - day <= GRACE else None


def training_rows(series: Mapping[Series, History], before: int, seed: int = 1) -> Rows:
    """Up to MOST_ROWS, spread over all markets and days, whose outcome was known by `before`."""
    start = np.random.default_rng(seed)
    origins: dict[Series, list[int]] = {where: [] for where in series}
    for first, last in ((0, before - LATELY), (before - LATELY, before)):
        stretch = {w: h.days[(h.days >= first) & (h.days < last)] for w, h in series.items()}
        step = max(1, sum(map(len, stretch.values())) * len(TRAINED) * 2 // MOST_ROWS)
        for where, days in stretch.items():
            # A farmer asks some days after the last report, not on its evening.
            asked_on = days[start.integers(step) :: step]
            origins[where] += [int(day) for day in asked_on + start.integers(0, GAP, len(asked_on))]
    rows = rows_of(series, origins, TRAINED)
    rows = rows.where(rows.target < before)
    if len(rows) > MOST_ROWS:
        rows = rows.where(np.sort(start.permutation(len(rows))[:MOST_ROWS]))
    return rows


def fit(rows: Rows) -> list[Any]:
    data = lightgbm.Dataset(rows.x, rows.y, feature_name=list(NAMES), free_raw_data=False)
    return [lightgbm.train(PARAMETERS | {"alpha": share}, data, ROUNDS) for share in SHARES]


def asked(boosters: Sequence[Any], rows: Rows) -> Floats:
    """P10, P50, P90 of the move; crossing quantiles are sorted."""
    return np.sort(np.column_stack([each.predict(rows.x) for each in boosters]), axis=1)


Offsets = dict[int, tuple[float, float]]


def offsets(predicted: Floats, rows: Rows) -> Offsets:
    """By how much the two ends must be moved for one tenth to lie beyond each: conformalised quantiles."""
    found = {}
    for horizon in TRAINED:
        at = rows.horizon == horizon
        if at.sum() >= 50:
            low, high = rows.y[at] - predicted[at, 0], rows.y[at] - predicted[at, 2]
            # Only outwards: one calm season is no reason to promise more.
            found[horizon] = min(0.0, float(np.quantile(low, 0.1))), max(0.0, float(np.quantile(high, 0.9)))
    return found or {TRAINED[0]: (0.0, 0.0)}


def calibrated(predicted: Floats, rows: Rows, by: Offsets) -> Floats:
    known = sorted(by)
    low, high = (np.interp(rows.horizon, known, [by[h][end] for h in known]) for end in (0, 1))
    return np.sort(np.column_stack([predicted[:, 0] + low, predicted[:, 1], predicted[:, 2] + high]), axis=1)


def error_band(errors: Floats, horizon: Days, horizons: Sequence[int]) -> dict[int, Floats]:
    """A baseline's own errors: its tenths on either side, its middle where it stands."""
    found = {}
    for each in horizons:
        at = errors[(horizon == each) & np.isfinite(errors)]
        if len(at) >= 30:
            low, high = np.quantile(at, (0.1, 0.9))
            found[each] = np.array([min(low, 0.0), 0.0, max(high, 0.0)])
    return found


def banded(point: Floats, rows: Rows, band: Mapping[int, Floats]) -> Floats:
    around: Floats = np.array([band[int(h)] for h in rows.horizon])
    return point[:, None] + around


@dataclass(frozen=True)
class Score:
    """Rupees a quintal."""

    n: int
    pinball: float
    coverage: float
    width: float
    mae: float
    spikes: int
    spike_coverage: float


def score(rows: Rows, predicted: Floats) -> Score:
    if not len(rows):
        return Score(n=0, pinball=nan, coverage=nan, width=nan, mae=nan, spikes=0, spike_coverage=nan)
    actual = np.exp(rows.last + rows.y) / 100
    said = np.exp(rows.last[:, None] + predicted) / 100
    error = actual[:, None] - said
    shares = np.array(SHARES)
    inside = (actual >= said[:, 0] - 1e-9) & (actual <= said[:, 2] + 1e-9)
    spikes = np.abs(rows.y) > SPIKE
    return Score(
        n=len(rows),
        pinball=float(np.mean(np.maximum(shares * error, (shares - 1) * error))),
        coverage=float(inside.mean()),
        width=float(np.mean(said[:, 2] - said[:, 0])),
        mae=float(np.mean(np.abs(error[:, 1]))),
        spikes=int(spikes.sum()),
        spike_coverage=float(inside[spikes].mean()) if spikes.any() else nan,
    )


@dataclass(frozen=True)
class Backtest:
    first_origin: int
    last_origin: int
    trained: int
    markets: int
    states: tuple[str, ...]
    scores: dict[str, dict[str, Score]]  # method → "all", "unseen", "1", "7", "14", "30"
    offsets: Offsets


def backtest(series: Mapping[Series, History]) -> Backtest | None:
    """Model, naive, seasonal naive and drift on the same held-back days.

    No model where there is too little to learn from, None where there is too little to measure on.
    """
    newest = max(int(history.days[-1]) for history in series.values())
    recent = {where: h for where, h in series.items() if newest - int(h.days[-1]) < 400}
    last = newest - max(HORIZONS)
    days = [last - APART * n for n in range(ORIGINS)][::-1]
    asked_of = {where: days for where, h in recent.items() if any(ready(h.until(day), day) for day in days)}
    test = rows_of(recent, asked_of)
    first = days[0]
    known = training_rows(series, first)
    seen = known.where(~known.unseen)
    # What the shorter stretch learned is only used to see how far its quantiles must be moved.
    learn, check = seen.where(seen.target < first - CALIBRATE), seen.where(seen.target >= first - CALIBRATE)
    said, by = {}, {}
    if len(test) < FEWEST_TESTED:
        return None
    if len(check) >= FEWEST_CHECKED and len(learn) >= FEWEST_LEARNED:
        by = offsets(asked(fit(learn), check), check)
        said["model"] = calibrated(asked(fit(seen), test), test, by)
    naive = error_band(known.y, known.horizon, TRAINED)
    said["naive"] = banded(np.zeros(len(test)), test, naive)
    season = np.where(np.isfinite(test.seasonal), test.seasonal, 0.0)
    seasonal_band = error_band(known.y - known.seasonal, known.horizon, TRAINED)
    # Without a year behind it the seasonal forecast is the naive one.
    at_year = banded(season, test, seasonal_band if len(seasonal_band) == len(TRAINED) else naive)
    said["seasonal"] = np.where(np.isfinite(test.seasonal)[:, None], at_year, said["naive"])
    said["drift"] = banded(test.drift, test, error_band(known.y - known.drift, known.horizon, TRAINED))
    parts = {"all": np.ones(len(test), dtype=bool), "unseen": test.unseen}
    parts |= {str(h): test.horizon == h for h in HORIZONS}
    scores = {
        method: {part: score(test.where(mask), predicted[mask]) for part, mask in parts.items()}
        for method, predicted in said.items()
    }
    states = tuple(sorted({where.state for where in asked_of}))
    return Backtest(first, last, len(seen), len(asked_of), states, scores, by)
