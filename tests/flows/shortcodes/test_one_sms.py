"""What an agent is told by SMS costs one segment, in every language; and what came with a line is not lost."""

from datetime import date
from uuid import uuid4

import pytest

from bot.channels.sms import fold, segments
from bot.turn import drive
from flows.heard import Heard
from flows.languages import LANGUAGES
from flows.say import Say, msg
from flows.shortcodes import trade
from flows.shortcodes.answer import Answer, listed, quoted, was_asked
from flows.shortcodes.answering import NOT_THE_DRIVERS, WAY_OUT
from flows.shortcodes.grammar import COMMANDS
from flows.shortcodes.lots import NO_END
from flows.shortcodes.parse import Order, parse
from flows.state import State
from flows.turn import Channel, Steps, Turn
from marketplace_core.accounts import Person
from marketplace_core.accounts import commands as accounts
from marketplace_core.accounts import queries as people
from marketplace_core.desk import Desk
from marketplace_core.disputes import queries as quarrels
from tests.conftest import NOW
from tests.marketplace_core.test_handover import delivered

TODAY = date(2026, 11, 20)
WHY = "rain all night and the road to the village is closed for trucks until the bridge is mended by them"
NATIVE_WHY = "रात भर बारिश हुई और गाँव की सड़क बंद है"
LONGEST = (
    "OFFER L7QK2M 1900/q 400q 9876500002",
    "BOOK L7QK2M 400q 9876500002",
    "REJ F7QK2M 1900/q",
    f"CANC B7QK2M {WHY}",
    f"CANC B7QK2M {NATIVE_WHY}",
    "SELL 9876500002 paddy straw 400q 142001 1900/q 25/11-30/11",
)


def sitting(language: str, channel: str = "sms") -> Turn:
    person = Person(uuid4(), "Ravi", language, "native" if language == "en" else "latin", (), None, True)
    return Turn(person, Channel(channel, uuid4(), terse=channel == "sms"), State(), Heard(), NOW)


def order_of(line: str) -> Order:
    found = parse(line, TODAY)
    assert isinstance(found, Order), found
    return found


def cost(turn: Turn, *said: Say) -> int:
    return segments(fold("\n".join(turn.words(each) for each in said)))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("line", LONGEST)
def test_what_was_asked_instead_fits_one_sms(language: str, line: str) -> None:
    turn, order = sitting(language), order_of(line)
    binds = order.command.code != "SELL"
    asked = was_asked(turn, order, "*0002", binds=binds, instead=None)
    anew = was_asked(turn, order, "*0002", binds=binds, instead=NOW)
    assert turn.words(msg("What was asked at {time} is over.", time="10:00")) in turn.words(anew)
    assert [cost(turn, asked), cost(turn, anew)] == [1, 1], (turn.words(asked), turn.words(anew))


def test_where_there_is_room_the_whole_is_said() -> None:
    order = order_of(LONGEST[0])
    turn = sitting("bn", "whatsapp")
    assert order.line in turn.words(was_asked(turn, order, "*0002", binds=True, instead=NOW))
    short = was_asked(sitting("en"), order_of("REJ F7QK2M 1900/q"), "*0002", binds=True, instead=NOW)
    assert "REJ F7QK2M 1900/q" in sitting("en").words(short)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_line_to_prove_fits_one_sms_beside_the_code(language: str) -> None:
    turn = sitting(language)
    code = msg("Is it you? Then send back {code}. Not you? Do nothing.", code="4821")
    for why in (WHY, NATIVE_WHY):
        line = quoted(order_of(f"DISP B7QK2M {why}").line)
        assert line.startswith("DISP B7QK2M ") and line.endswith(" ...")
        assert cost(turn, Say("{line}", {"line": line}), code) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_way_out_fits_beside_what_is_missing(language: str) -> None:
    turn = sitting(language)
    assert cost(turn, NOT_THE_DRIVERS) == 1
    for command in COMMANDS.values():
        lacks = [part.name for part in command.parts if not part.optional]
        what = {"code": command.code, "what": ", ".join(lacks), "form": command.form}
        said = msg("{code}: missing {what}. Write: {form}", **what)
        assert cost(turn, said, WAY_OUT) == 1, turn.words(said)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_left_out_of_a_list_is_counted_in_the_same_sms(language: str) -> None:
    turn = sitting(language)
    lots = [Say("L7QK2{n} Paddy straw 12 quintals Rs 1,200 a quintal", {"n": n}) for n in range(1, 6)]
    said = listed(turn, lots)
    assert said[-1] == Say("{left}", {"left": f"+{5 - (len(said) - 1)}"})
    assert cost(turn, *said) == 1
    assert listed(turn, lots[:2]) == tuple(lots[:2])
    assert listed(sitting(language, "whatsapp"), lots) == tuple(lots)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_dropped_last_day_is_said_in_the_same_sms(language: str) -> None:
    turn, order = sitting(language), order_of(LONGEST[-1])
    assert cost(turn, was_asked(turn, order, "*0002", binds=False, instead=None), NO_END) == 1


async def test_a_photo_beside_the_line_is_evidence(desk: Desk) -> None:
    deal = await delivered(desk)
    await accounts.add_role(desk, deal.buyer, "buyer")
    photo = uuid4()
    heard = Heard(text=f"DISP {deal.code} bags torn", photos=(str(photo),))
    turn = Turn(await people.person(desk, deal.buyer), Channel("whatsapp"), State(), heard, desk.now)

    def disp() -> Steps[Answer]:
        return (yield from trade.disp(turn, order_of(heard.text)))

    await drive(desk, disp())  # type: ignore[arg-type]
    opened = await quarrels.of_booking(desk, deal.code)
    assert opened is not None and opened.photos == (photo,)
