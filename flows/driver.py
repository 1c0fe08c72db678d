"""Who comes to fetch the goods: the buyer names a driver of ours by phone number."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flows.agenda import MENU
from flows.asks import Figures, YesNo
from flows.booking_acts import MY_BOOKINGS, refused, which
from flows.flow import Filled, Flow, Over, Question, Taken, Unusable
from flows.review import in_short
from flows.say import Say, label, msg, verbatim
from flows.shortcodes.answer import person_at
from flows.shortcodes.kinds import phone
from flows.state import Frame
from flows.turn import Steps, Turn, market
from marketplace_core.bookings import fetching
from marketplace_core.errors import Refused

FETCHED_BY = msg("{name} comes to fetch {code}.")


@dataclass(frozen=True)
class Driver(Figures):
    """A phone number; kept is whose it is."""

    def take(self, turn: Turn, frame: Frame) -> Steps[Taken]:
        said = "".join(str(int(each)) for each in turn.heard.text if each.isdecimal())
        number = phone((said,), turn.today)
        if not number:
            return Unusable(self.example)
        driver = yield from person_at(number.value)
        if not driver or (driver.id != turn.person.id and "delivery_agent" not in driver.roles):
            return Unusable(msg("Nobody with this number drives for us."))
        return Filled({"id": str(driver.id), "name": driver.name or number.value})

    def show(self, value: Any) -> Say:
        return verbatim(value["name"])


class ThisOne(YesNo):
    def question(self, turn: Turn, frame: Frame) -> Steps[Question | Over]:
        return Question((_fetched_by(frame), self.text), (self.yes, self.no))
        yield


def _fetched_by(frame: Frame) -> Say:
    return Say(FETCHED_BY.text, {"name": frame.slots["driver"]["name"], "code": frame.slots["code"]})


def _name(turn: Turn, frame: Frame) -> Steps[None]:
    code = frame.slots["code"]
    turn.offer(MY_BOOKINGS, MENU)
    if not frame.slots["sure"]:
        turn.say(msg("{code} stays as it is.", code=code))
        return
    driver = UUID(frame.slots["driver"]["id"])
    try:
        yield from market(fetching.assign_driver, actor_id=turn.person.id, code=code, driver_id=driver)
        turn.say(_fetched_by(frame), msg("I tell the other side."))
    except Refused as refusal:
        refused(turn, refusal)


DRIVER = Flow(
    "driver",
    title=msg("the booking"),
    asks=(
        which("assign_driver"),
        Driver(
            "driver",
            text=msg("What is the driver's phone number?"),
            name=label("Driver"),
            example=msg("Write it like this: 98765 43210"),
            why=msg("I tell the other side."),
            resets=("sure",),
        ),
        ThisOne(
            "sure",
            text=msg("Is that right?"),
            name=msg("Sure"),
            example=msg("Answer Yes or No."),
            why=msg("I ask so that nothing is lost by a slip."),
        ),
    ),
    commit=_name,
    guarded=lambda turn, frame: frame.slots["sure"],
    at_stake=in_short(label("Driver")),
    keyed="code",
    binds=True,
)
