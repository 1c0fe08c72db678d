"""People, the addresses where they are reached, and what they agreed to."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from marketplace_core.places.place import Place


@dataclass(frozen=True)
class Person:
    id: UUID
    name: str | None
    language: str
    script: Literal["native", "latin"]
    roles: tuple[str, ...]
    place: Place | None
    registered: bool


@dataclass(frozen=True)
class Address:
    """Where a person is reached. `phone` is E.164, or None where the channel hides it; `closed`: by the carrier's word
    nobody is reached here until they write."""

    id: UUID
    channel: str
    value: str
    phone: str | None
    opted_out: bool
    last_inbound_at: datetime | None
    closed: bool = False


@dataclass(frozen=True)
class Reached:
    """Who wrote to us. `new` says that we never heard from this person on any channel before."""

    person: Person
    address_id: UUID
    opted_out: bool
    new: bool


@dataclass(frozen=True)
class Acting:
    """Somebody who speaks for a person, or asks to."""

    actor_id: UUID
    person_id: UUID
    kind: str
    state: str


__all__ = ["Acting", "Address", "Person", "Place", "Reached"]
