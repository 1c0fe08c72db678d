"""What agents send, and what is read in it."""

from datetime import date

import pytest

from flows.shortcodes.parse import Lacks, Order, Slip, lines, masked, parse

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
        ("SELL ९८७६५४३२१० पराली १२t", "SELL 9876543210 पराली 12t"),
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


@pytest.mark.parametrize("said", ["PIN 4821", "pin4821", "PIM 4821", "4821 PIN", "PIN 482l", "PIN ४८२१"])
def test_a_pin_is_never_asked_back(said: str) -> None:
    found = parse(lines(said)[0], TODAY)
    assert isinstance(found, Order)
    assert found.line == "PIN 4821"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("PIN 4821", "PIN ****"),
        ("PIM 4821", "PIN ****"),
        ("4821 PIN", "PIN ****"),
        ("BAL\nPIN ४८२१;COD B7QK2M 1200", "BAL\nPIN ****;COD B7QK2M 1200"),
        ("pin 48 21", "pin ** **"),
        ("pin 142001", "pin 142001"),
        ("DLV B7QK2M 4821", "DLV B7QK2M 4821"),
        ("my house 4821", "my house 4821"),
    ],
)
def test_a_pin_is_not_kept_with_what_was_said(said: str, kept: str) -> None:
    assert masked(said, TODAY) == kept


def test_what_was_wrong_with_a_pin_is_not_said_back() -> None:
    assert parse("PIN 4821 99", TODAY) == Lacks(parse_of("PIN 4821").command, missing=("pin",))


def parse_of(line: str) -> Order:
    found = parse(line, TODAY)
    assert isinstance(found, Order)
    return found
