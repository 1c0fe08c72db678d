"""Whether a photo was taken where its lot is said to lie."""

from marketplace_core.places.distance import km_between

Place = tuple[float, float]

#: A village's point, a district's middle and a market day's ride are nearer than this; another state is not.
FAR_KM = 50.0


def apart_km(place: Place | None, stated: Place | None) -> float | None:
    """Latitude and longitude each; None where either is not known, and that is nothing to suspect anybody for."""
    return km_between(*place, *stated) if place and stated else None


def is_far(place: Place | None, stated: Place | None) -> bool:
    apart = apart_km(place, stated)
    return apart is not None and apart > FAR_KM
