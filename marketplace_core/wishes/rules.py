"""What may be wished for, and on which square of the map a wish is filed."""

from datetime import datetime, timedelta
from math import isfinite

from marketplace_core.commodities import COMMODITIES, KG_PER
from marketplace_core.errors import BadTerms
from marketplace_core.listings.rules import MOST_KG, MOST_PAISE
from marketplace_core.places.place import Place
from marketplace_core.places.plane import box_on_plane, up

#: Farther than this nobody drives for straw.
MOST_KM = 200
LONGEST = timedelta(days=365)
#: A buyer's standing wishes at one time.
MOST_WISHES = 20
#: So many lots a buyer is told of in a day, India's; whoever wants more searches.
MOST_A_DAY = 10
#: So many buyers hear of one lot at once, the nearest ones.
MOST_BUYERS = 100
GRADES = ("A", "B", "C")

#: Squares of these widths, in degrees on the plane. A wish is filed under the square of its middle, on the first
#: map whose squares are as wide as its reach: then whatever lies within its reach lies on that square or next to it.
WIDTHS = (0.25, 0.5, 1.0, 2.0, 4.0)
ACROSS = 4096


def check_wish(
    *,
    now: datetime,
    commodity: str,
    grade: str | None,
    least_kg: int,
    most_kg: int | None,
    price_paise: int | None,
    per: str | None,
    place: Place,
    km: int,
    until: datetime,
) -> None:
    """Raise `BadTerms` with the name of the first value that cannot be wished for."""
    good = {
        "commodity": commodity in COMMODITIES,
        "grade": grade is None or grade in GRADES,
        "least_kg": _whole(least_kg) and 1 <= least_kg <= MOST_KG,
        "most_kg": most_kg is None or (_whole(most_kg) and least_kg <= most_kg <= MOST_KG),
        "price_paise": price_paise is None or (_whole(price_paise) and 1 <= price_paise <= MOST_PAISE),
        "per": per is None if price_paise is None else per in KG_PER,
        "km": _whole(km) and 1 <= km <= MOST_KM,
        "until": now < until <= now + LONGEST,
    }
    for field, fine in good.items():
        if not fine:
            raise BadTerms(field)
    if square_of(place.lat, place.lon, km) is None:
        raise BadTerms("place")


def square_of(lat: float, lon: float, km: float) -> int | None:
    """The square a wish is filed under; None where no square is wide enough, far from every field."""
    if not (isfinite(lat) and isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180):
        return None
    west, south, east, north = box_on_plane(lat, lon, km)
    height = up(lat)
    reach = max(lon - west, east - lon, north - height, height - south)
    for level, width in enumerate(WIDTHS):
        if reach <= width:
            return _square(level, *_column_row(lat, lon, width))
    return None


def squares_around(lat: float, lon: float) -> list[int]:
    """Every square that may hold the middle of a wish that reaches here."""
    found = []
    for level, width in enumerate(WIDTHS):
        column, row = _column_row(lat, lon, width)
        found += [_square(level, column + aside, row + ahead) for aside in (-1, 0, 1) for ahead in (-1, 0, 1)]
    return found


def _column_row(lat: float, lon: float, width: float) -> tuple[int, int]:
    return int((lon + 180) // width), int((up(lat) + 180) // width)


def _square(level: int, column: int, row: int) -> int:
    return (level * ACROSS + column) * ACROSS + row


def _whole(number: object) -> bool:
    return isinstance(number, int) and not isinstance(number, bool)
