"""What a photo shows: its kind, and the name where its kind has names."""

from collections.abc import Mapping

from marketplace_core.grading.eyes import heads
from marketplace_core.grading.eyes.backbone import Features
from marketplace_core.grading.report import Eye, What

#: Cartons of milk and juice: what the produce eye names although it is no crop.
PACKAGES = frozenset(
    ("Juice", "Milk", "Oat-Milk", "Oatghurt", "Sour-Cream", "Sour-Milk", "Soy-Milk", "Soyghurt", "Yoghurt")
)
#: Names of the produce eye that are commodities of the market. "Potato" holds sweet potatoes too, and oranges,
#: apples and the like are not traded here.
COMMODITIES: Mapping[str, str] = {
    "Aubergine": "brinjal",
    "Banana": "banana",
    "Cabbage": "cabbage",
    "Garlic": "garlic",
    "Ginger": "ginger",
    "Lemon": "lemon",
    "Lime": "lemon",  # an Indian nimbu is small and green
    "Mango": "mango",
    "Onion": "onion",
    "Pomegranate": "pomegranate",
    "Potato": "potato",
    "Tomato": "tomato",
}


def what_is(features: Features, eye: Eye | None = None) -> What:
    """`features` is the row of one picture. Whoever chose the produce eye is told a name whatever the kind."""
    row = features[None]
    kinds = heads.probabilities("kinds", row)[0]
    kind = heads.classes("kinds")[kinds.argmax()]
    names = heads.probabilities("produce", row)[0]
    name, sure = heads.classes("produce")[names.argmax()], float(names.max())
    package = name in PACKAGES and float(heads.familiarity("produce", row)[0]) >= 0
    if eye == "produce":
        return What("not_a_crop" if package else "produce", name, sure)
    if (kind == "produce" and not package) or (kind == "not_a_crop" and package):
        return What(kind, name, sure)
    return What(kind, None, float(kinds.max()))
