"""A place as the market knows it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Place:
    """`village` is a post office's name, or None when only the pincode is known."""

    pincode: str
    village: str | None
    district: str
    state: str
    lat: float
    lon: float

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> "Place":
        return Place(**data)
