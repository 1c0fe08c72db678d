"""How much. Kilograms inside; in the review, the unit that was spoken."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flows.flow import Ask, Closer, Filled, Question, Taken, Unusable
from flows.heard import Heard
from flows.say import Option, Say, msg
from flows.state import Frame
from flows.turn import Steps, Turn
from marketplace_core.commodities import KG_PER
from marketplace_core.listings.rules import MOST_KG


def mass(value: Any, unit: str) -> dict[str, Any]:
    return {"kg": int(Decimal(str(value)) * KG_PER[unit]), "unit": unit}


def in_words(value: Any) -> Say:
    return msg("{amount:mass}", amount=value)


@dataclass(frozen=True)
class Quantity(Ask):
    expecting = "quantity"

    def take(self, turn: Turn, frame: Frame) -> Steps[Taken]:
        said = yield from self.hear(turn, frame, turn.heard)
        number = turn.heard.values.get("number")
        return said if said or number is None else self._read(frame.note, number, None)

    def hear(self, turn: Turn, frame: Frame, heard: Heard) -> Steps[Taken]:
        said = heard.values.get("quantity")
        return self._read(frame.note, said["value"], said["unit"]) if said else None
        yield

    def _read(self, note: dict[str, Any], number: Any, unit: str | None) -> Taken:
        if unit is None:  # a bare "12": the three readings are one tap away, guessing could cost a truck
            note[self.slot] = str(number)
            options = tuple(Option(each, in_words(mass(number, each))) for each in KG_PER)
            return Closer(Question((msg("Is that …?"),), options))
        if unit not in KG_PER:
            return Closer(
                Question(
                    (msg("That measure is not the same everywhere. How many quintals or tonnes is it?"),)
                )
            )
        amount = mass(number, unit)
        if amount["kg"] < 1:
            return Unusable(msg("It must be at least 1 kilogram."))
        if amount["kg"] > MOST_KG:
            return Unusable(
                msg("That is more than I can take at once: {most:mass}.", most=mass(MOST_KG, "kg"))
            )
        return Filled(amount)

    def pick(self, turn: Turn, frame: Frame, choice: str) -> Steps[Taken]:
        return self._read(frame.note, frame.note[self.slot], choice) if self.slot in frame.note else None
        yield

    def same_unit(self, value: Any, number: Any) -> Taken:
        return self._read({}, number, value["unit"])

    def show(self, value: Any) -> Say:
        return in_words(value)
