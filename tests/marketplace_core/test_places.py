"""Places as farmers name them."""

from math import asin, atan2, cos, degrees, radians, sin

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from marketplace_core.desk import Desk
from marketplace_core.places import queries as places
from marketplace_core.places.distance import box, km_between
from marketplace_core.places.gazetteer import centre, fill
from marketplace_core.places.names import area_name, office_name
from marketplace_core.places.sounds import sounds


async def test_the_whole_gazetteer_is_there(desk: Desk) -> None:
    counted = await desk.db.execute(
        text(
            "SELECT (SELECT count(*) FROM post_office), (SELECT count(*) FROM pincode), "
            "(SELECT count(lat) FROM pincode), (SELECT count(*) FROM post_office WHERE lat IS NOT NULL)"
        )
    )
    assert tuple(counted.one()) == (165_625, 19_586, 19_416, 140_397 + 706)


async def test_filling_again_changes_nothing(desk: Desk) -> None:
    await fill(desk.db)
    assert (await desk.db.execute(text("SELECT count(*) FROM post_office"))).scalar() == 165_625


@pytest.mark.parametrize(
    ("filed", "said"),
    [
        ("Moga HO", "Moga"),
        ("Mandya H.O", "Mandya"),
        ("New Delhi GPO", "New Delhi"),
        ("Indore G.P.O.", "Indore"),
        ("Goalpara Head Post Office", "Goalpara"),
        ("LOHIA NAGAR H.O", "Lohia Nagar"),
        ("Bairia SO Ballia", "Bairia"),
        ("Purena", "Purena"),
        ("Barigaon No.2 B.O", "Barigaon No.2"),
        ("Boria Kamalpur BO", "Boria Kamalpur"),
    ],
)
def test_office_names_become_village_names(filed: str, said: str) -> None:
    assert office_name(filed) == said


def test_area_names_are_written_for_people() -> None:
    assert area_name("FATEHGARH SAHIB") == "Fatehgarh Sahib"
    assert area_name("JAMMU AND KASHMIR") == "Jammu and Kashmir"
    assert area_name("SPSR NELLORE") == "SPSR Nellore"


def test_a_centre_is_not_moved_by_one_point_far_off() -> None:
    assert centre([(30.80, 75.10), (30.82, 75.12), None, (9.0, 77.0)]) == (30.80, 75.12)


def test_only_suspect_points_make_no_centre() -> None:
    assert centre([None, None]) is None


async def test_a_pincode_knows_its_villages(desk: Desk) -> None:
    area = await places.pincode(desk, "142001")
    assert area is not None
    assert (area.district, area.state, area.exact) == ("Moga", "Punjab", True)
    assert area.villages[0].village == "Moga"
    assert all(place.pincode == "142001" for place in area.villages)
    assert km_between(area.lat, area.lon, 30.81, 75.17) < 15


async def test_a_pincode_without_a_trusted_point_says_so(desk: Desk) -> None:
    pin = (
        await desk.db.execute(text("SELECT pincode FROM pincode WHERE lat IS NULL ORDER BY 1 LIMIT 1"))
    ).scalar_one()
    area = await places.pincode(desk, pin)
    assert area is not None
    assert area.exact is False
    assert 6 < area.lat < 37
    assert area.villages


@pytest.mark.parametrize("pin", ["999999", "", "14200", "142001 ", "moga", "१४२००१", "1" * 500])
async def test_no_such_pincode(desk: Desk, pin: str) -> None:
    assert await places.pincode(desk, pin) is None


@pytest.mark.parametrize(
    ("name", "village", "district", "pin"),
    [
        ("Ludhiana", "Ludhiana", "Ludhiana", "141001"),
        ("Moga", "Moga", "Moga", "142001"),
        ("Mandya", "Mandya", "Mandya", "571401"),
        ("Nashik", "Nashik", "Nashik", "422001"),
        ("Karnal", "Karnal", "Karnal", "132001"),
        ("Hassan", "Hassan", "Hassan", "573201"),
        ("Bangalore", "Bengaluru", "Bengaluru Urban", "560001"),
        ("Mysore", "Mysuru", "Mysuru", "570001"),
        ("Khanna", "Khanna", "Ludhiana", "141401"),
    ],
)
async def test_a_town_comes_first(desk: Desk, name: str, village: str, district: str, pin: str) -> None:
    first = (await places.search(desk, name))[0]
    assert (first.village, first.district, first.pincode) == (village, district, pin)


@pytest.mark.parametrize(
    ("written", "district"),
    [
        ("ludhyana", "Ludhiana"),
        ("Ludiana", "Ludhiana"),
        ("LUDHIANA", "Ludhiana"),
        ("Nasik", "Nashik"),
        ("Karnaal", "Karnal"),
        ("mandyaa", "Mandya"),
        ("Luhdiana", "Ludhiana"),
        ("Kurukshtra", "Kurukshetra"),
        ("ಮಂಡ್ಯ", "Mandya"),
        ("ಹಾಸನ", "Hassan"),
        ("ಮೈಸೂರು", "Mysuru"),
        ("लुधियाना", "Ludhiana"),
        ("नाशिक", "Nashik"),
        ("ਮੋਗਾ", "Moga"),
        ("Moga district", "Moga"),
        ("village Dhudike, dist Moga", "Moga"),
        ("Dhudike Moga", "Moga"),
    ],
)
async def test_a_name_is_found_however_it_is_spelled(desk: Desk, written: str, district: str) -> None:
    found = await places.search(desk, written)
    assert found
    assert found[0].district == district


@pytest.mark.parametrize(
    "written", ["Rampur, Uttar Pradesh", "Rampur Uttar Pradesh", "rampur UP", "Rampur, up"]
)
async def test_the_state_says_which_one(desk: Desk, written: str) -> None:
    found = await places.search(desk, written)
    assert (found[0].village, found[0].district) == ("Rampur", "Rampur")
    assert {place.state for place in found} == {"Uttar Pradesh"}


async def test_a_district_is_offered_beside_a_hamlet_that_has_the_very_name(desk: Desk) -> None:
    found = await places.search(desk, "Mandia")
    assert found[0].village == "Mandia"
    assert ("Mandya", "Karnataka") in [(place.district, place.state) for place in found]


async def test_of_many_namesakes_only_as_many_as_asked_and_no_place_twice(desk: Desk) -> None:
    found = await places.search(desk, "Rampur", limit=4)
    assert len({(place.pincode, place.village) for place in found}) == 4


@pytest.mark.parametrize(
    "nonsense", ["", " ", ",", "...", "xqzwvk", "🙂", "a" * 10_000, "\x00", "12", "%", "'; DROP TABLE person"]
)
async def test_nonsense_is_nowhere(desk: Desk, nonsense: str) -> None:
    assert await places.search(desk, nonsense) == ()


async def test_a_pin_on_the_map_is_the_village_next_to_it(desk: Desk) -> None:
    place = await places.nearest(desk, 30.9010, 75.8573)
    assert place is not None
    assert (place.district, place.state) == ("Ludhiana", "Punjab")
    assert km_between(30.9010, 75.8573, place.lat, place.lon) < 5


@pytest.mark.parametrize(
    ("lat", "lon"),
    [
        (51.5, -0.1),
        (0.0, 0.0),
        (31.0, 66.0),
        (20.0, 65.0),
        (-90.0, 180.0),
        (90.0, 0.0),
        (1e9, 0.0),
        (float("nan"), 75.0),
        (30.0, float("inf")),
    ],
)
async def test_a_pin_outside_india_is_nowhere(desk: Desk, lat: float, lon: float) -> None:
    assert await places.nearest(desk, lat, lon) is None


def test_spellings_that_sound_alike_meet() -> None:
    assert sounds("Ludhyana") == sounds("ಲುಧಿಯಾನ") == sounds("लुधियाना") == sounds("Ludhiana")
    assert sounds("Nashik") != sounds("Nagpur")


latitudes, longitudes = st.floats(6, 37), st.floats(68, 98)


@given(latitudes, longitudes, latitudes, longitudes, st.floats(0.1, 500))
def test_the_box_never_misses_what_lies_inside_the_circle(
    lat: float, lon: float, other_lat: float, other_lon: float, km: float
) -> None:
    west, south, east, north = box(lat, lon, km)
    if km_between(lat, lon, other_lat, other_lon) <= km:
        assert south <= other_lat <= north
        assert west <= other_lon <= east


@given(latitudes, longitudes, st.floats(0, 360), st.floats(0.1, 500))
def test_the_box_holds_the_rim_of_the_circle(lat: float, lon: float, bearing: float, km: float) -> None:
    turn, far, up = radians(bearing), km * 0.999999 / 6371.0088, radians(lat)
    rim_lat = asin(sin(up) * cos(far) + cos(up) * sin(far) * cos(turn))
    rim_lon = radians(lon) + atan2(sin(turn) * sin(far) * cos(up), cos(far) - sin(up) * sin(rim_lat))
    west, south, east, north = box(lat, lon, km)
    assert south <= degrees(rim_lat) <= north
    assert west <= degrees(rim_lon) <= east
