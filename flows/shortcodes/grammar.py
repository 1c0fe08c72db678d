"""The grammar as a table: what each code takes, who may send it, what it does. The help card is printed from it."""

from collections.abc import Iterable
from dataclasses import dataclass

from flows.say import Say, msg

FIELD, DRIVER, TRADER = "field_agent", "delivery_agent", "buyer"
EVERYBODY = frozenset({FIELD, DRIVER, TRADER})
SELLERS_SIDE = frozenset({FIELD})
TRADE = frozenset({FIELD, TRADER})
ROAD = frozenset({DRIVER, TRADER})


def types_commands(roles: Iterable[str]) -> bool:
    return not EVERYBODY.isdisjoint(roles)


@dataclass(frozen=True)
class Part:
    """One thing a command takes, recognised by its kind wherever it stands; `name` is what the card calls it."""

    kind: str
    name: str
    optional: bool = False


@dataclass(frozen=True)
class Command:
    """`changes`: it is for those who have signed in, is written down, and a repeated text does it only once.

    `binds`: on its sender's word alone it moves goods or money, or says what others rely on; where a sender can be
    forged, they show first that it is them.
    """

    code: str
    parts: tuple[Part, ...]
    who: frozenset[str]
    does: Say
    example: str
    changes: bool = True
    binds: bool = False

    @property
    def form(self) -> str:
        """ "SELL phone what qty [pin]", as the card and the answers show it."""
        shown = (f"[{part.name}]" if part.optional else part.name for part in self.parts)
        return " ".join((self.code, *shown))


def _part(kind: str, name: str | None = None) -> Part:
    return Part(kind, name or kind)


def _maybe(kind: str, name: str | None = None) -> Part:
    return Part(kind, name or kind, optional=True)


PHONE, WHAT, QTY, BOOKING = _part("phone"), _part("what"), _part("qty"), _part("booking")
LISTING, OFFER, WHY = _part("listing"), _part("offer"), _part("words", "why")
#: What the counterpart was sent: without it they are asked, with it they have said yes.
THEIR_CODE = _maybe("code")

#: Printed below the table.
NOTES = (
    msg("[ ] may be left out. Small letters, spaces and another order are all right."),
    msg("Where goods or money move, the other side answers 1 or tells you a code."),
)

COMMANDS: dict[str, Command] = {
    command.code: command
    for command in (
        Command(
            "PIN",
            (_part("code", "pin"),),
            EVERYBODY,
            msg("Signs you in for today."),
            "PIN 4821",
            changes=False,
        ),
        Command(
            "REG",
            (PHONE, _part("name"), _part("pin", "pincode"), _part("lang")),
            SELLERS_SIDE,
            msg("Registers a farmer, who agrees with 1."),
            "REG 9876543210 Asha Devi 142001 hi",
        ),
        Command(
            "SELL",
            (PHONE, WHAT, QTY, _maybe("pin"), _maybe("price"), _maybe("days", "from-to")),
            SELLERS_SIDE,
            msg("Lists for a farmer, who agrees with 1. Price for a quintal, or 3/kg."),
            "SELL 9876543210 parali 12t 142001 200",
        ),
        Command(
            "GRADE",
            (LISTING, _maybe("grade", "A/B/C"), _maybe("moisture", "moisture%")),
            SELLERS_SIDE,
            msg("Writes your grade, or checks your photo."),
            "GRADE L7QK2M A 14%",
            binds=True,
        ),
        Command(
            "LIST",
            (PHONE,),
            TRADE,
            msg("Shows what a farmer has for sale."),
            "LIST 9876543210",
            changes=False,
        ),
        Command(
            "FIND",
            (WHAT, QTY, _part("pin"), _maybe("km")),
            TRADE,
            msg("Finds lots near a pincode."),
            "FIND parali 10t 142001 50km",
            changes=False,
        ),
        Command(
            "PRICE",
            (WHAT, _part("pin")),
            EVERYBODY,
            msg("Tells today's fair price."),
            "PRICE onion 422001",
            changes=False,
        ),
        Command(
            "OFFER",
            (LISTING, _part("price"), QTY, _maybe("phone", "buyer"), THEIR_CODE),
            TRADE,
            msg("Offers a price for a buyer, or for you."),
            "OFFER L7QK2M 190 40q",
            binds=True,
        ),
        Command(
            "ACC",
            (OFFER, THEIR_CODE),
            TRADE,
            msg("Accepts an offer."),
            "ACC F7QK2M",
            binds=True,
        ),
        Command(
            "REJ",
            (OFFER, _maybe("price"), THEIR_CODE),
            TRADE,
            msg("Refuses an offer, or names another price."),
            "REJ F7QK2M 210",
            binds=True,
        ),
        Command(
            "BOOK",
            (LISTING, QTY, _maybe("phone", "buyer"), THEIR_CODE),
            TRADE,
            msg("Books at the listed price."),
            "BOOK L7QK2M 40q 9876543210",
            binds=True,
        ),
        Command(
            "CONF",
            (BOOKING, THEIR_CODE),
            TRADE,
            msg("Confirms a booking."),
            "CONF B7QK2M",
            binds=True,
        ),
        Command(
            "CANC",
            (BOOKING, THEIR_CODE, _maybe("words", "why")),
            TRADE,
            msg("Calls a booking off."),
            "CANC B7QK2M rain",
            binds=True,
        ),
        Command(
            "ROUTE",
            (_maybe("day"),),
            ROAD,
            msg("Shows the round of a day."),
            "ROUTE tomorrow",
            changes=False,
        ),
        Command(
            "PICK",
            (BOOKING, _part("pickup", "code"), _part("qty", "weight")),
            ROAD,
            msg("Fetches with the farmer's code; writes the weight."),
            "PICK B7QK2M 482193 40q",
        ),
        Command(
            "DLV",
            (BOOKING, THEIR_CODE),
            ROAD,
            msg("Hands the goods to the buyer."),
            "DLV B7QK2M 4821",
            binds=True,
        ),
        Command(
            "COD",
            (BOOKING, _part("amount"), THEIR_CODE),
            frozenset({DRIVER, FIELD}),
            msg("Writes down cash from the buyer."),
            "COD B7QK2M 12000",
        ),
        Command(
            "FAIL",
            (BOOKING, WHY),
            ROAD,
            msg("Says why it did not work."),
            "FAIL B7QK2M nobody at home",
        ),
        Command(
            "BAL",
            (),
            EVERYBODY,
            msg("Shows the cash you carry."),
            "BAL",
            changes=False,
        ),
        Command(
            "DEP",
            (_part("amount"), _part("ref")),
            EVERYBODY,
            msg("Tells the office what you paid in."),
            "DEP 5000 SBI123",
        ),
        Command(
            "QC",
            (BOOKING, _part("grade", "A/B/C"), _part("moisture"), _maybe("qty", "weight")),
            EVERYBODY,
            msg("Writes grade, moisture and weight."),
            "QC B7QK2M A 14% 40q",
            binds=True,
        ),
        Command(
            "DISP",
            (BOOKING, WHY),
            TRADE,
            msg("Opens a dispute."),
            "DISP B7QK2M weight short",
            binds=True,
        ),
        Command(
            "HELP",
            (_maybe("command", "code"),),
            EVERYBODY,
            msg("Explains a code."),
            "HELP SELL",
            changes=False,
        ),
        Command(
            "LANG",
            (_part("lang"),),
            EVERYBODY,
            msg("Changes your language."),
            "LANG hi",
            changes=False,
        ),
        Command(
            "UNDO",
            (),
            EVERYBODY,
            msg("Takes back the last one, within 10 minutes."),
            "UNDO",
            changes=False,
            binds=True,
        ),
    )
}
