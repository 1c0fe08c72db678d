"""What may be put up for sale."""

from datetime import date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from marketplace_core.commodities import COMMODITIES, KG_PER
from marketplace_core.errors import BadTerms, PriceLooksWrong
from marketplace_core.places.place import Place

#: A thousand tonnes: more than any one farm, and still a sum that fits everywhere.
MOST_KG = 1_000_000
#: Ten lakh rupees per unit.
MOST_PAISE = 100_000_000
MOST_DAYS_AHEAD = 365
MOST_PHOTOS = 10
LIFETIME = timedelta(days=30)
KOLKATA = ZoneInfo("Asia/Kolkata")
#: A slip of the hand: a zero or two too many or too few. A quintal for a kilogram is a hundred too.
SLIPS = (Fraction(1, 100), Fraction(1, 10), Fraction(10), Fraction(100))


def check_terms(
    *,
    now: datetime,
    commodity: str,
    kg: int,
    unit: str,
    price_paise: int,
    per: str,
    place: Place,
    available_from: date,
    photos: int,
) -> None:
    """Raise `BadTerms` with the name of the first value that the market does not take."""
    today = now.astimezone(KOLKATA).date()
    taken = {
        "commodity": commodity in COMMODITIES,
        "kg": _whole(kg) and 1 <= kg <= MOST_KG,
        "unit": unit in KG_PER,
        "price_paise": _whole(price_paise) and 1 <= price_paise <= MOST_PAISE,
        "per": per in KG_PER,
        "place": abs(place.lat) <= 90 and abs(place.lon) <= 180,
        "available_from": today <= available_from <= today + timedelta(days=MOST_DAYS_AHEAD),
        "photos": photos <= MOST_PHOTOS,
    }
    for field, good in taken.items():
        if not good:
            raise BadTerms(field)


def check_price(commodity: str, price_paise: int, per: str, *, sure: bool) -> None:
    """Raise `PriceLooksWrong` for a price that this commodity fetches nowhere, unless somebody is sure of it."""
    band = COMMODITIES[commodity]
    if sure or band.low_paise is None or band.high_paise is None:
        return
    low, high = (
        Fraction(each * KG_PER[per], KG_PER["quintal"]) for each in (band.low_paise, band.high_paise)
    )
    if low <= price_paise <= high:
        return
    meant = (price_paise * slip for slip in SLIPS)
    raise PriceLooksWrong(
        "price_paise", tuple(int(each) for each in meant if low <= each <= high and each.denominator == 1)
    )


def _whole(number: object) -> bool:
    return isinstance(number, int) and not isinstance(number, bool)
