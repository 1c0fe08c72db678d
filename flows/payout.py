"""Where a farmer's money goes, and asking for it."""

import re
from dataclasses import dataclass
from uuid import UUID

from flows.agenda import MENU, PERSON, open_flow
from flows.asks import Text, YesNo
from flows.booking_acts import to_do
from flows.flow import Filled, Flow, Over, Question, Taken, Unusable
from flows.heard import Heard
from flows.rate import ask_rating
from flows.refusals import PAPERS_FIRST, sorry
from flows.review import check, in_short, named
from flows.say import Option, Say, label, msg
from flows.state import Frame
from flows.turn import Steps, Turn, market
from marketplace_core.desk import Desk
from marketplace_core.errors import BadTerms, NotMet, Refused
from marketplace_core.ledger.queries import account_of, balance
from marketplace_core.payouts import commands as payouts
from marketplace_core.payouts import destinations, queries
from marketplace_core.payouts.queries import Destination
from marketplace_core.payouts.rules import SMALLEST_PAISE, upi_id
from marketplace_core.vault import house_vault

GET_MONEY = Option("money", label("Get the money"), deed="go:get_paid")
NAME_UPI = Option("upi", label("UPI id"), deed="go:payout_to")
UPI = re.compile(r"\S+@\S+")


async def waiting_paise(desk: Desk, person_id: UUID) -> int:
    """What is free of a farmer's money and not asked for yet."""
    account_id = await account_of(desk, "farmer", person_id)
    return (await balance(desk, account_id)).available if account_id else 0


async def _name(desk: Desk, person_id: UUID, upi: str) -> Destination:
    return await destinations.name(
        desk, house_vault(), actor_id=person_id, person_id=person_id, account=upi_id(upi)
    )


@dataclass(frozen=True)
class UpiId(Text):
    def take(self, turn: Turn, frame: Frame) -> Steps[Taken]:
        return (yield from self.hear(turn, frame, turn.heard)) or Unusable(self.example)

    def hear(self, turn: Turn, frame: Frame, heard: Heard) -> Steps[Taken]:
        said = UPI.search(heard.text)
        if not said:
            return None
        try:
            return Filled(upi_id(said[0].strip(".,;:!")).number)
        except BadTerms:
            return None
        yield


def _named(turn: Turn, frame: Frame) -> Steps[None]:
    upi, terse = frame.slots["upi"], turn.channel.terse
    try:
        there = yield from market(_name, turn.person.id, upi)
    except Refused as refusal:
        sorry(turn, refusal)
        return
    waits = (yield from market(waiting_paise, turn.person.id)) >= SMALLEST_PAISE
    send = waits and "send" in frame.note
    if not (send and terse):  # it was read back just now; here the money itself must find room
        turn.say(msg("Your money goes to {upi} from now on.", upi=upi))
    if not there.usable:
        turn.say(msg("To keep you safe, the first payment waits one day."))
    if send:
        yield from _ask(turn)
    elif waits:  # who only put their UPI id right has not asked for all that waits
        open_flow(turn, GET_PAID)
    if booking := frame.note.get("code"):
        if terse:
            turn.offer(to_do("rate", label("Rate the deal"), booking), MENU)
        else:
            yield from ask_rating(turn, booking)


def name_and_send(turn: Turn, booking: str | None = None) -> None:
    """Asks where the money shall go, and sends it there at once; a booking that is complete is rated after it."""
    note = open_flow(turn, PAYOUT_TO).note
    note["send"] = True
    if booking:
        note["code"] = booking


def _ask(turn: Turn) -> Steps[None]:
    try:
        asked = yield from market(payouts.ask, actor_id=turn.person.id, person_id=turn.person.id)
    except NotMet:
        turn.say(PAPERS_FIRST)
        turn.offer(PERSON, MENU)
    except Refused as refusal:
        sorry(turn, refusal)
    else:
        turn.say(msg("We send you {sum:money}. I write to you when it is on its way.", sum=asked.paise))


class ShallISend(YesNo):
    def question(self, turn: Turn, frame: Frame) -> Steps[Question | Over]:
        paise = yield from market(waiting_paise, turn.person.id)
        if paise < SMALLEST_PAISE:
            return Over((msg("No money of yours waits with us now."),), (MENU,))
        to = yield from market(queries.destination, turn.person.id)
        return Question((_waits(paise, to),), (self.yes, self.no))


def _waits(paise: int, to: Destination | None) -> Say:
    where = "UPI" if to is None else ("@" if to.kind == "upi" else "…") + to.shown
    return msg("{sum:money} of yours waits with us. Shall I send it to {where}?", sum=paise, where=where)


def _get_paid(turn: Turn, frame: Frame) -> Steps[None]:
    if not frame.slots["yes"]:
        turn.say(msg("The money stays safe with us."))
    elif (yield from market(queries.destination, turn.person.id)) is None:
        name_and_send(turn)
    else:
        yield from _ask(turn)


def _at_stake(turn: Turn, frame: Frame) -> Steps[Say]:
    paise = yield from market(waiting_paise, turn.person.id)
    return named(GET_MONEY.label, msg("{sum:money}", sum=paise))


PAYOUT_TO = Flow(
    "payout_to",
    title=msg("your money"),
    asks=(
        UpiId(
            "upi",
            text=msg("To which UPI id shall I send your money? Without UPI, talk to a person."),
            name=label("UPI id"),
            example=msg("A UPI id looks like this: name@bank"),
            why=msg("Your money goes there."),
            longest=100,
        ),
    ),
    review=check,
    commit=_named,
    deed=(),
    guarded=lambda turn, frame: True,
    at_stake=in_short(NAME_UPI.label),
    binds=True,
)

GET_PAID = Flow(
    "get_paid",
    title=msg("your money"),
    asks=(
        ShallISend(
            "yes",
            text=msg("Is that right?"),
            name=GET_MONEY.label,
            example=msg("Answer Yes or No."),
            why=msg("Your money goes there."),
        ),
    ),
    commit=_get_paid,
    deed=(),
    guarded=lambda turn, frame: bool(frame.slots["yes"]),
    at_stake=_at_stake,
    binds=True,
)
