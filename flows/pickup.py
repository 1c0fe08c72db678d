"""When the goods are fetched, and the code that the farmer keeps until the truck is loaded."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from flows.agenda import MENU
from flows.asks import Choice, Day
from flows.booking_acts import IN_WRITING, MY_BOOKINGS, known, refused, which
from flows.flow import Flow, Over
from flows.review import in_short
from flows.say import Option, Say, label, msg
from flows.state import Frame
from flows.turn import KOLKATA, Steps, Turn, market
from marketplace_core.bookings import fetching, queries
from marketplace_core.bookings.queries import Booking
from marketplace_core.errors import BadTerms, Refused

PICKUP = msg("{code} is picked up on {day:day}, between {begin} and {end}.")
OLD_IS_OVER = msg("The old code is not valid any more.")
KEEP_IT = msg("Tell the pickup code only when the truck is loaded.")

#: From and until which hour.
WINDOWS = {"morning": (7, 11), "midday": (11, 15), "evening": (15, 19)}
#: Who says "now" is not too late for it.
SOON = timedelta(minutes=1)


def between(code: str, begin: datetime, end: datetime) -> Say:
    begin, end = begin.astimezone(KOLKATA), end.astimezone(KOLKATA)
    window = {"day": begin.date().isoformat(), "begin": f"{begin:%H:%M}", "end": f"{end:%H:%M}"}
    return Say(PICKUP.text, {"code": code, **window})


def window(booking: Booking) -> Steps[Sequence[Say]]:
    """Nothing, as long as nothing is agreed."""
    agreed = yield from market(queries.pickup, booking.id)
    if agreed.window_from is None or agreed.window_to is None:
        return ()
    return (between(booking.code, agreed.window_from, agreed.window_to),)


def _agree(turn: Turn, frame: Frame) -> Steps[bool]:
    slots = frame.slots
    day, (begin, end) = date.fromisoformat(slots["day"]), WINDOWS[slots["window"]]
    opens, closes = (datetime.combine(day, time(hour), KOLKATA) for hour in (begin, end))
    opens = max(opens, turn.now + SOON)
    try:
        yield from market(
            fetching.agree_pickup,
            actor_id=turn.person.id,
            code=slots["code"],
            window_from=opens,
            window_to=closes,
        )
    except BadTerms as refusal:
        past = closes <= opens
        turn.say(
            msg("This time is past. Please choose another.")
            if past
            else msg("{day:dated} is too far away for me.", day=slots["day"])
        )
        del slots["window" if past and refusal.field else "day"]
        return False
    except Refused as refusal:
        refused(turn, refusal)
        return True
    turn.say(between(slots["code"], opens, closes), msg("I tell the other side."))
    turn.offer(MY_BOOKINGS, MENU)
    return True


def _show_code(turn: Turn, frame: Frame) -> Steps[None]:
    booking = yield from known(turn, frame.slots["code"])
    if isinstance(booking, Over):
        turn.say(*booking.parts)
        return
    try:
        secret = yield from market(queries.pickup_code, booking.code, turn.person.id)
    except Refused as refusal:
        refused(turn, refusal)
        return
    if secret is None or booking.state != "confirmed":
        turn.say(msg("This booking is {state:state} already.", state=booking.state))
        return
    told = (msg("Pickup code of {code}: {secret}.", code=booking.code, secret=secret), KEEP_IT)
    if turn.channel.name == "voice" and turn.channel.forgeable:  # written, it reaches the real phone
        turn.agreed += told
        turn.say(IN_WRITING)
    else:
        turn.say(*told)
    turn.offer(Option("new_code", label("New code"), deed=f"go:new_code:{booking.code}"), MENU)


def _renew_code(turn: Turn, frame: Frame) -> Steps[None]:
    try:
        yield from market(fetching.renew_code, actor_id=turn.person.id, code=frame.slots["code"])
    except Refused as refusal:
        refused(turn, refusal)
        return
    turn.say(OLD_IS_OVER)
    yield from _show_code(turn, frame)


PICKUP_DAY = Flow(
    "pickup",
    title=msg("the booking"),
    asks=(
        which("agree_pickup"),
        Day(
            "day",
            text=msg("On which day shall it be picked up?"),
            name=msg("From"),
            example=msg("Write it like this: tomorrow, or 25 November"),
            why=msg("The buyer plans the truck by it."),
        ),
        Choice(
            "window",
            text=msg("At what time?"),
            name=msg("From"),
            example=msg("Choose one of these."),
            why=msg("The buyer plans the truck by it."),
            choices=(
                Option("morning", label("Morning")),
                Option("midday", label("Midday")),
                Option("evening", label("Evening")),
            ),
        ),
    ),
    commit=_agree,
    intents=("schedule_pickup",),
    guarded=lambda turn, frame: True,
    at_stake=in_short(label("Pickup day")),
    keyed="code",
)

PICKUP_CODE = Flow(
    "pickup_code",
    title=msg("the booking"),
    asks=(which("renew_code"),),
    commit=_show_code,
    keyed="code",
)

#: For one that was overheard; offered wherever the code is shown.
NEW_CODE = Flow(
    "new_code",
    title=msg("the booking"),
    asks=(which("renew_code"),),
    commit=_renew_code,
    deed=("code",),
    guarded=lambda turn, frame: True,
    at_stake=in_short(label("New code")),
    keyed="code",
)
