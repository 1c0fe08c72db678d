"""What is printed for India's register fits what people are really sent."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.carriers.gateway.dlt import VAR, Registered, Template, registered
from bot.carriers.gateway.register import rows, rows_said
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


def test_what_no_flow_says_has_none(hindi: Registered) -> None:
    assert hindi.id_of(render("sms", ODD, words_of("hi", "latin")).text) is None
    assert hindi.id_of("Aapka loan manjoor hai.") is None


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
