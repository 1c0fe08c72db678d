"""At the cart and at the scales: the farmer's code, the weight, the goods with the buyer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flows.agenda import MENU, open_flow, proceed
from flows.asks import Figures, Pick, Quantity, Text
from flows.bill import BILL
from flows.booking_acts import known, refused, to_do, which
from flows.filling import fill
from flows.flow import Filled, Flow, Over, Question, Taken, Unusable
from flows.heard import Heard
from flows.pickup import KEEP_IT, PICKUP_CODE
from flows.plain_words import says
from flows.registry import asked
from flows.review import check, in_short
from flows.say import Say, label, msg
from flows.state import Frame
from flows.turn import Steps, Turn, market
from marketplace_core.bookings import fetching, handover
from marketplace_core.bookings.fetching import WrongCode
from marketplace_core.bookings.making import SECRET_DIGITS
from marketplace_core.errors import Refused

ON_THE_WAY = msg("{code} is on the way to the buyer.")
WEIGHED = msg("{code} was weighed: {amount:mass}.")
ARRIVED = msg("{code} has reached the buyer.")
BOOKED = msg("Booked: {amount:mass}.")


@dataclass(frozen=True)
class Secret(Figures, Text):
    """The six digits that the farmer told, however they are grouped and in whatever script."""

    def take(self, turn: Turn, frame: Frame) -> Steps[Taken]:
        said = "".join(str(int(each)) for each in turn.heard.text if each.isdecimal())
        return Filled(said) if len(said) == SECRET_DIGITS else Unusable(self.example)
        yield

    def hear(self, turn: Turn, frame: Frame, heard: Heard) -> Steps[Taken]:
        return None
        yield


def _load(turn: Turn, frame: Frame) -> Steps[bool]:
    code = frame.slots["code"]
    try:
        done = yield from market(
            fetching.pick_up, actor_id=turn.person.id, code=code, pickup_code=frame.slots.pop("secret")
        )
    except Refused as refusal:
        refused(turn, refusal)
        return True
    if isinstance(done, WrongCode):
        turn.say(msg("That is another code. Please ask the farmer again."))
        return done.locked_until is not None
    turn.say(Say(ON_THE_WAY.text, {"code": code}))
    turn.offer(to_do("weigh", label("Weighed"), code), MENU)
    return True


def booked(kg: int, weight: Mapping[str, Any]) -> Say:
    """What was booked, in the unit of what was weighed: side by side a zero too many is seen."""
    return Say(BOOKED.text, {"amount": {"kg": kg, "unit": weight["unit"]}})


def _look_over(turn: Turn, frame: Frame) -> Steps[Question]:
    """The office alone corrects a weight that stands."""
    shown = yield from check(turn, frame)
    booking = yield from known(turn, frame.slots["code"])
    if isinstance(booking, Over):
        return shown
    return Question((*shown.parts, booked(booking.kg, frame.slots["weight"])))


def _weigh(turn: Turn, frame: Frame) -> Steps[None]:
    code, amount = frame.slots["code"], frame.slots["weight"]
    try:
        yield from market(handover.weigh, actor_id=turn.person.id, code=code, kg=amount["kg"])
    except Refused as refusal:
        refused(turn, refusal)
        return
    turn.say(Say(WEIGHED.text, {"code": code, "amount": amount}))
    turn.offer(to_do("deliver", label("Arrived"), code), MENU)


def _deliver(turn: Turn, frame: Frame) -> Steps[None]:
    code = frame.slots["code"]
    try:
        yield from market(handover.deliver, actor_id=turn.person.id, code=code)
    except Refused as refusal:
        refused(turn, refusal)
        return
    turn.say(Say(ARRIVED.text, {"code": code}))
    open_flow(turn, BILL, {"code": code})


def speaks_of_the_code(turn: Turn) -> Steps[bool]:
    """ "What is my pickup code?": there is no intent for it. Who sells is shown theirs, who fetches is asked for it."""
    ask = asked(turn.state.top)
    if not says(turn.heard.text, "pickup_code") or (ask and ask.expecting in ("name", "text")):
        return False
    sells = yield from _some(turn, PICKUP_CODE)
    fetches = yield from _some(turn, LOADING)
    yield from fill(turn, open_flow(turn, LOADING if fetches and not sells else PICKUP_CODE))
    yield from proceed(turn)
    return True


def _some(turn: Turn, flow: Flow) -> Steps[bool]:
    which_one = flow.ask("code")
    assert isinstance(which_one, Pick)
    return not isinstance((yield from which_one.rows(turn, Frame(flow.name))), Over)


LOADING = Flow(
    "loading",
    title=msg("the booking"),
    asks=(
        which("pick_up"),
        Secret(
            "secret",
            text=msg("Which pickup code did the farmer tell you?"),
            name=msg("Booking"),
            example=msg("Write it like this: 142001"),
            why=KEEP_IT,
            longest=SECRET_DIGITS,
        ),
    ),
    commit=_load,
    # nobody but who stands at the cart knows the farmer's code: it proves more than one written to the phone
    keyed="code",
)

WEIGHING = Flow(
    "weighing",
    title=msg("the booking"),
    asks=(
        which("weigh"),
        Quantity(
            "weight",
            text=msg("What do the scales say?"),
            name=msg("Quantity"),
            example=msg("Write it like this: 12 tonnes, or 40 quintal"),
            why=msg("The farmer is paid by it."),
        ),
    ),
    review=_look_over,
    commit=_weigh,
    guarded=lambda turn, frame: True,
    at_stake=in_short(label("Weighed")),
    keyed="code",
    binds=True,
)

ARRIVAL = Flow(
    "arrival",
    title=msg("the booking"),
    asks=(which("deliver"),),
    commit=_deliver,
    guarded=lambda turn, frame: True,
    at_stake=in_short(label("Arrived")),
    keyed="code",
    binds=True,
)
