"""What may be offered, and how often."""

from marketplace_core.commodities import KG_PER
from marketplace_core.errors import BadTerms
from marketplace_core.listings.rules import MOST_KG, MOST_PAISE, check_price

#: Open ones of one buyer on one lot, and altogether.
MOST_ON_A_LOT = 5
MOST_OPEN = 50
#: Prices that each side names in one offer; then it is yes or no.
MOST_PRICES = 5
LONGEST_NOTE = 300
#: Fifty lakh for a cart is a slip; the price itself has no more zeros.
MOST_LOGISTICS_PAISE = 500_000_000
PAY_BY = ("advance", "cash")


def check_offer(
    *, commodity: str, kg: int, price_paise: int, per: str, note: str = "", sure: bool = False
) -> None:
    """Raise `BadTerms` with the name of the first value that the market does not take, or ask the price back."""
    taken = {
        "kg": _whole(kg) and 1 <= kg <= MOST_KG,
        "price_paise": _whole(price_paise) and 1 <= price_paise <= MOST_PAISE,
        "per": per in KG_PER,
        "note": len(note) <= LONGEST_NOTE,
    }
    _check(taken)
    check_price(commodity, price_paise, per, sure=sure)


def check_ways(*, kg: int, pay_by: str, logistics_paise: int) -> None:
    _check(
        {
            "kg": _whole(kg) and 1 <= kg <= MOST_KG,
            "pay_by": pay_by in PAY_BY,
            "logistics_paise": _whole(logistics_paise) and 0 <= logistics_paise <= MOST_LOGISTICS_PAISE,
        }
    )


def _check(taken: dict[str, bool]) -> None:
    for field, good in taken.items():
        if not good:
            raise BadTerms(field)


def _whole(number: object) -> bool:
    return isinstance(number, int) and not isinstance(number, bool)
