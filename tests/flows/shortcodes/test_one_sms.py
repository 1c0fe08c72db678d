"""What an agent is told by SMS costs one segment, in every language; and what came with a line is not lost."""

from collections.abc import Sequence
from datetime import date
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.sms import fold, segments
from bot.turn import drive
from flows import proof
from flows.flow import Question
from flows.heard import Heard
from flows.languages import LANGUAGES
from flows.say import Say, msg
from flows.shortcodes import trade
from flows.shortcodes.answer import Answer, done, listed, quoted, was_asked, with_what_lacks
from flows.shortcodes.answering import CHECK, NOT_THE_DRIVERS, WAY_OUT, Waits, answer_to, let_wait
from flows.shortcodes.check import SHORTCODE_CHECK
from flows.shortcodes.grammar import COMMANDS
from flows.shortcodes.lots import NO_END
from flows.shortcodes.parse import Order, Slip, lines, parse
from flows.state import Frame, State
from flows.turn import Channel, Steps, T, Turn
from marketplace_core.accounts import Person
from marketplace_core.accounts import commands as accounts
from marketplace_core.accounts import queries as people
from marketplace_core.desk import Desk
from marketplace_core.disputes import queries as quarrels
from tests.conftest import NOW
from tests.marketplace_core.test_handover import delivered

TODAY = date(2026, 11, 20)
WHY = "rain all night and the road to the village is closed for trucks until the bridge is mended by them"
#: What agents write in their own words, and where.
FREE = (
    "CANC B7QK2M {}",
    "FAIL B7QK2M {}",
    "DISP B7QK2M {}",
    "REG 9876500002 {} 142001 hi",
    "SELL 9876500002 {} 12t 142001 200",
    "GRDE L7QK2M {}",
    "DSIP B7QK2M {}",
    "BAL {}",
    "{}",
)
TYPED = st.one_of(
    st.text(max_size=220),
    st.lists(
        st.sampled_from(["वज़न", "कम", "था", "40kg", "[short]", "{~}", "\\", "😀", "ਤੋਲ", "rain", "\x07", "Ω"]),
        max_size=40,
    ).map(" ".join),
)
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


def at_once(steps: Steps[T]) -> T:
    """What a step ends with that asks the market nothing."""
    try:
        asked = next(steps)
    except StopIteration as end:
        found: T = end.value
        return found
    raise AssertionError(asked)


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
@settings(deadline=None)
@given(typed=TYPED, form=st.sampled_from(FREE), code=st.sampled_from(("", "B7QK2M")))
def test_whatever_was_typed_is_answered_in_one_sms(language: str, typed: str, form: str, code: str) -> None:
    for line in lines(form.format(typed)):
        parsed = parse(line, TODAY)
        if isinstance(parsed, Order):
            turn = sitting(language)
            assert cost(turn, *done(turn, parsed, code)) == 1
            assert cost(turn, *with_what_lacks(turn, parsed, "price")) == 1
            assert cost(turn, was_asked(turn, parsed, "*0002", binds=True, instead=NOW)) == 1
        elif isinstance(parsed, Slip):
            turn = sitting(language)
            frame = Frame(CHECK, {"line": parsed.order.line, "rest": [parsed.order.line] * 3})
            asked = at_once(SHORTCODE_CHECK.ask("right").question(turn, frame))
            assert isinstance(asked, Question)
            assert cost(turn, *asked.parts, *(option.label for option in asked.options)) == 1
        else:
            turn = sitting(language)
            said = at_once(answer_to(turn, parsed, line))
            assert isinstance(said, tuple) and cost(turn, *said) == 1


@pytest.mark.parametrize("language", LANGUAGES)
@settings(deadline=None)
@given(typed=st.lists(TYPED, min_size=1, max_size=9), forms=st.lists(st.sampled_from(FREE), max_size=9))
def test_one_code_names_what_it_is_for_in_one_sms(
    language: str, typed: Sequence[str], forms: Sequence[str]
) -> None:
    turn = sitting(language)
    rest = [line for form, said in zip(forms, typed, strict=False) for line in lines(form.format(said))]
    let_wait(turn, Waits({"line": f"DISP B7QK2M {typed[0]}", "right": True, "own": True}), rest)
    assert cost(turn, *turn.parts, proof.asks("4821")) == 1
    assert turn.state.top
    slots = turn.state.top.slots
    named = [turn.words(each) for each in turn.parts]
    assert len(slots["too"]) + len(slots["rest"]) == len(rest)
    for line in slots["too"]:
        assert isinstance(parse(line, TODAY), Order) and quoted(line) in named


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
