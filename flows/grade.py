"""A photo to be judged: what it shows, and what its owner says of the lot.

The answer comes by itself when a worker has looked: `grade_report.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from flows.agenda import MENU, PERSON, REGISTRATION, open_flow, proceed
from flows.asks import Brought, Choice, Commodity, Photo, YesNo
from flows.filling import fill
from flows.flow import Ask, Filled, Flow, Over, Question, Taken
from flows.heard import Heard
from flows.refusals import sorry
from flows.say import Option, Say, label, msg
from flows.sell import COMMON
from flows.state import Frame
from flows.turn import KOLKATA, Steps, Turn, market
from marketplace_core.commodities import COMMODITIES
from marketplace_core.errors import Moved, Refused
from marketplace_core.grading import commands as gradings
from marketplace_core.grading import queries
from marketplace_core.grading.commands import MOST_AN_HOUR, MOST_PHOTOS
from marketplace_core.grading.errors import TooManyGradings
from marketplace_core.grading.more_photos import add_photos
from marketplace_core.grading.report import Answers, Moisture
from marketplace_core.grading.rules import MOST_DAYS, judged
from nlu.understanding import Expecting

#: Photos of one lot come one by one, each a message of its own; behind the first by no more than this.
TOGETHER = timedelta(seconds=30)
NOT_SAID = msg("not said")
FIRST_FIVE = msg("I look at the first five photos.")
LOOKING = msg("I am looking at it. I write to you in a moment.")
NO_CAMERA = Over((msg("Photos do not come by SMS. Send it on WhatsApp, or ask a person."),), (PERSON, MENU))
#: Who says "2 November" in winter means the one that was, though a day to come is read from it.
MOSTLY_PAST = 180


class Shown(Commodity):
    """Where the channel carries no photos there is nothing to ask."""

    def question(self, turn: Turn, frame: Frame) -> Steps[Question | Over]:
        return (yield from super().question(turn, frame)) if turn.channel.photos else NO_CAMERA


class Shots(Photo):
    """How to take one depends on what it shows."""

    def question(self, turn: Turn, frame: Frame) -> Steps[Question | Over]:
        if not turn.channel.photos:
            return NO_CAMERA
        commodity = frame.slots.get("commodity")
        if commodity == "wheat":
            said = msg("Spread a handful of wheat on a dark cloth, in one layer. Photograph it from above.")
        elif commodity and COMMODITIES[commodity].kind == "residue":
            said = msg("Photograph it in daylight, from two steps away.")
        else:
            said = self.text
        return Question((said,), (), wants="photo")
        yield

    def hear(self, turn: Turn, frame: Frame, heard: Heard) -> Steps[Taken]:
        if not heard.photos:
            return None
        # more of the same is no change of mind: nothing is said back
        photos = [*(frame.slots.pop(self.slot, None) or ()), *heard.photos]
        if len(photos) > MOST_PHOTOS:
            turn.say(FIRST_FIVE)
        frame.note["photo_at"] = turn.now.isoformat()
        return Filled(photos[:MOST_PHOTOS])
        yield


@dataclass(frozen=True)
class Number(Ask):
    """A bare number up to `most`, as a meter shows it."""

    most: int

    expecting: ClassVar[Expecting] = "quantity"

    def take(self, turn: Turn, frame: Frame) -> Steps[Taken]:
        said = turn.heard.values.get("number")
        if said is None:
            return None
        number = Decimal(str(said))
        if not 0 <= number <= self.most:
            return None
        return Filled(float(number) if number % 1 else int(number))
        yield

    def show(self, value: Any) -> Say:
        return NOT_SAID if value is None else msg("{n}", n=value)


class Days(Number):
    """ "10", "10 days", "two weeks ago", "2 November": what is no bare number comes as a day."""

    expecting = "date"

    def take(self, turn: Turn, frame: Frame) -> Steps[Taken]:
        day = turn.heard.values.get("date")
        if "number" in turn.heard.values or not day:
            return (yield from super().take(turn, frame))
        ahead = (date.fromisoformat(day["from"] if isinstance(day, dict) else day) - turn.today).days
        days = abs(ahead - 365 if ahead > MOSTLY_PAST else ahead)
        return Filled(days) if days <= self.most else None


class Rain(YesNo):
    def show(self, value: Any) -> Say:
        return NOT_SAID if value is None else super().show(value)


class Kept(Choice):
    def show(self, value: Any) -> Say:
        return NOT_SAID if value is None else super().show(value)


def _of_straw(turn: Turn, frame: Frame) -> bool:
    """What no photo shows is asked only where a limit is about it."""
    commodity = frame.slots["commodity"]
    return judged(commodity) and COMMODITIES[commodity].kind == "residue"


def said(slots: dict[str, Any]) -> Answers:
    meter = slots.get("moisture")
    return Answers(
        moisture=None if meter is None else Moisture(meter / 100, "farmer"),
        days_since_harvest=None if slots.get("days") is None else int(slots["days"]),
        rained_on=slots.get("rain"),
        stored=slots.get("kept"),
    )


def _ask_the_eyes(turn: Turn, frame: Frame) -> Steps[None]:
    if (yield from _asked(turn, frame.slots)):
        turn.say(LOOKING)


def _asked(turn: Turn, slots: dict[str, Any], before: int = 0) -> Steps[bool]:
    """Remembers the lot for a moment: more photos of it may be on their way. `before` counts those looked at."""
    try:
        asked = yield from market(
            gradings.ask,
            person_id=turn.person.id,
            commodity=slots["commodity"],
            photos=[UUID(photo) for photo in slots["photos"]],
            listing_code=slots.get("listing"),
            answers=said(slots),
            on_their_way=True,
        )
    except TooManyGradings:
        yield from _not_before(turn)
    except Refused as refusal:
        sorry(turn, refusal)
    else:
        lot = {key: value for key, value in slots.items() if key != "photos"}
        turn.state.looked_at = {
            "code": asked.code,
            "lot": lot,
            "photos": before + len(slots["photos"]),
            "at": turn.now.isoformat(),
        }
        return True
    return False


def _not_before(turn: Turn) -> Steps[None]:
    """The oldest of the last ten makes room for the next."""
    mine = yield from market(queries.mine, turn.person.id, limit=MOST_AN_HOUR)
    free = (mine[-1].created_at + timedelta(hours=1)).astimezone(KOLKATA)
    turn.say(
        msg(
            "I have looked {most} times within an hour. Send the next one after {time}.",
            most=MOST_AN_HOUR,
            time=f"{free:%H:%M}",
        )
    )
    turn.offer(PERSON, MENU)


def photos_alone(turn: Turn) -> Steps[bool]:
    """Photos that no open question was waiting for are there to be judged."""
    if not turn.heard.photos:
        return False
    yield from fill(turn, open_flow(turn, GRADE))
    yield from proceed(turn)
    return True


def one_of_several(turn: Turn) -> Steps[bool]:
    """Photos right behind another go with it. The question that stands there is not put nine times over."""
    heard, frame = turn.heard, turn.state.top
    if not heard.photos or heard.text:
        return False
    shown = next((each for each in turn.state.frames if each.flow == GRADE.name), None)
    if frame and shown and shown.slots.get("photos") and frame.flow in (GRADE.name, REGISTRATION):
        return _just_now(turn, shown.note["photo_at"]) and (yield from _beside(turn, shown))
    looked_at = turn.state.looked_at
    if frame or not looked_at or not _just_now(turn, looked_at["at"]):
        return False
    looked_at["at"] = turn.now.isoformat()
    photos = heard.photos[: MOST_PHOTOS - looked_at["photos"]]
    if photos:
        yield from _after(turn, photos)
    if len(photos) < len(heard.photos) and not looked_at.get("enough"):
        looked_at["enough"] = True
        turn.say(FIRST_FIVE)
        turn.offer(*turn.state.options)
    return True


def _beside(turn: Turn, frame: Frame) -> Steps[bool]:
    have = frame.slots["photos"]
    frame.slots["photos"] = [*have, *turn.heard.photos][:MOST_PHOTOS]
    frame.note["photo_at"] = turn.now.isoformat()
    if len(have) + len(turn.heard.photos) > MOST_PHOTOS and not frame.note.get("enough"):
        frame.note["enough"] = True
        turn.say(FIRST_FIVE)
        yield from proceed(turn)
    return True


def _after(turn: Turn, photos: Sequence[str]) -> Steps[None]:
    """Where a worker has begun to look already, they are looked at by themselves."""
    looked_at = turn.state.looked_at or {}
    try:
        yield from market(
            add_photos,
            person_id=turn.person.id,
            code=looked_at["code"],
            photos=[UUID(photo) for photo in photos],
        )
        looked_at["photos"] += len(photos)
    except Moved:
        yield from _asked(turn, {**looked_at["lot"], "photos": list(photos)}, looked_at["photos"])


def _just_now(turn: Turn, moment: str | None) -> bool:
    return bool(moment and turn.now - datetime.fromisoformat(moment) < TOGETHER)


GRADE = Flow(
    "grade",
    title=msg("your photo"),
    asks=(
        Shown(
            "commodity",
            text=msg("What is in the photo?"),
            name=msg("What"),
            example=msg("Write it like this: wheat"),
            why=msg("I look for other things in each crop."),
            common=COMMON,
        ),
        Shots(
            "photos",
            text=msg("Photograph it in daylight, from close."),
            name=msg("Photos"),
            example=msg("Take a photo of the lot in daylight, from two steps away."),
            why=msg("I judge only what I see."),
        ),
        Days(
            "days",
            text=msg("How many days ago was it cut?"),
            name=msg("Days since harvest"),
            example=msg("Write a number, like 14."),
            why=msg("Old straw is worth less."),
            most=MOST_DAYS,
            when=_of_straw,
            optional=True,
        ),
        Rain(
            "rain",
            text=msg("Did rain fall on it?"),
            name=msg("Rain"),
            example=msg("Answer Yes or No."),
            why=msg("Wet straw rots."),
            when=_of_straw,
            optional=True,
        ),
        Kept(
            "kept",
            text=msg("How is it kept?"),
            name=msg("Kept"),
            example=msg("Choose one of these."),
            why=msg("Under cover it stays good."),
            choices=(
                Option("field", label("In the open")),
                Option("covered", label("Under a cover")),
                Option("shed", label("In a shed")),
            ),
            when=_of_straw,
            optional=True,
        ),
        Number(
            "moisture",
            text=msg("If you have a moisture meter: what does it show?"),
            name=msg("Moisture"),
            example=msg("Write a number, like 14."),
            why=msg("No photo shows how wet it is."),
            most=100,
            when=lambda turn, frame: judged(frame.slots["commodity"]),
            optional=True,
        ),
        Brought("listing"),  # with the button under a bad photo of a sale
    ),
    commit=_ask_the_eyes,
    deed=("commodity", "listing"),
    intents=("grade_photo",),
)
