"""What a booking costs."""

from marketplace_core.commodities import KG_PER


def total_paise(kg: int, price_paise: int, per: str) -> int:
    """The sum in whole paise; the one place where money is rounded, half a paisa upwards."""
    unit = KG_PER[per]
    return (2 * kg * price_paise + unit) // (2 * unit)
