"""What may be waited for, and when it has come."""

from datetime import timedelta
from typing import Literal

from marketplace_core.commodities import COMMODITIES, KG_PER
from marketplace_core.errors import BadTerms
from marketplace_core.listings.rules import MOST_PAISE

Way = Literal["above", "below"]

#: Of one person at one time.
MOST_ALERTS = 10
LASTS = timedelta(days=90)
#: What no mandi reports has no editions; it is looked at once a day.
AT_LEAST = timedelta(days=1)


def check_alert(*, commodity: str, way: str, price_paise: int, per: str) -> None:
    """Raise `BadTerms` with the name of the first value that cannot be waited for."""
    good = {
        "commodity": commodity in COMMODITIES,
        "way": way in ("above", "below"),
        "price_paise": 1 <= price_paise <= MOST_PAISE,
        "per": per in KG_PER,
    }
    for field, fine in good.items():
        if not fine:
            raise BadTerms(field)


def reached(way: str, price_paise: int, per: str, quintal_paise: int) -> bool:
    """Whether this price of a quintal is the one that was waited for."""
    now, waited_for = quintal_paise * KG_PER[per], price_paise * KG_PER["quintal"]
    return now >= waited_for if way == "above" else now <= waited_for
