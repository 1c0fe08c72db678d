"""What a look at a photo gives: what was seen, what was said, what was measured, and by whom.

Shares are parts of one. What no eye can see in a photo (moisture, weight) is here only with the name of who gave it.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Kind = Literal["produce", "straw", "grain", "leaf", "standing_crop", "not_a_crop"]
Eye = Literal["produce", "grain", "kernel", "straw", "leaf"]
Grade = Literal["A", "B", "C"]
#: Who says how wet it is: a meter in an agent's hand, the agent, the farmer, or only what is usual for the crop.
MoistureSource = Literal["meter", "agent", "farmer", "typical"]
#: Why a photo cannot be judged; each has words and a way to retake it in `flows/grade.py`.
Fault = Literal[
    "not_a_photo",
    "too_dark",
    "too_bright",
    "blurred",
    "too_small",
    "too_far",
    "screen",
    "not_a_crop",
    "unknown_residue",
]


@dataclass(frozen=True)
class What:
    """`name` is the class of the data the eye learned from ("Apple", "Milk"), which `eyes/what.py` maps to commodities;
    None where the kind has no names. `confidence` is for the name where there is one, else for the kind."""

    kind: Kind
    name: str | None
    confidence: float


@dataclass(frozen=True)
class Interval:
    low: float
    high: float


@dataclass(frozen=True)
class Grain:
    """Shares by count of kernels, not by weight; `between` holds the 95 % interval of each."""

    kernels: int
    shares: Mapping[str, float]
    between: Mapping[str, Interval]


@dataclass(frozen=True)
class Straw:
    """Of the ground in the picture: what is covered by straw, and of the straw what is green or dark."""

    cover: float
    green: float
    dark: float


@dataclass(frozen=True)
class Leaf:
    """`state` is "healthy", a disease of `eyes/leaf.py`, or "unknown"."""

    crop: str
    state: str
    confidence: float


@dataclass(frozen=True)
class Kernel:
    name: str
    confidence: float


@dataclass(frozen=True)
class Moisture:
    """A share of the weight."""

    value: float
    source: MoistureSource


@dataclass(frozen=True)
class Calorific:
    """Gigajoule a tonne, as a range; typical for the crop, corrected by the moisture, never measured."""

    low: float
    high: float
    source: str


@dataclass(frozen=True)
class Answers:
    """What the farmer or an agent said about the lot."""

    moisture: Moisture | None = None
    days_since_harvest: int | None = None
    rained_on: bool | None = None
    stored: Literal["field", "covered", "shed"] | None = None


@dataclass(frozen=True)
class Report:
    """`why` says why there is no grade: the photo is not `usable`, or it shows what no eye of ours was made for.
    `defects` and `advice` are keys, put into words by who shows them.

    `doubt` is the commodity that the picture looks like where it is not the one that was said.
    """

    usable: bool
    why: tuple[Fault, ...] = ()
    what: What | None = None
    grain: Grain | None = None
    straw: Straw | None = None
    leaf: Leaf | None = None
    kernel: Kernel | None = None
    grade: Grade | None = None
    confidence: float | None = None
    moisture: Moisture | None = None
    calorific: Calorific | None = None
    defects: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()
    doubt: str | None = None
    model: Mapping[str, str] = field(default_factory=dict)
    at: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Keys are absent where an eye had nothing to say; `why` and `advice` are always there."""
        plain = asdict(self)
        kept = {key: value for key, value in plain.items() if value not in (None, {}, (), [])}
        if self.kernel:
            kept["kernel"] = {"class": self.kernel.name, "confidence": self.kernel.confidence}
        return {"usable": self.usable, "why": list(self.why)} | kept | {"advice": list(self.advice)}
