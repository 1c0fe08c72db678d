"""A place by its name, in any spelling and any of our scripts."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz, process
from sqlalchemy import Float, and_, func, select

from marketplace_core.desk import Desk
from marketplace_core.places.gazetteer import BRANCH
from marketplace_core.places.models import district as d
from marketplace_core.places.models import pincode as p
from marketplace_core.places.models import post_office as o
from marketplace_core.places.names import KIND, KNOWN_AS, STATE_SHORT
from marketplace_core.places.place import Place
from marketplace_core.places.sounds import plain, sounds

#: The longest text that can still be the name of a place.
LONGEST = 80
#: How alike (of 100) a name must be to be worth a "did you mean".
ALIKE = 70
#: Each step down from district to village must be outweighed by this much likeness.
STEP, STEP_BETWEEN_SCRIPTS = 4, 12
#: A district that sounds like this much (of 100) is offered even where a hamlet has the very name.
LIKELY_MEANT = 80
#: Offices looked at for one sound; "Rampur" has hundreds.
MOST_NAMESAKES = 200

OFFICES = select(
    o.c.pincode,
    o.c.name,
    o.c.district,
    o.c.state,
    func.coalesce(o.c.lat, p.c.lat, d.c.lat, type_=Float).label("lat"),
    func.coalesce(o.c.lon, p.c.lon, d.c.lon, type_=Float).label("lon"),
    o.c.rank,
).select_from(
    o.join(p, o.c.pincode == p.c.pincode).join(d, and_(d.c.state == o.c.state, d.c.district == o.c.district))
)


def place_of_office(row: Any) -> Place:
    return Place(row.pincode, row.name, row.district, row.state, row.lat, row.lon)


@dataclass(frozen=True)
class Atlas:
    """The names known by heart: districts with the place of their head office, states, towns."""

    heads: Mapping[str, tuple[Place, ...]]
    same_sound: Mapping[str, tuple[str, ...]]
    states: Mapping[str, str]
    towns: tuple[str, ...]


@dataclass(frozen=True)
class Reading:
    """One way to read what was written: a name, perhaps within a state or district."""

    name: str
    state: str | None = None
    district: str | None = None


async def search(desk: Desk, text: str, *, limit: int = 5) -> tuple[Place, ...]:
    """Exact names first, districts and towns before villages; nothing is better than a wild guess."""
    atlas = await _atlas(desk)
    parts = [part for part in map(_words, text[:LONGEST].split(",")) if part]
    if not parts:
        return ()
    # Vowels get lost between scripts, so there a well-known name outweighs a letter-perfect hamlet.
    step = STEP if text.isascii() else STEP_BETWEEN_SCRIPTS
    for reading in _readings(parts, atlas):
        if found := await _named(desk, reading, atlas, step, limit):
            return found
    guess = process.extractOne(parts[0], atlas.towns, scorer=fuzz.ratio, score_cutoff=ALIKE)
    return await _named(desk, Reading(guess[0]), atlas, step, limit) if guess else ()


def _words(text: str) -> str:
    words = plain(text)
    return KIND.sub("", words).strip() or words


def _readings(parts: list[str], atlas: Atlas) -> Iterator[Reading]:
    name, *within = parts
    if within:
        for area in within:
            yield from _within(name, area, atlas)
    yield Reading(name)
    words = name.split()
    for cut in range(1, min(4, len(words))):
        yield from _within(" ".join(words[:-cut]), " ".join(words[-cut:]), atlas)


def _within(name: str, area: str, atlas: Atlas) -> Iterator[Reading]:
    if area in atlas.states:
        yield Reading(name, state=atlas.states[area])
    for district in _district_names(area, atlas):
        for place in atlas.heads[district]:
            yield Reading(name, state=place.state, district=place.district)


def _district_names(name: str, atlas: Atlas) -> tuple[str, ...]:
    known = KNOWN_AS.get(name, name)
    return (known,) if known in atlas.heads else atlas.same_sound.get(sounds(name), ())


async def _named(desk: Desk, reading: Reading, atlas: Atlas, step: int, limit: int) -> tuple[Place, ...]:
    name = reading.name
    heads: list[tuple[float, Place]] = []
    exact: list[tuple[float, Place]] = []
    alike: list[tuple[float, Place]] = []
    for district in _district_names(name, atlas):
        meant = KNOWN_AS.get(name, name) == district
        likeness = 100.0 if meant else fuzz.ratio(name, district)
        for head in atlas.heads[district]:
            if reading.state in (None, head.state) and reading.district in (None, head.district):
                (exact if meant else heads).append((likeness + step, head))
    for row in await desk.db.execute(_namesakes(reading)):
        likeness = fuzz.ratio(name, plain(row.name))
        same = likeness == 100 and step == STEP
        (exact if same else alike).append((likeness - step * row.rank, place_of_office(row)))
    if exact:
        perhaps = _best([each for each in heads if each[0] - step >= LIKELY_MEANT])[: limit // 2]
        return (*_best(exact)[: limit - len(perhaps)], *perhaps)
    return _best([each for each in (*heads, *alike) if each[0] >= ALIKE])[:limit]


def _best(found: list[tuple[float, Place]]) -> tuple[Place, ...]:
    ordered = sorted(found, key=lambda each: -each[0])
    return tuple({(place.pincode, place.village): place for _, place in reversed(ordered)}.values())[::-1]


def _namesakes(reading: Reading) -> Any:
    statement = OFFICES.where(o.c.sounds == sounds(reading.name))
    if reading.state:
        statement = statement.where(o.c.state == reading.state)
    if reading.district:
        statement = statement.where(o.c.district == reading.district)
    exact = func.lower(o.c.name) == reading.name
    return statement.order_by(exact.desc(), o.c.rank, o.c.pincode, o.c.name).limit(MOST_NAMESAKES)


_learnt: Atlas | None = None


async def _atlas(desk: Desk) -> Atlas:
    # Reference data: the same for every tenant, and changed only by a new release.
    global _learnt  # noqa: PLW0603
    if _learnt is None:
        learnt = await _learn(desk)
        if not learnt.heads:  # not seeded yet
            return learnt
        _learnt = learnt
    return _learnt


async def _learn(desk: Desk) -> Atlas:
    heads: dict[str, list[Place]] = defaultdict(list)
    states = {}
    for row in await desk.db.execute(select(d)):
        place = Place(row.pincode, row.village, row.district, row.state, row.lat, row.lon)
        heads[plain(row.district)].append(place)
        states[plain(row.state)] = row.state
    states |= {short: states[name] for short, name in STATE_SHORT.items() if name in states}
    same_sound: dict[str, list[str]] = defaultdict(list)
    for name in heads:
        same_sound[sounds(name)].append(name)
    towns = (await desk.db.execute(select(o.c.name).where(o.c.rank < BRANCH).distinct())).scalars()
    return Atlas(
        {name: tuple(places) for name, places in heads.items()},
        {sound: tuple(names) for sound, names in same_sound.items()},
        states,
        tuple(sorted({*heads, *KNOWN_AS, *map(plain, towns)})),
    )
