"""A wrong name or another village: put right by whoever it belongs to."""

from dataclasses import replace

from flows.asks import Choice
from flows.flow import Flow
from flows.register import NAME_ASK, PLACE_ASK
from flows.say import Option, label, msg
from flows.state import Frame
from flows.turn import Steps, Turn, market
from marketplace_core.accounts import commands as accounts
from marketplace_core.places.place import Place


def _change(turn: Turn, frame: Frame) -> Steps[None]:
    slots, person = frame.slots, turn.person.id
    if "name" in slots:
        turn.person = yield from market(accounts.set_name, person, name=slots["name"])
    if "place" in slots:
        turn.person = yield from market(accounts.set_place, person, place=Place.from_json(slots["place"]))
    place = turn.person.place
    turn.say(
        msg(
            "Changed. I know you as {name}, {place:place}.",
            name=turn.person.name,
            place=place.to_json() if place else None,
        )
    )


def _wanted(slot: str, frame: Frame) -> bool:
    return frame.slots.get("what") == slot or slot in frame.slots


PROFILE = Flow(
    "profile",
    title=msg("your details"),
    asks=(
        Choice(
            "what",
            text=msg("What shall I change?"),
            name=msg("What to do"),
            example=msg("Choose one of these."),
            why=msg("Buyers want to know who they deal with."),
            choices=(Option("name", label("Name")), Option("place", label("Place"))),
            when=lambda turn, frame: not _wanted("name", frame) and not _wanted("place", frame),
        ),
        replace(NAME_ASK, when=lambda turn, frame: _wanted("name", frame)),
        replace(PLACE_ASK, when=lambda turn, frame: _wanted("place", frame)),
    ),
    commit=_change,
    deed=("what",),
    intents=("update_profile",),
)
