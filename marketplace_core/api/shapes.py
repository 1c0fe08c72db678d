"""The kinds of values that requests are made of: strict, bounded, and without characters no database takes."""

import unicodedata
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Path
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from marketplace_core.listings.rules import MOST_KG, MOST_PAISE


class Asked(BaseModel):
    """What somebody sends: nothing we did not ask for."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Told(BaseModel):
    """What we answer, made of a dataclass of the market."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


def _printable(words: str) -> str:
    # Control characters (NUL among them) and lone surrogates: no name, no reason, no village holds one.
    for letter in words:
        if unicodedata.category(letter) in ("Cc", "Cs") and letter not in "\n\t":
            raise ValueError("holds characters that cannot be shown")
    return words


def _of_our_time(moment: datetime) -> datetime:
    # Neither a clock nor a database reckons well at the ends of the calendar.
    if not 2000 <= moment.year <= 2100:
        raise ValueError("is not of our time")
    return moment


Moment = Annotated[AwareDatetime, AfterValidator(_of_our_time), Field(examples=["2026-11-26T08:00:00+05:30"])]
Line = Annotated[str, StringConstraints(min_length=1, max_length=80), AfterValidator(_printable)]
Lines = Annotated[str, StringConstraints(min_length=1, max_length=1000), AfterValidator(_printable)]

Kg = Annotated[int, Field(strict=True, ge=1, le=MOST_KG, description="Kilograms, whole.", examples=[12000])]
Paise = Annotated[
    int,
    Field(strict=True, ge=1, le=MOST_PAISE, description="Paise, whole: 100 are a rupee.", examples=[25000]),
]
Lat = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False, examples=[30.82])]
Lon = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False, examples=[75.17])]
Pincode = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{5}$"), Field(examples=["142001"])]
Phone = Annotated[
    str,
    StringConstraints(pattern=r"^\+[1-9][0-9]{7,14}$"),
    Field(description="E.164, with the plus.", examples=["+919876543210"]),
]

ForPerson = Annotated[
    UUID | None, Field(description="For somebody who lets me act for them; left out: for myself.")
]

ListingCode = Annotated[
    str, Path(pattern=r"^[Ll][0-9A-Za-z]{5}$", description="As people say it.", examples=["L7XK2P"])
]
BookingCode = Annotated[
    str, Path(pattern=r"^[Bb][0-9A-Za-z]{5}$", description="As people say it.", examples=["B4MT9W"])
]
