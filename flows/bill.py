"""What the scales and the inspection made of the sum, line by line, and the yes to it."""

from collections.abc import Iterator

from flows.agenda import MENU, open_flow
from flows.asks import YesNo
from flows.asks.price import in_words as rate
from flows.booking_acts import MY_BOOKINGS, known, of_theirs, refused, which
from flows.dispute import DISPUTE
from flows.flow import Flow, Over, Question
from flows.rate import ask_rating
from flows.refusals import sorry
from flows.review import named
from flows.say import Option, Say, label, msg, verbatim
from flows.state import Frame
from flows.turn import Steps, Turn, day_of, market
from marketplace_core.bookings import commands as bookings
from marketplace_core.bookings import queries
from marketplace_core.bookings.bill import Assay, Bill, Line
from marketplace_core.bookings.errors import BillMoved
from marketplace_core.bookings.queries import Booking
from marketplace_core.bookings.transitions import OBJECT_WITHIN
from marketplace_core.errors import Refused

COMPLETED = msg("{code} is complete.")
RIGHT = Option("yes", label("Yes, it is right"))
WRONG = Option("no", label("Complain"))


def total(bill: Bill, buys: bool) -> Say:
    if buys:
        return msg("You pay {sum:money}.", sum=bill.buyer_pays)
    return msg("You get {sum:money}.", sum=bill.farmer_gets)


def in_lines(turn: Turn, booking: Booking, bill: Bill, found: Assay | None) -> Say:
    """Each line with its reckoning, and without it where every line costs money."""
    buys = turn.person.id == booking.buyer_id
    lines = [
        msg(
            "{name:say}: {value:say}",
            name=_name(booking, bill, line, found or Assay()).to_json(),
            value=verbatim(_sum(turn, line)).to_json(),
        )
        for line in bill.lines
        if line.kind in ("goods", "deduction") or (buys and line.kind in OTHER_LINES)
    ]
    return msg("{lines:lines}", lines=[line.to_json() for line in (*lines, total(bill, buys))])


def _sum(turn: Turn, line: Line) -> str:
    money = turn.words.money(line.paise)
    if line.kind != "deduction":
        return money
    shown = line.formula if "/" in line.formula and not turn.channel.terse else ""
    return f"-{money}" + (f" = {shown}" if shown else "")


def _name(booking: Booking, bill: Bill, line: Line, found: Assay) -> Say:
    terms = booking.terms
    if line.kind == "goods":
        amount = msg("{amount:mass}", amount={"kg": bill.kg, "unit": booking.unit})
        price = rate({"paise": booking.price_paise, "per": booking.per})
        return msg("{lines:list}", lines=[amount.to_json(), price.to_json()])
    if line.note == "moisture":
        share = {"found": _percent(found.moisture), "agreed": _percent(terms.moisture_base)}
        return msg("Moisture {found} %, agreed {agreed} %", **share)
    if line.note == "impurity":
        share = {"found": _percent(found.impurity), "agreed": _percent(terms.impurity_base)}
        return msg("Dirt {found} %, agreed {agreed} %", **share)
    if line.note == "grade":
        return msg("Grade {found}, agreed {agreed}", found=found.grade, agreed=terms.grade)
    return OTHER_LINES[line.note or line.kind]


OTHER_LINES = {
    "decision": msg("Decided by our office"),
    "fee": msg("Our fee"),
    "logistics": msg("Transport"),
}


def _percent(tenths: int | None) -> str:
    return f"{(tenths or 0) / 10:g}"


def seen(found: Assay) -> Iterator[Say]:
    """What an inspection found, in words."""
    if found.grade:
        yield msg("Grade {grade}", grade=found.grade)
    if found.moisture is not None:
        yield msg("moisture {percent} %", percent=_percent(found.moisture))
    if found.impurity is not None:
        yield msg("dirt {percent} %", percent=_percent(found.impurity))


def shown(turn: Turn, booking: Booking) -> Steps[Say]:
    bill = yield from market(queries.bill_of, booking)
    found = yield from market(queries.assay, booking.id)
    return in_lines(turn, booking, bill, found)


def due_yes(turn: Turn, booking: Booking) -> Steps[str]:
    """Which yes this person owes now: the farmer's to what was taken off, then the buyer's to the whole."""
    moves = {move.name for move in (yield from market(queries.what_next, booking.code, turn.person.id))}
    bill = yield from market(queries.bill_of, booking)
    less = bill.farmer_gets < queries.quoted(booking).farmer_gets
    farmer_owes = less and booking.bill_agreed_at is None
    due = "agree_bill" if farmer_owes else "complete"
    return due if due in moves else ""


def holds_on(booking: Booking) -> tuple[Say, ...]:
    """Nothing before it is delivered: until then nobody's time runs."""
    if booking.state != "delivered" or not booking.billed_at:
        return ()
    return (
        msg(
            "Without a word from you this bill holds on {day:day}.",
            day=day_of(booking.billed_at + OBJECT_WITHIN),
        ),
    )


class Agree(YesNo):
    def question(self, turn: Turn, frame: Frame) -> Steps[Question | Over]:
        booking = yield from known(turn, frame.slots["code"])
        if isinstance(booking, Over):
            return booking
        bill = yield from market(queries.bill_of, booking)
        lines = yield from shown(turn, booking)
        frame.note["yes"] = yield from due_yes(turn, booking)
        frame.note["gets"] = bill.farmer_gets  # what is agreed to is what was shown
        if not frame.note["yes"]:
            return Over((lines,), (MY_BOOKINGS, MENU))
        said = (lines, self.text) if turn.channel.terse else (lines, *holds_on(booking), self.text)
        return Question(said, (self.yes, self.no))


def _answer(turn: Turn, frame: Frame) -> Steps[bool]:
    code = frame.slots["code"]
    if not frame.slots["right"]:
        open_flow(turn, DISPUTE, {"code": code})
        return True
    completes = frame.note.get("yes") == "complete"
    try:
        yield from market(
            bookings.complete if completes else bookings.agree_bill,
            actor_id=turn.person.id,
            code=code,
            farmer_gets=frame.note["gets"],
        )
    except BillMoved as refusal:
        sorry(turn, refusal)
        del frame.slots["right"]  # asked again, with the bill of now
        return False
    except Refused as refusal:
        refused(turn, refusal)
        return True
    if not completes:
        turn.say(msg("Agreed. I tell the buyer."))
        return True
    turn.say(Say(COMPLETED.text, {"code": code}))
    yield from ask_rating(turn, code)
    return True


def _at_stake(turn: Turn, frame: Frame) -> Steps[Say]:
    booking = yield from of_theirs(turn, frame.slots["code"])
    bill = yield from market(queries.bill_of, booking)
    buys = turn.person.id == booking.buyer_id
    return named(label("Bill"), verbatim(booking.code), total(bill, buys))


BILL = Flow(
    "bill",
    title=msg("the booking"),
    asks=(
        which(and_also=(queries.BILLED,)),
        Agree(
            "right",
            text=msg("Is this bill right?"),
            name=msg("Right"),
            example=msg("Answer Yes or No."),
            why=msg("The farmer is paid by it."),
            yes=RIGHT,
            no=WRONG,
        ),
    ),
    commit=_answer,
    guarded=lambda turn, frame: frame.slots["right"],
    at_stake=_at_stake,
    keyed="code",
    binds=True,
)
