"""What a search has found: a list to choose from, to sort, to narrow down, or a promise to tell when there is some."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flows.agenda import MENU
from flows.asks import Pick, Row
from flows.asks.price import QUINTALS_PER, rate
from flows.flow import Closer, Filled, Over, Question, Taken
from flows.plain_words import is_short, kilometres, nth, says
from flows.say import Option, Say, label, msg
from flows.state import Frame
from flows.turn import Steps, Turn, market
from marketplace_core.commodities import KG_PER
from marketplace_core.listings import queries as shelf
from marketplace_core.listings.queries import Found
from marketplace_core.listings.rules import MOST_PAISE
from marketplace_core.places.place import Place
from marketplace_core.wishes.rules import MOST_KM

#: As far as a tractor trolley or a small truck goes and comes back in a day.
REACH_KM = 100
NEAR_KM = 20
#: So many are counted; a list on WhatsApp holds ten rows, and some of them narrow it down.
LOOKED_AT, SHOWN, SHOWN_BY_SMS, ROWS = 60, 6, 4, 10

NEAREST, CHEAPEST, BEST, ANY, TELL = "nearest", "cheapest", "best", "any", "tell"
ANY_PRICE = "any_price"
#: What these words are often taken for; any other wish that is clear is no word about the list, nor is a plain "back".
PASSED_OFF = ("menu", "greet", "back", "repeat", "affirm", "deny")
AMONG = (*PASSED_OFF, "inform", "out_of_scope", "buy", "make_offer", "counter_offer", "correct")
CLEAR = 0.8
WAYS: dict[str, Option] = {
    CHEAPEST: Option(CHEAPEST, label("Cheapest first")),
    NEAREST: Option(NEAREST, label("Nearest first")),
    BEST: Option(BEST, label("Only grade A")),
    ANY: Option(ANY, label("Any grade")),
    ANY_PRICE: Option(ANY_PRICE, label("Any price")),
    TELL: Option(TELL, label("Tell me of new")),
}
WITHIN: dict[str, int] = {f"within_{km}": km for km in (NEAR_KM, REACH_KM, MOST_KM)}


def _within(km: int) -> Option:
    return Option(f"within_{km}", label("Within {km} km", km=km))


@dataclass(frozen=True)
class Lots(Pick):
    """How the list is sorted and narrowed is kept in the frame's note: {"sort": …, "km": …, "grade": …, "most": …}."""

    def question(self, turn: Turn, frame: Frame) -> Steps[Question | Over]:
        found = yield from search(turn, frame)
        if not found:
            return self._nothing(frame)
        ways = self._ways(turn, frame, found)
        shown = found[: SHOWN_BY_SMS if turn.channel.terse else min(SHOWN, ROWS - len(ways))]
        frame.note[self.slot] = [one.listing.code for one in shown] + [TELL]
        n = f"{len(found)}{'+' if len(found) == LOOKED_AT else ''}"
        many = msg("For sale within {km} km: {n}.", n=n, km=reach(frame))
        text = msg("Cheapest first. Which one?") if _sort(frame) == CHEAPEST else self.text
        return Question(
            (*_bound(frame), *((many,) if len(found) > 1 else ()), text),
            (*_rows(turn, shown), *ways),
        )

    def _nothing(self, frame: Frame) -> Question:
        frame.note[self.slot] = [TELL]
        what, grade = frame.slots["commodity"], frame.note.get("grade")
        none = (
            msg("Nothing of grade {grade} within {km} km of there now.", grade=grade, km=reach(frame))
            if grade
            else msg("Nobody sells {what:commodity} within {km} km of there now.", what=what, km=reach(frame))
        )
        farther = tuple(_within(km) for km in WITHIN.values() if km > reach(frame))[:1]
        looser = (*((WAYS[ANY],) if grade else ()), *((WAYS[ANY_PRICE],) if most(frame) else ()))
        tell = Option(TELL, label("Yes"))
        return Question(
            (*_bound(frame), none, msg("Shall I write to you when there is some?")),
            (tell, *looser, *farther, MENU),
        )

    def _ways(self, turn: Turn, frame: Frame, found: Sequence[Found]) -> tuple[Option, ...]:
        """Only what would change something; of one lot there is nothing to sort."""
        ways = [WAYS[ANY_PRICE]] if most(frame) else []
        if len({_tonne_paise(one) for one in found}) > 1:
            ways.append(WAYS[NEAREST if _sort(frame) == CHEAPEST else CHEAPEST])
        if reach(frame) < REACH_KM:
            ways.append(_within(REACH_KM))
        elif any(one.km <= NEAR_KM for one in found) and any(one.km > NEAR_KM for one in found):
            ways.append(_within(NEAR_KM))
        if frame.note.get("grade"):
            ways.append(WAYS[ANY])
        elif 0 < sum(one.listing.grade == "A" for one in found) < len(found):
            ways.append(WAYS[BEST])
        ways.append(WAYS[TELL])
        return tuple(ways[:1] if turn.channel.terse else ways)

    def take(self, turn: Turn, frame: Frame) -> Steps[Taken]:
        """ "Grade A", "within 50 km", "below 150" narrow it; "yes" to "shall I write to you?" is a wish."""
        shown = frame.note.get(self.slot)
        if (yield from self._narrowed(turn, frame)):
            return (yield from self._anew(turn, frame))
        chosen = nth(turn.heard.text) if self.answered_by(turn) else None
        if chosen and shown and chosen < len(shown):  # the last of them is the promise to tell
            return Filled(shown[chosen - 1])
        if shown == [TELL] and turn.heard.intent in ("affirm", "accept", "alerts"):
            return Filled(TELL)
        return (yield from super().take(turn, frame))

    def answered_by(self, turn: Turn) -> bool:
        heard, understood = turn.heard, turn.heard.understood
        if not heard.text or not understood or not is_short(heard.text):
            return False
        if understood.confidence >= CLEAR and heard.intent not in AMONG:
            return False
        if understood.source == "rule" and heard.intent in PASSED_OFF:
            return False
        return any(says(heard.text, each) for each in ("cheapest", "nearest", "below", "km")) or bool(
            nth(heard.text)
        )

    def _narrowed(self, turn: Turn, frame: Frame) -> Steps[bool]:
        heard, note = turn.heard, frame.note
        if grade := heard.values.get("grade"):
            note["grade"] = grade
        if not self.answered_by(turn):
            return bool(grade)
        if km := kilometres(heard):
            note["km"] = min(max(km, 1), MOST_KM)
            return True
        said = heard.values.get("price") or {"rupees": heard.values.get("number"), "per": None}
        if says(heard.text, "below") and said["rupees"]:
            per = said["per"] or (yield from self._unit(turn, frame))
            price = rate(said["rupees"], per)
            if 1 <= price["paise"] <= MOST_PAISE:
                note["most"] = {**price, "of": frame.slots["commodity"]}
                return True
        sort = next((way for way in (CHEAPEST, NEAREST) if says(heard.text, way)), None)
        if sort:
            note["sort"] = sort
        return bool(sort or grade)

    def _unit(self, turn: Turn, frame: Frame) -> Steps[str]:
        """A price without a unit is in that of the lots before one's eyes."""
        found = yield from search(turn, frame)
        return found[0].listing.per if found else "quintal"

    def pick(self, turn: Turn, frame: Frame, choice: str) -> Steps[Taken]:
        if choice in (NEAREST, CHEAPEST):
            frame.note["sort"] = choice
        elif choice in (BEST, ANY):
            frame.note["grade"] = "A" if choice == BEST else None
        elif choice == ANY_PRICE:
            frame.note.pop("most", None)
        elif choice in WITHIN:
            frame.note["km"] = WITHIN[choice]
        else:
            return (yield from super().pick(turn, frame, choice))
        return (yield from self._anew(turn, frame))

    def _anew(self, turn: Turn, frame: Frame) -> Steps[Taken]:
        question = yield from self.question(turn, frame)
        return Closer(question) if isinstance(question, Question) else None

    def show(self, value: str) -> Say:
        return WAYS[TELL].label if value == TELL else super().show(value)


def reach(frame: Frame) -> int:
    km: int = frame.note.get("km", REACH_KM)
    return km


def most(frame: Frame) -> dict[str, Any] | None:
    """What it may cost; said of one crop it says nothing of another."""
    bound = frame.note.get("most")
    if not bound or bound["of"] != frame.slots["commodity"]:
        return None
    return {"paise": bound["paise"], "per": bound["per"]}


def _bound(frame: Frame) -> tuple[Say, ...]:
    price = most(frame)
    if not price:
        return ()
    return (msg("{what:commodity} at {price:rate} or less", what=frame.slots["commodity"], price=price),)


def _sort(frame: Frame) -> str:
    sort: str = frame.note.get("sort", NEAREST)
    return sort


def search(turn: Turn, frame: Frame) -> Steps[Sequence[Found]]:
    place, price = Place.from_json(frame.slots["place"]), most(frame)
    return (
        yield from market(
            shelf.near,
            commodity=frame.slots["commodity"],
            lat=place.lat,
            lon=place.lon,
            km=reach(frame),
            limit=LOOKED_AT,
            not_seller=turn.person.id,
            grade=frame.note.get("grade"),
            cheapest=_sort(frame) == CHEAPEST,
            most_paise=int(price["paise"] / QUINTALS_PER[price["per"]]) if price else None,
        )
    )


def _tonne_paise(one: Found) -> int:
    return one.listing.price_paise * (KG_PER["t"] // KG_PER[one.listing.per])


def _rows(turn: Turn, found: Sequence[Found]) -> list[Row]:
    masses = [(one.listing.kg_left, one.listing.unit) for one in found]
    return [
        Row(
            one.listing.code,
            # two rows of one name cannot be told apart, nor sent
            msg("{left:mass} {code}", left=_left(one), code=one.listing.code)
            if masses.count((one.listing.kg_left, one.listing.unit)) > 1
            else msg("{left:mass}", left=_left(one)),
            in_short(turn, one),
        )
        for one in found
    ]


def _left(one: Found) -> dict[str, object]:
    return {"kg": one.listing.kg_left, "unit": one.listing.unit}


def in_short(turn: Turn, one: Found) -> Say:
    """Price, place, distance; the grade when it is known, the day when it is not there yet."""
    lot = one.listing
    facts = [
        msg(
            "{price:rate}, {where}, {km} km",
            price={"paise": lot.price_paise, "per": lot.per},
            where=lot.place.village or lot.place.district,
            km=round(one.km),
        )
    ]
    if lot.grade:
        facts.append(msg("grade {grade}", grade=lot.grade))
    if lot.available_from > turn.today:
        facts.append(msg("from {day:day}", day=lot.available_from.isoformat()))
    return msg("{lines:list}", lines=[fact.to_json() for fact in facts])
