"""What it should bring, with the fair range beside the question whenever the market knows one."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flows.flow import Ask, Closer, Filled, Question, Taken, Unusable
from flows.heard import Heard
from flows.reasons import briefly, in_lines, reasons
from flows.say import Option, Say, label, msg, verbatim
from flows.state import Frame
from flows.turn import Steps, Turn, market
from marketplace_core.listings.rules import MOST_PAISE
from marketplace_core.places.place import Place
from marketplace_core.pricing import queries as pricing
from marketplace_core.pricing.queries import Quote

QUINTALS_PER = {"quintal": Decimal(1), "t": Decimal(10), "kg": Decimal("0.01")}
#: A price this many times outside the fair range is read back before it is believed.
FAR = 3


def rate(rupees: Any, per: str) -> dict[str, Any]:
    return {"paise": int(Decimal(str(rupees)) * 100), "per": per}


def in_words(value: Any) -> Say:
    return msg("{price:rate}", price=value)


def fair_range(quote: Quote) -> Say:
    """Never a number without its range and its date."""
    known = {
        "what": quote.commodity,
        "where": (msg("all India") if quote.scope == "india" else verbatim(quote.where)).to_json(),
        "low": quote.low,
        "high": {"paise": quote.high, "per": quote.per},
        "as_of": quote.as_of.isoformat(),
    }
    if quote.likely is None:
        return msg(
            "Fair price for {what:commodity}, {where:say}: {low:money} to {high:rate}. "
            "Published {as_of:dated}, nothing newer is known.",
            **known,
        )
    return msg(
        "Fair price for {what:commodity}, {where:say}: {low:money} to {high:rate}, mostly {likely:money}. "
        "Prices of {as_of:dated}.",
        likely=quote.likely,
        **known,
    )


@dataclass(frozen=True)
class Price(Ask):
    expecting = "price"

    def quote(self, frame: Frame) -> Steps[Quote | None]:
        place = frame.slots.get("place")
        commodity = frame.slots.get("commodity") or frame.note.get("was", {}).get("commodity")
        if not commodity:  # it is being asked again
            return None
        return (
            yield from market(
                pricing.quote,
                commodity=commodity,
                place=Place.from_json(place) if place else None,
            )
        )

    def question(self, turn: Turn, frame: Frame) -> Steps[Question]:
        quote = yield from self.quote(frame)
        frame.note.pop("likely", None)
        if not quote:
            return Question((self.text,))
        told = (fair_range(quote), *_told(turn, quote), self.text)
        if quote.likely is None:
            return Question(told)
        likely = rate(Decimal(quote.likely) / 100, quote.per)
        frame.note["likely"] = likely
        return Question(told, (Option("likely", in_words(likely)),))

    def because(self, turn: Turn, frame: Frame) -> Steps[Sequence[Say]]:
        """Asked why, every channel hears why the price is what it is."""
        quote = yield from self.quote(frame)
        lines = reasons(quote) if quote else ()
        return (in_lines(lines) if lines else self.why,)

    def take(self, turn: Turn, frame: Frame) -> Steps[Taken]:
        said = yield from self.hear(turn, frame, turn.heard)
        if said is None and turn.heard.intent == "affirm":
            agreed = "far" if self.slot in frame.note.get("open", {}) else "likely"  # to what was shown last
            if agreed in frame.note and not (agreed == "far" and not self._read_back(frame)):
                return Filled(frame.note[agreed])
        number = turn.heard.values.get("number")
        return said if said or number is None else (yield from self._read(frame, number, None))

    def hear(self, turn: Turn, frame: Frame, heard: Heard) -> Steps[Taken]:
        said = heard.values.get("price")
        return (yield from self._read(frame, said["rupees"], said["per"])) if said else None

    def _read(self, frame: Frame, rupees: Any, per: str | None) -> Steps[Taken]:
        if per is None:  # in place of a price told before it is in its unit
            per = (frame.slots.get(self.slot) or frame.note.get("was", {}).get(self.slot) or {}).get("per")
        if per is None:
            frame.note[self.slot] = {"rupees": str(rupees)}
            options = tuple(Option(each, in_words(rate(rupees, each))) for each in ("quintal", "t", "kg"))
            return Closer(Question((msg("Is that …?"),), options))
        price = rate(rupees, per)
        if refused := _outside(price):
            return refused
        quote = yield from self.quote(frame)
        if quote and _far(price, quote) and frame.note.get("far") != price:
            frame.note["far"] = price
            return Closer(
                Question(
                    (
                        fair_range(quote),
                        msg("You said {price:rate}. That is far from it. Is it right?", price=price),
                    ),
                    (Option("far", label("Yes, it is right")), Option("again", label("No, change it"))),
                )
            )
        return Filled(price)

    def _read_back(self, frame: Frame) -> bool:
        """Whether the open question is "you said …, is it right?"."""
        options = frame.note.get("open", {}).get(self.slot, {}).get("options", ())
        return any(option["id"] == "far" for option in options)

    def pick(self, turn: Turn, frame: Frame, choice: str) -> Steps[Taken]:
        if choice in ("likely", "far") and choice in frame.note:
            return Filled(frame.note[choice])
        if choice in QUINTALS_PER and self.slot in frame.note:
            return (yield from self._read(frame, frame.note[self.slot]["rupees"], choice))
        return Closer(Question((self.text,))) if choice == "again" else None

    def same_unit(self, value: Any, number: Any) -> Taken:
        price = rate(number, value["per"])
        return _outside(price) or Filled(price)

    def show(self, value: Any) -> Say:
        return in_words(value)


def _told(turn: Turn, quote: Quote) -> Sequence[Say]:
    """Its reasons, before any price is named: of a call only the first, and not again below those just told.

    An SMS has room for the range alone; there they are told when asked for.
    """
    lines = reasons(quote)
    if not lines or turn.channel.terse or in_lines(lines) in turn.parts:
        return ()
    return (in_lines(lines[:1] if briefly(turn) else lines),)


def _outside(price: dict[str, Any]) -> Unusable | None:
    if price["paise"] < 1:
        return Unusable(msg("The price must be more than zero."))
    if price["paise"] > MOST_PAISE:
        return Unusable(msg("That is more than I can take as a price. Is there a zero too many?"))
    return None


def _far(price: dict[str, Any], quote: Quote) -> bool:
    per_quintal = Decimal(price["paise"]) / QUINTALS_PER[price["per"]]
    return per_quintal * FAR < quote.low or per_quintal > quote.high * FAR
