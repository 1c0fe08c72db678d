"""What is printed for India's register fits what people are really sent."""

import re
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.carriers.gateway.dlt import VAR, Registered, Template, registered
from bot.carriers.gateway.register import IN_VILLAGE, rows, rows_said
from bot.channels import render
from bot.outbox.writing import write
from flows.asks.yes_no import NO, YES
from flows.menu import DOORS
from flows.say import Reply, msg, verbatim
from flows.sell import SELL
from flows.words import words_of
from marketplace_core.accounts import Person
from marketplace_core.desk import open_desk
from marketplace_core.seed import TENANT
from nlu.understanding import Script
from tests.conftest import NOW

ASHA = Person(UUID(int=7), "Asha", "hi", "latin", (), None, True)
SALES = Path(__file__).parents[2] / "conversations" / "scripts" / "whole_sale"
REVIEW = "Ek baar dekh lein:\n{}\n1 Haan, kar dein\n2 Kuch badalna hai\n3 Cancel karein"
#: An SMS in a script: what the bot says to Ramesh, up to its price.
SMS = re.compile(r"^ramesh < (.*(?:\n +\| .*)*?)\n +\| \(\d+ SMS\)$", re.MULTILINE)
ODD = Reply((msg("{code} stays for sale.", code="L7QK2M"), verbatim("Ramgarh")), (YES, NO))


@pytest.fixture(scope="module")
def hindi() -> Registered:
    printed = dict.fromkeys(rows(NOW, "hi"))
    assert {language for _, language, _ in printed} == {"hi", "hi_latin"}
    return registered([Template(str(n), text) for n, (_, _, text) in enumerate(printed)])


@pytest.mark.parametrize("script", ["native", "latin"])
@pytest.mark.parametrize(
    "reply",
    [
        Reply((SELL.ask("quantity").text,)),
        Reply((msg("Cancel this booking? The goods are for sale again."),), (YES, NO)),
        Reply((msg("Is it you? Then send back {code}. Not you? Do nothing.", code="4821"),)),
        Reply((msg("You will get no more messages here. To hear from us again write START."),)),
        Reply(
            (msg("Namaste {name}! What would you like to do?", name="Asha"),),
            tuple(d for d in DOORS if d.id != "grade"),
        ),
    ],
)
def test_what_is_said_has_a_template(hindi: Registered, reply: Reply, script: Script) -> None:
    assert hindi.id_of(render("sms", reply, words_of("hi", script)).text)


@pytest.mark.parametrize(("script", "many"), [("hi_sms", 8), ("hi_latin_sms", 8)])
def test_every_sms_until_a_sale_is_agreed_has_a_template(hindi: Registered, script: str, many: int) -> None:
    played = (SALES / f"{script}.txt").read_text("utf-8")
    said = [re.sub(r"\n +\| ", "\n", sms) for sms in SMS.findall(played)][:many]
    assert "B1" in said[-1]
    assert [sms for sms in said if not hindi.id_of(sms)] == []


@pytest.mark.parametrize(
    "lot",
    [
        "Gehun, 40 quintal, Karnal 132001, Sat 21 Nov, Rs 2,500 quintal",
        "Dhan ki parali, 12 ton, Jagraon, Ludhiana 142001, Wed 25 Nov, Rs 250 quintal",
        "Dhan ki parali, 12 ton, Jagraon Pattan Wali, Sri Muktsar Sahib 152026, Wed 25 Nov, Rs 250 quintal, 3 photo",
    ],
)
def test_what_was_entered_has_a_blank_for_each_value_and_two_for_a_village(
    hindi: Registered, lot: str
) -> None:
    assert hindi.id_of(REVIEW.format(lot))


def test_a_value_that_no_blank_may_hold_has_no_template(hindi: Registered) -> None:
    assert not hindi.id_of(REVIEW.format(f"{'x' * 31}, 12 ton, Karnal 132001, Wed 25 Nov, Rs 250 quintal"))


def test_what_no_flow_says_has_none(hindi: Registered) -> None:
    assert hindi.id_of(render("sms", ODD, words_of("hi", "latin")).text) is None
    assert hindi.id_of("Aapka loan manjoor hai.") is None


async def test_a_list_that_was_said_has_as_many_blanks_as_it_had_values(
    engine: AsyncEngine, clean: None
) -> None:
    values = [verbatim("Gehun"), msg("Photos"), msg("{place:place}", place=IN_VILLAGE.to_json())]
    listed = Reply((msg("{lines:list}", lines=[each.to_json() for each in values]), msg("Please check:")))
    async with open_desk(engine, TENANT, NOW) as desk:
        await write(
            desk, send_key="k", person=ASHA, channel="sms", recipient="+919876500001", reply=listed,
            due=NOW + timedelta(days=1),
        )  # fmt: skip
        ((_, _, text),) = await rows_said(desk)
    assert text == f"{VAR}, {VAR}, {VAR}, {VAR}\nEk baar dekh lein:"


async def test_replies_as_they_were_joined_are_read_from_the_outbox(engine: AsyncEngine, clean: None) -> None:
    async with open_desk(engine, TENANT, NOW) as desk:
        for n in range(2):
            await write(
                desk, send_key=f"k{n}", person=ASHA, channel="sms", recipient="+919876500001", reply=ODD,
                due=NOW + timedelta(days=1),
            )  # fmt: skip
        printed = await rows_said(desk)
    ((_, language, text),) = dict.fromkeys(printed)
    assert (language, text.count(VAR)) == ("hi_latin", 2)
    sent = render("sms", ODD, words_of("hi", "latin")).text
    assert registered([Template("1107", text)]).id_of(sent) == "1107"
