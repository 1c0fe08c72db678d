"""How my money stands, as buyer and as seller: due, looked for, kept safe, on its way, with the bank's number."""

from datetime import datetime
from typing import Any

from flows.agenda import MENU, PERSON, open_flow, proceed
from flows.filling import fill
from flows.flow import Flow
from flows.pay import FOUND, I_HAVE_PAID, PAID_FOR, PAY, SAFE, claimed, looked_for, pay_for, to_pay
from flows.payout import GET_MONEY, waiting_paise
from flows.plain_words import says
from flows.price import PRICE
from flows.say import Option, Say, msg
from flows.state import Frame
from flows.turn import Steps, Turn, day_of, market
from marketplace_core.bookings import queries as bookings
from marketplace_core.bookings.queries import Booking, Role
from marketplace_core.bookings.transitions import PAY_WITHIN
from marketplace_core.payments import queries as payments
from marketplace_core.payments import showing
from marketplace_core.payouts import queries as payouts
from marketplace_core.payouts.queries import Payout
from marketplace_core.payouts.rules import SMALLEST_PAISE

#: So many lines are read; the office knows the rest.
MOST, MOST_BY_SMS = 6, 3
TO_BE_PAID = msg("{code}: please pay {sum:money} by {day:day}.")


def pay_until(booking: Booking) -> str:
    last: datetime = (booking.confirmed_at or booking.moved_at) + PAY_WITHIN
    return day_of(last)


def _tell(turn: Turn, frame: Frame) -> Steps[None]:
    lines: list[Say] = []
    unpaid: list[Booking] = []
    sent = yield from market(payouts.mine, turn.person.id, limit=3)
    lines += [line for each in sent for line in _payout(each)]
    waits = yield from market(waiting_paise, turn.person.id)
    if waits >= SMALLEST_PAISE:
        lines.append(msg("{sum:money} of yours is with us.", sum=waits))
    owed = yield from to_pay(turn)
    for booking, due in owed:
        if seen := (yield from claimed(booking)):
            lines.append(looked_for(seen))
        else:
            lines.append(to_be_paid(booking, due))
            unpaid.append(booking)
    open_now: dict[Role, tuple[str, ...]] = {"seller": PAID_FOR, "buyer": PAID_FOR}
    for booking in (yield from market(bookings.mine, turn.person.id, states=open_now)):
        due = yield from market(showing.due, booking)
        if booking.my_role == "seller":
            lines.append(_sold(booking, due))
        elif due.secured:
            lines += (Say(FOUND.text, _of(booking)), SAFE)
    begun = yield from market(payments.mine, turn.person.id, state="created", limit=1)
    turn.say(*(lines[: MOST_BY_SMS if turn.channel.terse else MOST] or (msg("No money is open now."),)))
    pay = (pay_for(unpaid[0].code) if len(unpaid) == 1 else PAY,) if unpaid else ()
    paid = (Option("paid", I_HAVE_PAID, deed="go:paid"),) if begun else ()
    get = (GET_MONEY,) if waits >= SMALLEST_PAISE else ()
    turn.offer(*get, *pay, *paid, *(() if lines else (PERSON,)), MENU)


def to_be_paid(booking: Booking, due: showing.Due) -> Say:
    if booking.pay_by == "cash":
        return msg("{code}: {sum:money} in cash at the pickup.", **_of(booking))
    known = {"code": booking.code, "sum": due.paise or booking.due_paise}
    if booking.state != "confirmed":
        return msg("{code}: please pay {sum:money}.", **known)
    return Say(TO_BE_PAID.text, known | {"day": pay_until(booking)})


def ask_to_pay(turn: Turn, booking: Booking) -> Steps[tuple[Option, ...]]:
    """Says what the buyer owes now that both have agreed; the button to it, if there is anything to do."""
    due = yield from market(showing.due, booking)
    if due.secured:
        return ()
    turn.say(to_be_paid(booking, due))
    if booking.pay_by == "cash":
        return ()
    if not turn.channel.terse:
        turn.say(SAFE)
    return (pay_for(booking.code),)


def _of(booking: Booking) -> dict[str, Any]:
    return {"code": booking.code, "sum": booking.due_paise}


def _sold(booking: Booking, due: showing.Due) -> Say:
    if due.secured:
        return msg(
            "The buyer has paid for {code}. We keep the money safe until you deliver.", code=booking.code
        )
    if booking.pay_by == "cash":
        return msg("{code}: {sum:money} in cash at the pickup.", code=booking.code, sum=booking.total_paise)
    return msg("{code}: the buyer has not paid yet. Load nothing before.", code=booking.code)


def _payout(payout: Payout) -> tuple[Say, ...]:
    text = PAYOUTS.get(payout.state)
    if not text:
        return ()
    said = Say(text.text, {"sum": payout.paise})
    number = payout.reference if payout.state in ("sent", "done") else None
    return (said, msg("The bank's number for it: {reference}", reference=number)) if number else (said,)


PAYOUTS: dict[str, Say] = {
    "asked": msg("We send you {sum:money}. I write to you when it is on its way."),
    "approved": msg("We send you {sum:money}. I write to you when it is on its way."),
    "sent": msg("{sum:money} is on the way to your account."),
    "done": msg("{sum:money} is in your account."),
    "failed": msg("The bank sent {sum:money} back. Please talk to a person."),
}

MONEY = Flow(
    "money",
    title=msg("your money"),
    asks=(),
    commit=_tell,
    deed=(),
    intents=("payment_status",),
)


def asks_what_comes(turn: Turn) -> Steps[bool]:
    """ "What will I get?": of whoever has sold the money for that, of anybody else a price."""
    heard, top = turn.heard, turn.state.top
    if heard.intent not in ("ask_price", "payment_status") or not says(heard.text, "would_get"):
        return False
    if heard.values.keys() & {"commodity", "quantity", "place", "reference"} or (
        top and top.flow == PRICE.name
    ):
        return False
    sold: dict[Role, tuple[str, ...]] = {"seller": PAID_FOR}
    comes = (yield from market(bookings.mine, turn.person.id, states=sold, limit=1)) or (
        yield from market(waiting_paise, turn.person.id)
    )
    yield from fill(turn, open_flow(turn, MONEY if comes else PRICE))
    yield from proceed(turn)
    return True
