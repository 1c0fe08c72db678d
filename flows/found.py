"""What a search has found: a list to choose from, to sort, to narrow down, or a promise to tell when there is some."""

from collections.abc import Sequence
from dataclasses import dataclass

from flows.agenda import MENU
from flows.asks import Pick, Row
from flows.flow import Closer, Filled, Over, Question, Taken
from flows.say import Option, Say, label, msg
from flows.state import Frame
from flows.turn import Steps, Turn, market
from marketplace_core.commodities import KG_PER
from marketplace_core.listings import queries as shelf
from marketplace_core.listings.queries import Found
from marketplace_core.places.place import Place
from marketplace_core.wishes.rules import MOST_KM

#: As far as a tractor trolley or a small truck goes and comes back in a day.
REACH_KM = 100
NEAR_KM = 20
#: So many are counted; a list on WhatsApp holds ten rows, and some of them narrow it down.
LOOKED_AT, SHOWN, SHOWN_BY_SMS = 60, 6, 4

NEAREST, CHEAPEST, BEST, ANY, TELL = "nearest", "cheapest", "best", "any", "tell"
WAYS: dict[str, Option] = {
    CHEAPEST: Option(CHEAPEST, label("Cheapest first")),
    NEAREST: Option(NEAREST, label("Nearest first")),
    BEST: Option(BEST, label("Only grade A")),
    ANY: Option(ANY, label("Any grade")),
    TELL: Option(TELL, label("Tell me of new")),
}
WITHIN: dict[str, int] = {f"within_{km}": km for km in (NEAR_KM, REACH_KM, MOST_KM)}


def _within(km: int) -> Option:
    return Option(f"within_{km}", label("Within {km} km", km=km))


@dataclass(frozen=True)
class Lots(Pick):
    """How the list is sorted and narrowed is kept in the frame's note: {"sort": …, "km": …, "grade": …}."""

    def question(self, turn: Turn, frame: Frame) -> Steps[Question | Over]:
        found = yield from search(turn, frame)
        if not found:
            return self._nothing(frame)
        shown = found[: SHOWN_BY_SMS if turn.channel.terse else SHOWN]
        frame.note[self.slot] = [one.listing.code for one in shown] + [TELL]
        n = f"{len(found)}{'+' if len(found) == LOOKED_AT else ''}"
        many = msg("For sale within {km} km: {n}.", n=n, km=reach(frame))
        text = msg("Cheapest first. Which one?") if _sort(frame) == CHEAPEST else self.text
        return Question(
            (*((many,) if len(found) > 1 else ()), text),
            (*_rows(turn, shown), *self._ways(turn, frame, found)),
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
        looser = (WAYS[ANY],) if grade else ()
        tell = Option(TELL, label("Yes"))
        return Question(
            (none, msg("Shall I write to you when there is some?")), (tell, *looser, *farther, MENU)
        )

    def _ways(self, turn: Turn, frame: Frame, found: Sequence[Found]) -> tuple[Option, ...]:
        """Only what would change something; of one lot there is nothing to sort."""
        ways = []
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
        """ "Grade A" narrows it; "yes" to "shall I write to you?" is a wish."""
        grade = turn.heard.values.get("grade")
        if grade:
            frame.note["grade"] = grade
            return (yield from self._anew(turn, frame))
        shown = frame.note.get(self.slot)
        if shown == [TELL] and turn.heard.intent in ("affirm", "accept", "alerts"):
            return Filled(TELL)
        return (yield from super().take(turn, frame))

    def pick(self, turn: Turn, frame: Frame, choice: str) -> Steps[Taken]:
        if choice in (NEAREST, CHEAPEST):
            frame.note["sort"] = choice
        elif choice in (BEST, ANY):
            frame.note["grade"] = "A" if choice == BEST else None
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


def _sort(frame: Frame) -> str:
    sort: str = frame.note.get("sort", NEAREST)
    return sort


def search(turn: Turn, frame: Frame) -> Steps[Sequence[Found]]:
    place = Place.from_json(frame.slots["place"])
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
