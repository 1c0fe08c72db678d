"""The next thirty days at the nearest market that reports, with the range in which eight of ten prices fell.

`data/forecasts.json` says who may speak for a crop: a model where it beat every baseline on days it had never
seen, else the last price with the error that the last price was measured to have.
"""

import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib import resources
from math import exp
from typing import Any, Literal

import numpy as np
import onnxruntime
from sqlalchemy import func, select

from marketplace_core.commodities import COMMODITIES
from marketplace_core.desk import Desk
from marketplace_core.errors import BadTerms
from marketplace_core.places.distance import box, km_from
from marketplace_core.places.place import Place
from marketplace_core.pricing.bands import Band, band, registry
from marketplace_core.pricing.chart import Ahead
from marketplace_core.pricing.features import Floats, History, features, ready
from marketplace_core.pricing.models import market as m
from marketplace_core.pricing.models import market_price as t
from marketplace_core.pricing.queries import Near
from marketplace_core.pricing.reported import newest, today
from marketplace_core.pricing.rules import LAST_DAYS, RUPEE, Fact, Reason
from marketplace_core.pricing.shipped import SOURCES

MOST_DAYS = 30
#: A model may need what the same days of last year did.
PAST_DAYS = 400
#: Of two markets at about the same distance the one that reports more often speaks.
FEWEST_REPORTS = 3
FAR_KM = 200
ONE_THREAD = 1


@dataclass(frozen=True)
class Forecast:
    """Of the days after today; ready for a chart. Empty `days`: too old, or nothing was ever measured so far ahead."""

    commodity: str
    market: Near
    as_of: date
    age_days: int
    by: Literal["model", "naive"]
    history: tuple[tuple[date, int], ...]
    days: tuple[Ahead, ...]
    source: str
    reasons: tuple[Reason, ...]


async def forecast(desk: Desk, *, commodity: str, place: Place, days: int = MOST_DAYS) -> Forecast | None:
    """The days after today, as far as errors were measured; None where no market near reports."""
    if not 1 <= days <= MOST_DAYS:
        raise BadTerms("days")
    if commodity not in COMMODITIES or not (found := await _nearest(desk, commodity, place)):
        return None
    market_id, state, near = found
    rows = await _history(desk, commodity, near.day, t.c.market_id == market_id)
    history, source = History(*_arrays(rows)), SOURCES.get(rows[-1].source, rows[-1].source)
    now, age = today(desk), (today(desk) - near.day).days
    moves, served = band(commodity), registry()["served"].get(commodity, {})
    ahead = list(range(1, days + 1))
    measured_here = state in served.get("states", ())
    modelled = served.get("by") == "model" and measured_here and ready(history, now.toordinal())
    if modelled:
        in_state = await _history(desk, commodity, now, m.c.state == state)
        rows_ahead = features(history, _median_of_days(in_state), now.toordinal(), ahead)
        quantiles = _ask(commodity, rows_ahead, ahead)
    else:  # the older the last price, the farther ahead of it the day lies
        ahead = [n for n in ahead if moves.own and age + n <= moves.longest]
        quantiles = np.array([moves.at(age + n) for n in ahead]).reshape(-1, 3)
    coming = tuple(
        _day(near, now + timedelta(days=n), moved) for n, moved in zip(ahead, quantiles, strict=True)
    )
    return Forecast(
        commodity=commodity,
        market=near,
        as_of=near.day,
        age_days=age,
        by="model" if modelled else "naive",
        history=tuple((row.day, row.likely_paise) for row in rows[-90:]),
        days=coming,
        source=source,
        reasons=(
            _how(served, len(history), here=measured_here, modelled=modelled),
            *_limits(moves, age, days, len(coming)),
        ),
    )


def _day(near: Near, day: date, quantiles: Sequence[float]) -> Ahead:
    low, likely, high = (round(near.likely * exp(q) / RUPEE) * RUPEE for q in sorted(quantiles))
    return Ahead(day, low, likely, high)


def _how(served: dict[str, Any], reports: int, *, here: bool, modelled: bool) -> Reason:
    """Who speaks and how good they were; figures in rupees a quintal, over horizons of 1 to 30 days."""
    facts: dict[str, Fact] = {"reports": reports} | {
        name: served[name] for name in ("mae", "coverage", "skill_vs_naive", "tested_until") if name in served
    }
    if modelled:
        return Reason("by_model", facts)
    if served.get("by") == "model":
        why = "history_too_short" if here else "no_model_measured_in_this_state"
        return Reason(f"by_last_price_{why}", {"reports": reports})
    if served:
        return Reason("by_last_price_no_model_was_better", facts)
    return Reason("by_last_price_never_backtested", {"reports": reports})


def _limits(moves: Band, age: int, wanted: int, given: int) -> list[Reason]:
    if given == wanted:
        return []
    longest = moves.longest if moves.own else 0
    return [Reason("measured_no_farther", {"age_days": age, "days": given, "measured_days": longest})]


async def _nearest(desk: Desk, commodity: str, place: Place) -> tuple[int, str, Near] | None:
    """The nearest market with some reports among the last days of any."""
    prices = await newest(desk, commodity)
    if prices is None:
        return None
    latest, _ = prices
    west, south, east, north = box(place.lat, place.lon, FAR_KM)
    km = km_from(place.lat, place.lon, m.c.lat, m.c.lon)
    last = func.max(t.c.day)
    row = (
        await desk.db.execute(
            select(m, last.label("day"), km.label("km"))
            .join(t, t.c.market_id == m.c.id)
            .where(
                m.c.loc.op("<@")(func.box(func.point(west, south), func.point(east, north))),
                t.c.commodity == commodity,
                t.c.day.between(latest - timedelta(days=LAST_DAYS - 1), latest),
            )
            .group_by(m.c.id)
            .having(func.count() >= FEWEST_REPORTS)
            .order_by(km, func.count().desc(), m.c.id)
            .limit(1)
        )
    ).one_or_none()
    if row is None:
        return None
    likely = select(t.c.likely_paise).where(
        t.c.commodity == commodity, t.c.market_id == row.id, t.c.day == row.day
    )
    paise = (await desk.db.execute(likely)).scalar_one()
    return row.id, row.state, Near(row.name, row.district, round(row.km, 1), row.exact, row.day, paise)


async def _history(desk: Desk, commodity: str, newest: date, where: Any) -> Sequence[Any]:
    rows = await desk.db.execute(
        select(t.c.day, t.c.likely_paise, t.c.source)
        .join(m, m.c.id == t.c.market_id)
        .where(t.c.commodity == commodity, where, t.c.day.between(newest - timedelta(days=PAST_DAYS), newest))
        .order_by(t.c.day)
    )
    return rows.all()


def _arrays(rows: Sequence[Any]) -> tuple[Any, Floats]:
    days = np.array([row.day.toordinal() for row in rows], dtype=np.int64)
    return days, np.log(np.array([row.likely_paise for row in rows], dtype=np.float64))


def _median_of_days(rows: Sequence[Any]) -> History:
    days, logs = _arrays(rows)
    known, starts = np.unique(days, return_index=True)
    return History(known, np.array([np.median(each) for each in np.split(logs, starts[1:])]))


@cache
def _session(commodity: str) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = ONE_THREAD
    packed = resources.files("marketplace_core.pricing") / "data" / f"{commodity}.onnx.gz"
    return onnxruntime.InferenceSession(
        gzip.decompress(packed.read_bytes()), options, providers=["CPUExecutionProvider"]
    )


def _ask(commodity: str, rows: Floats, horizons: Sequence[int]) -> Floats:
    """P10, P50, P90 of the move: the ends moved by what held-back days showed, crossing ones sorted."""
    (said,) = _session(commodity).run(None, {"features": rows.astype(np.float32)})
    moved = np.asarray(said, dtype=np.float64)
    offsets = {int(h): each for h, each in registry()["served"][commodity]["offsets"].items()}
    known = sorted(offsets)
    for column, end in ((0, 0), (2, 1)):
        moved[:, column] += np.interp(horizons, known, [offsets[h][end] for h in known])
    return np.sort(moved, axis=1)
