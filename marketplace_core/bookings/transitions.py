"""Which way a booking may go, who may move it there, and what happens when nobody does."""

from datetime import timedelta
from typing import Literal, NamedTuple

State = Literal["pending", "confirmed", "in_transit", "delivered", "completed", "cancelled", "disputed"]
Who = Literal["buyer", "seller", "operator", "time"]

STATES: tuple[State, ...] = (
    "pending",
    "confirmed",
    "in_transit",
    "delivered",
    "completed",
    "cancelled",
    "disputed",
)


class Move(NamedTuple):
    source: State
    target: State
    by: tuple[Who, ...]


class Deadline(NamedTuple):
    after: timedelta
    target: State


MOVES = (
    Move("pending", "confirmed", ("seller", "operator")),
    Move("pending", "cancelled", ("buyer", "seller", "operator", "time")),
    Move("confirmed", "in_transit", ("seller", "operator")),
    Move("confirmed", "cancelled", ("buyer", "seller", "operator")),
    Move("in_transit", "delivered", ("buyer", "operator")),
    Move("in_transit", "disputed", ("buyer", "seller", "operator")),
    Move("delivered", "completed", ("buyer", "operator")),
    Move("delivered", "disputed", ("buyer", "seller", "operator")),
    Move("disputed", "completed", ("operator",)),
    Move("disputed", "cancelled", ("operator",)),
)

DEADLINES: dict[State, Deadline] = {"pending": Deadline(timedelta(hours=24), "cancelled")}


def may(who: str, source: str, target: str) -> bool:
    return any(move.source == source and move.target == target and who in move.by for move in MOVES)
