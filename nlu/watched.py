"""What somebody wants to be told of that has no price: `alerts` speaks of sensors and of the weather, too."""

from nlu.concepts import concepts
from nlu.normalise import shape
from nlu.values.read import Values

SENSOR, WEATHER = "sensor", "weather"
#: By the concept. Soil that dries and water that runs out are what a sensor would tell.
_WATCHED = {
    "fall_rain": WEATHER,
    "blow": WEATHER,
    "weather": WEATHER,
    "heat": WEATHER,
    "dry": SENSOR,
    "water": SENSOR,
}


def names_sensor(normal: str) -> bool:
    return "sensor" in concepts(shape(normal)).in_order


def watched(normal: str, values: Values) -> str | None:
    """`normal` is normalised and was taken for `alerts`. With a crop or a price in it, it waits for a price."""
    about = concepts(shape(normal)).in_order
    if "sensor" in about:
        return SENSOR
    if "price" in about or {"commodity", "price"} & {*values.values, *values.alternatives}:
        return None
    return next((what for concept, what in _WATCHED.items() if concept in about), None)
