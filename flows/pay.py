"""Paying for a booking: how, what to tap or scan, and the bank's number when it is done."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from flows.agenda import MENU, PERSON, open_flow, proceed
from flows.asks import Figures, Pick, Row
from flows.booking_acts import IN_WRITING, of_theirs
from flows.filling import fill
from flows.flow import Closer, Filled, Flow, Over, Question, Taken, Unusable
from flows.plain_words import says
from flows.refusals import PAPERS_FIRST, sorry
from flows.review import in_short, named
from flows.say import Option, Picture, Say, label, msg, verbatim
from flows.state import Frame
from flows.turn import Steps, Turn, market
from marketplace_core.bookings import queries as bookings
from marketplace_core.bookings.queries import Booking
from marketplace_core.errors import Moved, NotFound, NotMet, Refused
from marketplace_core.payments import commands as payments
from marketplace_core.payments import queries, showing
from marketplace_core.payments.errors import NothingToPay, TooManyAttempts
from marketplace_core.payments.queries import Payment

#: The farmer has agreed, and the goods have not been settled yet.
PAID_FOR = ("confirmed", "in_transit", "delivered", "disputed")
CASH, BALANCE = "cash", "balance"
WAYS: dict[str, Option] = {
    "upi": Option("upi", label("UPI")),
    "bank": Option("bank", label("Bank transfer")),
    CASH: Option(CASH, label("Cash at pickup")),
    BALANCE: Option(BALANCE, label("From my money")),
}
#: The key of a picture to scan, which is drawn when it is fetched, begins like this.
TO_PAY = "pay/"
PAY = Option("pay", label("Pay now"), deed="go:pay")
MY_MONEY = Option("money", label("My money"), deed="go:money")
FOUND = msg("Your {sum:money} for {code} has come.")
SAFE = msg("We keep it safe until the goods are weighed.")
I_HAVE_PAID = label("I have paid")
LATER = Option("later", label("Later"))
#: UPI and IMPS count twelve digits, NEFT sixteen, RTGS twenty-two; a telephone has ten.
LEAST_LETTERS = 12
#: A list on WhatsApp has ten rows.
MOST_ROWS = 9
NUMBERS = re.compile(r"[A-Z0-9]+")


def pay_for(code: str) -> Option:
    return Option(PAY.id, PAY.label, deed=f"go:pay:{code}")


def to_pay(turn: Turn) -> Steps[list[tuple[Booking, showing.Due]]]:
    """What this buyer has agreed to and not yet paid."""
    found = []
    for booking in (yield from market(showing.unpaid, turn.person.id, PAID_FOR)):
        found.append((booking, (yield from market(showing.due, booking))))
    return found


def claimed(booking: Booking) -> Steps[Payment | None]:
    """What the buyer says they have paid, and nobody has seen yet."""
    begun = yield from market(queries.of_booking, booking.id)
    return next((payment for payment in begun if payment.state == "attempted"), None)


def _rows(turn: Turn, frame: Frame) -> Steps[Sequence[Row] | Over]:
    open_now = yield from to_pay(turn)
    if not open_now:
        return Over((msg("You have nothing to pay now."),), (MENU,))
    return [
        Row(
            booking.code,
            msg("{code}", code=booking.code),
            msg("{what:commodity}, {sum:money}", what=booking.commodity, sum=booking.due_paise),
        )
        for booking, _ in open_now
    ]


@dataclass(frozen=True)
class Way(Pick):
    """How: what is set up here and carries the sum, and cash where the farmer has agreed to it."""

    def question(self, turn: Turn, frame: Frame) -> Steps[Question | Over]:
        booking = yield from market(bookings.by_code, frame.slots["code"])
        if not booking or booking.buyer_id != turn.person.id:
            return Over((msg("I do not know this booking."),), (MENU,))
        due = yield from market(showing.due, booking)
        if due.secured or booking.state not in PAID_FOR:
            return Over(
                (msg("There is nothing to pay for {code} now.", code=booking.code),), (MY_MONEY, MENU)
            )
        seen = yield from claimed(booking)
        if seen:
            return Over((looked_for(seen),), (MY_MONEY, MENU))
        ways = (BALANCE,) if due.paise == 0 else (yield from market(showing.ways, due.paise))
        rows = [WAYS[way] for way in (*ways, *((CASH,) if booking.pay_by == CASH else ()))]
        frame.note[self.slot] = [row.id for row in rows]
        return Question(
            (
                msg("{sum:money} for {code}.", sum=due.paise or booking.due_paise, code=booking.code),
                self.text,
            ),
            tuple(rows),
        )

    def show(self, value: str) -> Say:
        return WAYS[value].label


def looked_for(payment: Payment) -> Say:
    return msg(
        "We look for your {sum:money} at the bank, number {number}. I write to you then.",
        sum=payment.paise,
        number=payment.claimed or payment.code,
    )


def _pay(turn: Turn, frame: Frame) -> Steps[None]:
    code, way = frame.slots["code"], frame.slots["way"]
    booking = yield from market(bookings.known, code)
    if way == CASH:
        turn.say(msg("{code}: {sum:money} in cash at the pickup.", code=code, sum=booking.due_paise))
        return
    try:
        if way == BALANCE:
            yield from market(payments.from_balance, payer_id=turn.person.id, booking_code=code)
            known = {"sum": booking.due_paise, "code": code}
            turn.say(Say(FOUND.text, known), SAFE)
            turn.offer(MY_MONEY, MENU)
            return
        begun = yield from market(payments.begin, payer_id=turn.person.id, method=way, booking_code=code)
    except Refused as refusal:
        _refused(turn, code, refusal)
        return
    how = yield from _how(turn, begun)
    paid = open_flow(turn, PAID, {"code": begun.code})
    if turn.channel.name == "voice":  # nobody taps what they hear, nor writes it down
        turn.agreed += how
        paid.note["written"] = True
    else:
        turn.say(*how)


def _at_stake(turn: Turn, frame: Frame) -> Steps[Say]:
    booking = yield from of_theirs(turn, frame.slots["code"])
    return named(PAY.label, verbatim(booking.code), msg("{sum:money}", sum=booking.due_paise))


def _refused(turn: Turn, code: str, refusal: Refused) -> None:
    if isinstance(refusal, NothingToPay):
        turn.say(msg("There is nothing to pay for {code} now.", code=code))
        turn.offer(MY_MONEY, MENU)
    elif isinstance(refusal, TooManyAttempts):
        turn.say(msg("That was often today. Please try tomorrow, or talk to a person."))
        turn.offer(PERSON, MENU)
    elif isinstance(refusal, NotMet):
        turn.say(PAPERS_FIRST)
        turn.offer(PERSON, MENU)
    else:
        sorry(turn, refusal)


def _how(turn: Turn, begun: Payment) -> Steps[Sequence[Say]]:
    """The link in words; beside it its picture, where there are pictures."""
    how = yield from market(showing.show, payer_id=turn.person.id, code=begun.code)
    if how.link:
        if turn.channel.photos:
            turn.picture = Picture(
                f"{TO_PAY}{how.code}/{how.paise}", msg("Scan to pay {sum:money}.", sum=how.paise)
            )
        return (msg("Tap to pay {sum:money}:", sum=how.paise), verbatim(how.link))
    reason = msg("Write {code} as the reason.", code=how.code)
    if how.account:
        return (msg("Send {sum:money} to this account:", sum=how.paise), verbatim(how.account), reason)
    return (msg("A person can help you now."), reason)


WHICH = Pick(
    "code",
    text=msg("Which booking?"),
    name=msg("Booking"),
    example=msg("Choose one of the list."),
    why=msg("I show what is agreed."),
    rows=_rows,
    resets=("way",),
)

PAY_FLOW = Flow(
    "pay",
    title=msg("your money"),
    asks=(
        WHICH,
        Way(
            "way",
            text=msg("How do you want to pay?"),
            name=msg("Payment"),
            example=msg("Choose one of these."),
            why=msg(
                "Paid first, the money waits with us until the goods are weighed. Then the farmer gets it."
            ),
            rows=_rows,
        ),
    ),
    commit=_pay,
    deed=("code",),
    guarded=lambda turn, frame: frame.slots["way"] == BALANCE,
    at_stake=_at_stake,
    binds=True,
)


@dataclass(frozen=True)
class BankNumber(Figures):
    """What the payment app shows when it is done. "I have paid" alone is asked for it."""

    answers = frozenset({"payment_status"})

    def question(self, turn: Turn, frame: Frame) -> Steps[Question | Over]:
        payment = yield from market(queries.by_code, frame.slots["code"])
        if not payment or payment.payer_id != turn.person.id:
            return Over((msg("You have nothing to pay now."),), (MY_MONEY, MENU))
        if payment.state == "attempted":
            return Over((looked_for(payment),), (MY_MONEY, MENU))
        if payment.state != "created":
            return Over((msg("You have nothing to pay now."),), (MY_MONEY, MENU))
        written = (IN_WRITING,) if frame.note.get("written") and turn.channel.name == "voice" else ()
        return Question((*written, self.text), (LATER,))

    def take(self, turn: Turn, frame: Frame) -> Steps[Taken]:
        if turn.heard.photos:
            return Unusable(msg("I cannot read the picture. Please write the number."))
        numbers = [each for each in NUMBERS.findall(_plain(turn.heard.text)) if re.search(r"\d", each)]
        longest = max(numbers, key=len, default="")
        if len(longest) >= LEAST_LETTERS:
            return Filled(longest)
        paid = says(turn.heard.text, "have_paid")
        if longest and not paid:
            return Unusable(msg("That number is too short. It has 12 digits or more."))
        if paid or turn.heard.intent in ("affirm", "accept", "payment_status"):
            return Closer(Question((self.text, self.example), (LATER,)))
        return Filled("") if turn.heard.intent in ("deny", "reject") else Unusable(self.example)
        yield

    def pick(self, turn: Turn, frame: Frame, choice: str) -> Steps[Taken]:
        return Filled("") if choice == LATER.id else None
        yield

    def show(self, value: str) -> Say:
        return verbatim(value) if value else LATER.label


def _plain(text: str) -> str:
    """Digits of any script as Latin ones; the gaps between groups of digits closed."""
    latin = "".join(str(unicodedata.decimal(each)) if each.isdecimal() else each.upper() for each in text)
    return re.sub(r"(?<=\d)[\s-]+(?=\d)", "", latin)


def _claim(turn: Turn, frame: Frame) -> Steps[None]:
    code, number = frame.slots["code"], frame.slots["number"]
    if not number:
        turn.say(msg("Fine. When you have paid, choose My money."))
        turn.offer(MY_MONEY, MENU)
        return
    try:
        payment = yield from market(payments.claim, payer_id=turn.person.id, code=code, reference=number)
        turn.say(looked_for(payment))
    except (Moved, NotFound):
        turn.say(msg("You have nothing to pay now."))
    except Refused as refusal:
        sorry(turn, refusal)
    turn.offer(MY_MONEY, MENU)


def _begun(turn: Turn, frame: Frame) -> Steps[Sequence[Row] | Over]:
    """Without a code: what was begun and not yet said to be paid."""
    begun = yield from market(queries.mine, turn.person.id, state="created", limit=MOST_ROWS)
    if not begun:
        return Over((msg("You have nothing to pay now."),), (MENU,))
    return [
        Row(
            payment.code,
            msg("{code}", code=payment.booking or payment.code),
            msg("{sum:money}", sum=payment.paise),
        )
        for payment in begun
    ]


PAID = Flow(
    "paid",
    title=msg("your money"),
    asks=(
        replace(WHICH, rows=_begun, resets=("number",)),
        BankNumber(
            "number",
            text=msg("When you have paid, write me the bank's number of it (UTR)."),
            name=msg("Bank's number"),
            example=msg("Your payment app shows it. It looks like this: 412345678901"),
            why=msg("By it we find your money at the bank."),
        ),
    ),
    commit=_claim,
    deed=("code",),
    keyed="code",
    guarded=lambda turn, frame: bool(frame.slots["number"]),
    at_stake=in_short(I_HAVE_PAID),
    binds=True,
)


def says_it_is_paid(turn: Turn) -> Steps[bool]:
    """ "I have paid", when something was begun: there is no intent for it. Else it asks how the money stands."""
    top = turn.state.top
    if turn.heard.intent != "payment_status" or not says(turn.heard.text, "have_paid"):
        return False
    begun = yield from market(queries.mine, turn.person.id, state="created", limit=2)
    if not begun or (top and top.flow == PAID.name):
        return False
    frame = open_flow(turn, PAID, {"code": begun[0].code} if len(begun) == 1 else None)
    if "code" in frame.slots:
        frame.asking = "number"  # which may have been said along
        yield from fill(turn, frame)
    yield from proceed(turn)
    return True
