"""What a whole sale costs by SMS, counted in the scripts that play it."""

import re
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parent / "scripts" / "sms"
COST = re.compile(r"\((\d+) SMS\)")


def cost(lines: list[str]) -> int:
    return sum(int(found) for line in lines for found in COST.findall(line))


@pytest.mark.parametrize(
    ("script", "most_sale", "most_whole"), [("whole_sale_hindi_latin", 8, 9), ("whole_sale_hindi", 16, 16)]
)
def test_a_whole_sale_is_within_its_budget(script: str, most_sale: int, most_whole: int) -> None:
    lines = (SCRIPTS / f"{script}.txt").read_text("utf-8").splitlines()
    published = next(n for n, line in enumerate(lines) if "L1" in line)
    sale = cost(lines[: 1 + next(n for n in range(published, len(lines)) if COST.search(lines[n]))])
    whole = cost(lines)
    print(f"\n{script}: {sale} segments until it is published, {whole} until a booking is confirmed")
    assert 4 <= sale <= most_sale
    assert sale < whole <= most_whole


def test_no_sms_of_a_sale_in_latin_letters_costs_more_than_one() -> None:
    lines = (SCRIPTS / "whole_sale_hindi_latin.txt").read_text("utf-8").splitlines()
    costs = [int(found) for line in lines for found in COST.findall(line)]
    assert costs
    assert set(costs) == {1}
