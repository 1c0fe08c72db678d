"""Which small lots make one load, and how what belongs to all is divided. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from marketplace_core.errors import BadTerms
from marketplace_core.ledger.rules import split
from marketplace_core.places.distance import km_between


@dataclass(frozen=True)
class Lot:
    """A lot as it could be collected."""

    listing: str
    kg: int
    lat: float
    lon: float


def load(
    lots: Sequence[Lot], *, around: tuple[float, float], radius_km: float, max_kg: int
) -> tuple[Lot, ...]:
    """The nearest first, until the truck is full; a lot that does not fit makes room for the next that does."""
    near = sorted(
        (away, lot.listing, lot)
        for lot in lots
        if (away := km_between(*around, lot.lat, lot.lon)) <= radius_km
    )
    taken: list[Lot] = []
    left = max_kg
    for _, _, lot in near:
        if lot.kg <= left:
            taken.append(lot)
            left -= lot.kg
    return tuple(taken)


def best_load(lots: Sequence[Lot], *, radius_km: float, min_kg: int, max_kg: int) -> tuple[Lot, ...]:
    """Around each lot in turn: the fullest load, of equally full ones the closest together; () if none is enough."""
    best: tuple[tuple[int, float], tuple[Lot, ...]] | None = None
    for seed in lots:
        here = (seed.lat, seed.lon)
        found = load(lots, around=here, radius_km=radius_km, max_kg=max_kg)
        kg = sum(lot.kg for lot in found)
        if kg < min_kg:
            continue
        merit = (kg, -sum(km_between(*here, lot.lat, lot.lon) for lot in found))
        if best is None or merit > best[0]:
            best = merit, found
    return best[1] if best else ()


def divided(truck_kg: int, declared: Mapping[str, int]) -> dict[str, int]:
    """One weighment of the whole truck over the lots on it, as they were declared; not a kilogram is lost."""
    parts = dict(zip(declared, split(truck_kg, list(declared.values())), strict=True))
    if not all(parts.values()):
        raise BadTerms("truck_kg")  # so little that somebody's lot would have weighed nothing
    return parts


def logistics(paise: int, declared: Mapping[str, int]) -> dict[str, int]:
    """The truck's cost over the lots by their weight; not a paisa is lost."""
    return dict(zip(declared, split(paise, list(declared.values())), strict=True))
