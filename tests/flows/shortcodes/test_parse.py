"""What agents send, and what is read in it."""

from datetime import date

import pytest

from flows.shortcodes.mask import masked
from flows.shortcodes.parse import Lacks, Order, Slip, lines, parse

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("sell +91 98765 43210 Paddy Straw 12 ton @200/q", "SELL 9876543210 paddy straw 12t 200/q"),
        ("SELL9876543210 parali,12t,2/kg", "SELL 9876543210 parali 12t 2/kg"),
        ("9876543210 parali SELL 12t", "SELL 9876543210 parali 12t"),
        ("cod b7qk2m 12,000", "COD B7QK2M 12000"),
        ("QC B7QK2M 14 a 4000 kg", "QC B7QK2M A 14% 4000kg"),
        ("REG 9876543210 Asha Devi 142 001 kannada", "REG 9876543210 Asha Devi 142001 kannada"),
        ("ROUTE kal", "ROUTE 2026-11-21"),
        ("SELL ९८७६५४३२१० पराली १२t", "SELL 9876543210 paddy straw 12t"),
        ("REG 9876543210 Asha 142001 ಕನ್ನಡ", "REG 9876543210 Asha 142001 kn"),
        ("SELL 9876543210 onion 40q 25/11-30/11", "SELL 9876543210 onion 40q 25/11-30/11"),
    ],
)
def test_forgiving(said: str, line: str) -> None:
    found = parse(lines(said)[0], TODAY)
    assert isinstance(found, Order), found
    assert found.line == line


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("SLEL 9876543210 parali 12t", "SELL 9876543210 parali 12t"),
        ("SELL 9876543210 potaxto 12t", "SELL 9876543210 potato 12t"),
        ("SELL 98765432l0 parali 12t", "SELL 9876543210 parali 12t"),
        ("SELL 9876543210 parali 1 2t", "SELL 9876543210 parali 12t"),
        ("REG F7QK2M", "REJ F7QK2M"),
        ("PICK 87QK2M 482193 40q", "PICK B7QK2M 482193 40q"),
        ("REG 9876543210 Asha 142OO1 hi", "REG 9876543210 Asha 142001 hi"),
    ],
)
def test_one_slip_is_asked_back(said: str, meant: str) -> None:
    found = parse(said, TODAY)
    assert isinstance(found, Slip), found
    assert found.order.line == meant


@pytest.mark.parametrize(
    ("said", "missing", "strange"),
    [
        ("SELL", ("phone", "what", "qty"), ()),
        ("SELL 9876543210 parali", ("qty",), ()),
        ("SELL 9876543210 parali 12", ("qty",), ()),
        ("SELL 9876543210 parali 12t 14100", (), ("14100",)),
        ("PICK L7QK2M 482193 40q", ("booking",), ("L7QK2M",)),
        ("BOOK L7QK2M 40q 987654321", (), ("987654321",)),
    ],
)
def test_what_is_missing_is_named_and_nothing_is_guessed(
    said: str, missing: tuple[str, ...], strange: tuple[str, ...]
) -> None:
    found = parse(said, TODAY)
    assert isinstance(found, Lacks), found
    assert found.missing == missing and (not strange or set(strange) <= set(found.strange))


@pytest.mark.parametrize(
    "said",
    [
        "please find me a buyer for wheat",
        "list of things to do",
        "नमस्ते",
        "I want to sell my onions",
        "ok",
        "1",
    ],
)
def test_a_sentence_is_no_command(said: str) -> None:
    assert parse(lines(said)[0], TODAY) is None


def test_several_commands_in_one_message() -> None:
    said = lines("BAL; ROUTE\n\nPRICE onion 422001;")
    assert [parse(line, TODAY).line for line in said] == ["BAL", "ROUTE", "PRICE onion 422001"]  # type: ignore[union-attr]


@pytest.mark.parametrize("said", ["PIN 4821", "pin4821", "4821 PIN", "PIN ४८२१"])
def test_a_pin_is_a_pin_however_it_is_written(said: str) -> None:
    found = parse(lines(said)[0], TODAY)
    assert isinstance(found, Order)
    assert found.line == "PIN 4821"


@pytest.mark.parametrize("said", ["PIM 4821", "PN 4821", "pan 2400", "PIN 482l", "PIN 4821 99", "PIN"])
def test_a_pin_is_never_guessed_nor_asked_back(said: str) -> None:
    assert parse(said, TODAY) == Lacks(parse_of("PIN 4821").command, missing=("pin",))


@pytest.mark.parametrize("said", ["min 2400", "in 2400", "bin 2400", "tin 2400", "win 2400"])
def test_another_word_and_a_price_are_no_pin(said: str) -> None:
    assert parse(said, TODAY) is None


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("PIN 4821", "PIN ****"),
        ("pin4821", "pin****"),
        ("4821 PIN", "**** PIN"),
        ("my pin is 4821", "my pin is ****"),
        ("मेरा पिन 4821 है", "मेरा पिन **** है"),
        ("BAL\nPIN ४८२१;COD B7QK2M 1200", "BAL\nPIN ****;COD B7QK2M 1200"),
        ("PIN 4821 FIND parali 10t 142001", "PIN **** FIND parali 10t 142001"),
        ("PI\u200bN 48\u200b21", "PIN ****"),
        ("pin 48 21", "pin ** **"),
        ("PIN\n4821", "PIN\n****"),
        ("PIN 4821\nDEP 5000 SBI1", "PIN ****\nDEP 5000 SBI1"),
        ("pin 142001", "pin 142001"),
        ("pin 142 001, 2400", "pin 142 001, 2400"),
        ("pincode 142001 price 2400", "pincode 142001 price 2400"),
        ("DLV B7QK2M 4821", "DLV B7QK2M 4821"),
        ("my house 4821", "my house 4821"),
    ],
)
@pytest.mark.parametrize("agent", [True, False])
def test_a_pin_is_not_kept_with_what_was_said(said: str, kept: str, agent: bool) -> None:
    assert masked(said, agent=agent) == kept


@pytest.mark.parametrize("said", ["min 2400", "PIM 4821", "tin 2400", "in 2400"])
def test_a_slip_of_the_word_hides_digits_for_agents_alone(said: str) -> None:
    assert masked(said, agent=False) == said
    assert masked(said, agent=True) == said[:-4] + "****"


@pytest.mark.parametrize(
    ("said", "other"),
    [
        ("COD B7QK2M 4821", "COD B7QK2M 4821"),
        ("REJ F7QK2M 4821", "REJ F7QK2M 4821"),
        ("OFFER L7QK2M 40q 4821", "OFFER L7QK2M 40q 4821"),
        ("COD B7QK2M Rs4821", None),
        ("COD B7QK2M 48210", None),
        ("COD B7QK2M 1200 4821", None),
        ("REJ F7QK2M 2400/q", None),
        ("FIND onion 2400q 422001", None),
    ],
)
def test_four_bare_digits_may_be_a_code(said: str, other: str | None) -> None:
    found = parse_of(said)
    if other is None:
        assert found.or_code is None
    else:
        assert found.or_code and found.or_code.line == other and found.or_code.values["code"] == "4821"
        assert not found.or_code.values.keys() & {"amount", "price"}


def parse_of(line: str) -> Order:
    found = parse(line, TODAY)
    assert isinstance(found, Order)
    return found
