"""Of bookings, from the first yes to the last."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from flows.agenda import PERSON, open_flow, proceed
from flows.bill import BILL, COMPLETED, due_yes, seen, shown, total
from flows.booking_acts import in_words, to_do, to_ring
from flows.booking_answer import BOOKING_ANSWER
from flows.driver import FETCHED_BY
from flows.handover import ARRIVED, ON_THE_WAY, WEIGHED
from flows.heard import News
from flows.menu import ON
from flows.money import TO_BE_PAID, ask_to_pay
from flows.notices.notice import BOTH, MY_BOOKINGS, Notice, Opener, offer_when_idle
from flows.pay import PAY, claimed
from flows.payout import GET_MONEY, name_and_send, waiting_paise
from flows.pickup import KEEP_IT, OLD_IS_OVER, PICKUP, between, window
from flows.rate import ask_rating
from flows.say import Say, label, msg
from flows.turn import Steps, Turn, market
from marketplace_core.accounts import queries as people
from marketplace_core.bookings import queries as bookings
from marketplace_core.bookings.queries import Booking
from marketplace_core.payouts.queries import destination
from marketplace_core.payouts.rules import SMALLEST_PAISE

CONFIRMED = msg("The farmer has confirmed {code}.")
CALLED_OFF = msg("The booking {code} was called off.")
INSPECTED = msg("{code} was inspected.")
BILL_AGREED = msg("The farmer agrees to the bill of {code}.")
UNPAID_THEN = msg("If you do not pay, the booking is called off.")
LOCKED = msg("For {code} a wrong pickup code was said five times.")
RENEWED = msg("The pickup code of {code} was changed.")

PICKUP_DAY, PICKUP_CODE = label("Pickup day"), label("Pickup code")


def _booked(turn: Turn, news: News) -> Steps[None]:
    """Asks, on top of whatever is open, so that "yes" and "1" answer this and not the sale behind it."""
    booking = yield from market(bookings.by_code, news.subject)
    if booking and booking.state == "pending":
        open_flow(turn, BOOKING_ANSWER, {"code": booking.code})
        yield from proceed(turn)


def _booking_news(
    text: Say, to_seller: Say | None = None, *acts: tuple[str, Say]
) -> Callable[[Turn, News], Steps[None]]:
    def say(turn: Turn, news: News) -> Steps[None]:
        booking: Booking | None = yield from market(bookings.by_code, news.subject)
        if booking:
            mine = to_seller if to_seller and turn.person.id == booking.seller_id else text
            turn.say(Say(mine.text, {"code": booking.code}), in_words(booking))
            _offer(turn, booking, *acts)

    return say


def _offer(turn: Turn, booking: Booking, *acts: tuple[str, Say]) -> None:
    offer_when_idle(turn, *(to_do(act, text, booking.code) for act, text in acts), MY_BOOKINGS)


def _confirmed(turn: Turn, news: News) -> Steps[None]:
    """Now the buyer is asked for the money, as it was agreed."""
    booking: Booking | None = yield from market(bookings.by_code, news.subject)
    if booking:
        sells = turn.person.id == booking.seller_id
        text = msg("The buyer has agreed to {code}.") if sells else CONFIRMED
        turn.say(Say(text.text, {"code": booking.code}), in_words(booking))
        pay = () if sells else (yield from ask_to_pay(turn, booking))
        pickup = to_do("agree_pickup", PICKUP_DAY, booking.code)
        offer_when_idle(turn, *pay, pickup, *(() if pay else (MY_BOOKINGS,)))


def _called_off(turn: Turn, news: News) -> Steps[None]:
    if news.about.get("why") != "dispute":  # the decision itself says it better
        yield from _booking_news(CALLED_OFF)(turn, news)


def _unpaid(turn: Turn, news: News) -> Steps[None]:
    """Meanwhile it may be paid, or the bank's number named."""
    booking: Booking | None = yield from market(bookings.by_code, news.subject)
    if not booking or booking.state != "confirmed" or (yield from claimed(booking)):
        return
    pay = yield from ask_to_pay(turn, booking)
    if pay:
        turn.say(UNPAID_THEN)
        offer_when_idle(turn, *pay, MY_BOOKINGS)


def _pickup_agreed(turn: Turn, news: News) -> Steps[None]:
    booking: Booking | None = yield from market(bookings.by_code, news.subject)
    if booking:
        begin, end = (datetime.fromisoformat(news.about[when]) for when in ("window_from", "window_to"))
        turn.say(between(booking.code, begin, end))
        _offer(turn, booking, ("agree_pickup", label("Another day")), *_code_of(turn, booking))


def _driver(turn: Turn, news: News) -> Steps[None]:
    """The farmer hears who may ask for the code; the driver, where to go.

    To keep the code until the truck is loaded is said again beside the code itself.
    """
    booking: Booking | None = yield from market(bookings.by_code, news.subject)
    if not booking:
        return
    when = yield from window(booking)
    if str(turn.person.id) == news.about["driver_id"]:
        place = booking.place.to_json()
        turn.say(
            msg(
                "You fetch {code} from {name}, {place:place}.",
                code=booking.code,
                name=booking.seller_name,
                place=place,
            )
        )
        turn.say(*(yield from to_ring(turn, booking)), *when)
        _offer(turn, booking, ("pick_up", label("Loaded")))
        return
    driver = yield from market(people.person, UUID(news.about["driver_id"]))
    turn.say(Say(FETCHED_BY.text, {"name": driver.name or "", "code": booking.code}), *when)
    if not turn.channel.terse:
        turn.say(KEEP_IT)
    _offer(turn, booking, *_code_of(turn, booking))


def _code_of(turn: Turn, booking: Booking) -> tuple[tuple[str, Say], ...]:
    return (("code", PICKUP_CODE),) if turn.person.id == booking.seller_id else ()


def _locked(turn: Turn, news: News) -> Steps[None]:
    turn.say(Say(LOCKED.text, {"code": news.subject}), KEEP_IT)
    offer_when_idle(turn, MY_BOOKINGS, PERSON)
    return
    yield


def _renewed(turn: Turn, news: News) -> Steps[None]:
    """By the office or an agent; the code itself is shown to whoever asks for it."""
    booking: Booking | None = yield from market(bookings.by_code, news.subject)
    if booking:
        turn.say(Say(RENEWED.text, {"code": booking.code}), OLD_IS_OVER)
        _offer(turn, booking, *_code_of(turn, booking))


def _weighed(turn: Turn, news: News) -> Steps[None]:
    booking: Booking | None = yield from market(bookings.by_code, news.subject)
    kg = (yield from market(bookings.weighed, booking.id)) if booking else None
    if booking and kg is not None:
        turn.say(Say(WEIGHED.text, {"code": booking.code, "amount": {"kg": kg, "unit": booking.unit}}))
        yield from _now_it_is(turn, booking)


def _inspected(turn: Turn, news: News) -> Steps[None]:
    booking: Booking | None = yield from market(bookings.by_code, news.subject)
    found = (yield from market(bookings.assay, booking.id)) if booking else None
    if booking and found:
        facts = [each.to_json() for each in seen(found)]
        turn.say(Say(INSPECTED.text, {"code": booking.code}), msg("{lines:list}", lines=facts))
        yield from _now_it_is(turn, booking)


def _now_it_is(turn: Turn, booking: Booking) -> Steps[None]:
    """What the scales and the inspection change, as soon as there is a weight."""
    buys = turn.person.id == booking.buyer_id
    if (yield from market(bookings.weighed, booking.id)) is not None:
        turn.say(total((yield from market(bookings.bill_of, booking)), buys))
        _offer(turn, booking, ("bill", label("Bill")))
    else:
        _offer(turn, booking)


def _delivered(turn: Turn, news: News) -> Steps[None]:
    booking: Booking | None = yield from market(bookings.by_code, news.subject)
    if booking:
        turn.say(Say(ARRIVED.text, {"code": booking.code}))
        yield from _show_the_bill(turn, booking)


def _bill_agreed(turn: Turn, news: News) -> Steps[None]:
    booking: Booking | None = yield from market(bookings.by_code, news.subject)
    if booking:
        turn.say(Say(BILL_AGREED.text, {"code": booking.code}))
        yield from _show_the_bill(turn, booking)


def _show_the_bill(turn: Turn, booking: Booking) -> Steps[None]:
    """Asks for the yes where one is owed; in the middle of something else it only shows."""
    owed = yield from due_yes(turn, booking)
    if owed and not turn.state.frames:
        open_flow(turn, BILL, {"code": booking.code})
        yield from proceed(turn)
    else:
        turn.say((yield from shown(turn, booking)))
        _offer(turn, booking, ("dispute", label("Complain")))


def _completed(turn: Turn, news: News) -> Steps[None]:
    """The farmer's next step is the money; the deal is talked about after it."""
    booking: Booking | None = yield from market(bookings.by_code, news.subject)
    if not booking:
        return
    turn.say(Say(COMPLETED.text, {"code": booking.code}))
    waits = 0
    if turn.person.id == booking.seller_id:
        turn.say(total((yield from market(bookings.bill_of, booking)), buys=False))
        waits = yield from market(waiting_paise, turn.person.id)
    if turn.state.frames:
        return
    if waits < SMALLEST_PAISE:
        yield from ask_rating(turn, booking.code)
    elif (yield from market(destination, turn.person.id)):
        offer_when_idle(turn, GET_MONEY, to_do("rate", label("Rate the deal"), booking.code))
    else:
        name_and_send(turn, booking.code)
        yield from proceed(turn)


NOTICES = {
    "booking.pending": Notice(
        ("seller_id",), _booked, opener=Opener(msg("{name} wants to book your {code}."), ON)
    ),
    "booking.confirmed": Notice(
        ("buyer_id", "seller_id"),
        _confirmed,
        opener=Opener(CONFIRMED, MY_BOOKINGS),
    ),
    "booking.cancelled": Notice(BOTH, _called_off, opener=Opener(CALLED_OFF, MY_BOOKINGS)),
    "booking.unpaid": Notice(("buyer_id",), _unpaid, opener=Opener(TO_BE_PAID, PAY)),
    "booking.pickup_agreed": Notice(BOTH, _pickup_agreed, opener=Opener(PICKUP, MY_BOOKINGS)),
    "booking.driver_assigned": Notice(
        ("seller_id", "driver_id"), _driver, opener=Opener(FETCHED_BY, MY_BOOKINGS)
    ),
    "booking.pickup_locked": Notice(("seller_id",), _locked, urgent=True, opener=Opener(LOCKED, MY_BOOKINGS)),
    "booking.pickup_code_renewed": Notice(
        ("seller_id",), _renewed, urgent=True, opener=Opener(RENEWED, MY_BOOKINGS)
    ),
    "booking.in_transit": Notice(
        BOTH, _booking_news(ON_THE_WAY), urgent=True, opener=Opener(ON_THE_WAY, MY_BOOKINGS)
    ),
    "booking.weighed": Notice(BOTH, _weighed, urgent=True, opener=Opener(WEIGHED, MY_BOOKINGS)),
    "booking.inspected": Notice(BOTH, _inspected, opener=Opener(INSPECTED, MY_BOOKINGS)),
    "booking.delivered": Notice(BOTH, _delivered, opener=Opener(ARRIVED, MY_BOOKINGS)),
    "booking.bill_agreed": Notice(
        ("buyer_id",),
        _bill_agreed,
        opener=Opener(BILL_AGREED, MY_BOOKINGS),
    ),
    "booking.completed": Notice(BOTH, _completed, opener=Opener(COMPLETED, MY_BOOKINGS)),
}
