"""What a thing brings: a range with its date, from as near as the market days reach."""

from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from statistics import median
from uuid import UUID

from marketplace_core.commodities import COMMODITIES
from marketplace_core.desk import Desk
from marketplace_core.places.place import Place
from marketplace_core.pricing import residue
from marketplace_core.pricing.bands import Band, band
from marketplace_core.pricing.reported import (
    MarketDay,
    MarketWeeks,
    by_market,
    in_district,
    near,
    newest,
    today,
)
from marketplace_core.pricing.rules import (
    FEWEST_MARKET_DAYS,
    LAST_DAYS,
    STALE_DAYS,
    Range,
    Reason,
    Scope,
    Trend,
    fair_range,
    weight,
    widened,
)
from marketplace_core.pricing.rules import trend as trend_of
from marketplace_core.pricing.shipped import SOURCES

#: So many of the nearest markets are named beside a price.
NAMED = 5


@dataclass(frozen=True)
class Near:
    """A market's newest price, paise a quintal. Not `exact`: the distance is that to its district."""

    market: str
    district: str
    km: float
    exact: bool
    day: date
    likely: int


@dataclass(frozen=True)
class Quote:
    """Paise a quintal. `likely` is None where only a range was ever published.

    `scope` says how far one had to look, `where` names it; `as_of` is the newest day that has a say.
    """

    commodity: str
    low: int
    likely: int | None
    high: int
    per: str
    as_of: date
    scope: Scope
    where: str
    source: str
    age_days: int
    stale: bool
    market_days: int | None = None
    trend: Trend | None = None
    nearest: tuple[Near, ...] = ()
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class _Sample:
    """Weighted prices of one scope, and each market's two weeks."""

    scope: Scope
    where: str
    prices: Sequence[tuple[float, float]]
    weeks: Sequence[tuple[float, float, float]]
    market_days: int
    as_of: date
    source: str
    why: Reason
    nearest: tuple[Near, ...] = ()

    @cached_property
    def fair(self) -> Range:
        """Worked out once, too: of all India's prices it costs more than anything else in a turn."""
        return fair_range(self.prices)


#: By edition, newest day and how far one looks from where; the oldest goes first.
_WORKED_OUT: dict[tuple[object, ...], _Sample | None] = {}
MOST_WORKED_OUT = 1_000


async def quote(desk: Desk, *, commodity: str, place: Place | None) -> Quote | None:
    """From the nearest markets, else the district, the state, India; None where nothing is known."""
    known = COMMODITIES.get(commodity)
    if known is None:
        return None
    if known.kind == "residue":
        of_residue = await residue.found(desk, commodity, place)
        return _residue_quoted(desk, of_residue) if of_residue else None
    sample = await _sample(desk, commodity, place)
    return _quoted(desk, commodity, sample) if sample else None


async def trend(desk: Desk, *, commodity: str, place: Place | None) -> Trend | None:
    found = await quote(desk, commodity=commodity, place=place)
    return found.trend if found else None


async def _sample(desk: Desk, commodity: str, place: Place | None) -> _Sample | None:
    """The same for everybody there until a price changes, so it is worked out once."""
    prices = await newest(desk, commodity)
    if prices is None:
        return None
    day, edition = prices
    if place:
        here = (edition, day, place.state, place.district, place.lat, place.lon)
        return await _once(here, lambda: _around(desk, commodity, place, day, edition))
    return await _once((edition, day), lambda: _wide(desk, commodity, day, None))


async def _around(desk: Desk, commodity: str, place: Place, day: date, edition: UUID) -> _Sample | None:
    around = await near(desk, commodity, place, day)
    if len(around) >= FEWEST_MARKET_DAYS:
        return _of_days("markets", place.district, around)
    here = await in_district(desk, commodity, place, day)
    if len(here) >= FEWEST_MARKET_DAYS:
        return _of_days("district", place.district, here)
    state = await _once((edition, day, place.state), lambda: _wide(desk, commodity, day, place.state))
    return state or await _once((edition, day), lambda: _wide(desk, commodity, day, None))


async def _wide(desk: Desk, commodity: str, day: date, state: str | None) -> _Sample | None:
    found = await by_market(desk, commodity, day, state=state)
    scope: tuple[Scope, str] = ("state", state) if state else ("india", "India")
    return _of_markets(*scope, found) if sum(each.days for each in found) >= FEWEST_MARKET_DAYS else None


async def _once(key: tuple[object, ...], work_out: Callable[[], Awaitable[_Sample | None]]) -> _Sample | None:
    if key not in _WORKED_OUT:
        found = await work_out()
        if len(_WORKED_OUT) >= MOST_WORKED_OUT:
            _WORKED_OUT.pop(next(iter(_WORKED_OUT)))
        _WORKED_OUT[key] = found
    return _WORKED_OUT[key]


def _of_days(scope: Scope, where: str, days: Sequence[MarketDay]) -> _Sample:
    as_of = max(day.day for day in days)
    by_id: dict[int, list[MarketDay]] = defaultdict(list)
    for day in sorted(days, key=lambda day: day.day, reverse=True):
        by_id[day.market_id].append(day)
    weeks = []
    for own in by_id.values():
        this = [day.likely for day in own if (as_of - day.day).days < 7]
        last = [day.likely for day in own if (as_of - day.day).days >= 7]
        if this and last:
            weeks.append((median(this), median(last), weight(own[0].km or 0, 0)))
    nearest = sorted((own[0] for own in by_id.values() if own[0].km is not None), key=lambda day: day.km or 0)
    facts = {"markets": len(by_id), "market_days": len(days), "last_days": LAST_DAYS}
    if nearest:
        facts["km"] = round(nearest[-1].km or 0)
    return _Sample(
        scope,
        where,
        [(day.likely, weight(day.km or 0, (as_of - day.day).days)) for day in days],
        weeks,
        len(days),
        as_of,
        _source(day.source for day in days),
        Reason(f"from_{scope}", facts),
        tuple(
            Near(day.market, day.district, round(day.km or 0, 1), day.exact, day.day, day.likely)
            for day in nearest[:NAMED]
        ),
    )


def _of_markets(scope: Scope, where: str, markets: Sequence[MarketWeeks]) -> _Sample:
    # Each state counts once: most reports are from Tamil Nadu, and India is not Tamil Nadu.
    days_of: Counter[str] = Counter()
    for each in markets:
        days_of[each.state] += each.days
    shares = [each.days / days_of[each.state] for each in markets]
    return _Sample(
        scope,
        where,
        [(each.likely, share) for each, share in zip(markets, shares, strict=True)],
        [
            (each.this_week, each.last_week, share)
            for each, share in zip(markets, shares, strict=True)
            if each.this_week and each.last_week
        ],
        days_of.total(),
        max(each.newest for each in markets),
        _source(each.source for each in markets),
        Reason(
            f"from_{scope}",
            {
                "states": len(days_of),
                "markets": len(markets),
                "market_days": days_of.total(),
                "last_days": LAST_DAYS,
            },
        ),
    )


def _source(codes: Iterable[str]) -> str:
    (most, _), *_ = Counter(codes).most_common(1)
    return SOURCES.get(most, most)


def _quoted(desk: Desk, commodity: str, sample: _Sample) -> Quote:
    age = (today(desk) - sample.as_of).days
    moves = band(commodity)
    down, _, up = moves.at(age)
    wide = widened(sample.fair, down, up)
    moved = trend_of(sample.weeks, week_noise=moves.week_noise, as_of=sample.as_of)
    reasons = [sample.why]
    if moved:
        reasons.append(
            Reason(
                "trend",
                {
                    "direction": moved.direction,
                    "percent": moved.percent,
                    "noise_percent": moved.noise_percent,
                },
            )
        )
    reasons.append(_widened(sample.fair, wide, age, moves))
    return Quote(
        commodity=commodity,
        low=wide.low,
        likely=wide.likely,
        high=wide.high,
        per="quintal",
        as_of=sample.as_of,
        scope=sample.scope,
        where=sample.where,
        source=sample.source,
        age_days=age,
        stale=age > STALE_DAYS,
        market_days=sample.market_days,
        trend=moved,
        nearest=sample.nearest,
        reasons=tuple(reasons),
    )


def _residue_quoted(desk: Desk, found: residue.Found) -> Quote:
    known = found.known
    age = (today(desk) - known.as_of).days
    return Quote(
        commodity=known.commodity,
        low=known.low,
        likely=known.likely,
        high=known.high,
        per="quintal",
        as_of=known.as_of,
        scope="deals" if found.deals else "state",
        where=known.where,
        source=known.source,
        age_days=age,
        stale=age > residue.DEAL_DAYS,
        reasons=(found.why,),
    )


def _widened(found: Range, wide: Range, age: int, moves: Band) -> Reason:
    return Reason(
        "widened_for_age",
        {
            "age_days": age,
            "low_before": found.low,
            "high_before": found.high,
            "low": wide.low,
            "high": wide.high,
            "measured_on": "this_crop" if moves.own else "all_crops",
            "measured_days": moves.longest,
        },
    )
