"""What buyer and farmer write is read in the reader's language; whatever the translator does, it is read."""

from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import boto3
import pytest
from botocore.stub import Stubber
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import translating
from bot.translating import Translator
from bot.turn import Office
from marketplace_core.accounts import commands as accounts
from marketplace_core.listings import commands as listings
from marketplace_core.offers import commands as offers
from marketplace_core.talks import commands as talks
from marketplace_core.talks.queries import Talk
from nlu.understand import Understander
from tests.bot.test_postman import MOGA
from tests.conftest import NOW

PASSED = text("SELECT words, translated FROM talk WHERE passed_at IS NOT NULL ORDER BY id")
TOLD = text("SELECT count(*) FROM event WHERE kind = 'talk.passed_on'")


def amazon() -> tuple[Translator, Stubber]:
    client = boto3.client(
        "translate", region_name="ap-south-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    stub = Stubber(client)
    stub.activate()
    return Translator(client), stub


@pytest.fixture
async def office(engine: AsyncEngine, clean: None) -> AsyncIterator[Office]:
    understander = Understander(None, 1.0)
    yield Office(engine, understander, lambda *_: True, lambda _: None)
    await understander.close()


async def somebody(office: Office, phone: str, language: str) -> UUID:
    async with office.desk(NOW) as desk:
        reached = await accounts.reach(desk, channel="sms", value=phone, phone=phone)
        await accounts.register(desk, reached.person.id, name="Asha", place=MOGA)
        await accounts.set_language(desk, reached.person.id, language=language, script="native")
        return reached.person.id


async def written(office: Office, words: str, language: str) -> None:
    """From a buyer to a farmer who reads Hindi."""
    farmer, buyer = (
        await somebody(office, "+919876500001", "hi"),
        await somebody(office, "+919876500002", language),
    )
    async with office.desk(NOW) as desk:
        lot = await listings.publish(
            desk, seller_id=farmer, commodity="wheat", kg=4000, unit="quintal", price_paise=250_000, per="quintal",
            place=MOGA, available_from=NOW.date(),
        )  # fmt: skip
        offer = await offers.make(
            desk, buyer_id=buyer, code=lot.code, kg=1000, price_paise=240_000, per="quintal"
        )
        await talks.write(desk, writer_id=buyer, code=offer.code, words=words, language=language)


async def passed_on(office: Office) -> tuple[list[tuple[str, str | None]], int]:
    async with office.desk(NOW) as desk:
        rows = (await desk.db.execute(PASSED)).all()
        return [(row.words, row.translated) for row in rows], (await desk.db.execute(TOLD)).scalar_one()


async def test_amazon_puts_it_into_the_language_of_the_reader(office: Office) -> None:
    await written(office, "ಒಣಗಿದೆಯೇ?", "kn")
    by, stub = amazon()
    stub.add_response(
        "translate_text",
        {"TranslatedText": "सूखा है?", "SourceLanguageCode": "kn", "TargetLanguageCode": "hi"},
        {"Text": "ಒಣಗಿದೆಯೇ?", "SourceLanguageCode": "kn", "TargetLanguageCode": "hi"},
    )
    assert await translating.make_round(by, office, NOW) == 1
    assert await translating.make_round(by, office, NOW) == 0
    stub.assert_no_pending_responses()
    assert await passed_on(office) == ([("ಒಣಗಿದೆಯೇ?", "सूखा है?")], 1)


async def test_an_amazon_that_fails_keeps_nobody_waiting(office: Office) -> None:
    await written(office, "Is it dry?", "en")
    by, stub = amazon()
    stub.add_client_error("translate_text", "ThrottlingException", http_status_code=400)
    await translating.make_round(by, office, NOW)
    stub.assert_no_pending_responses()
    assert await passed_on(office) == ([("Is it dry?", None)], 1)


async def test_without_a_translator_it_is_passed_on_as_it_is(office: Office) -> None:
    await written(office, "Is it dry?", "en")
    assert await translating.make_round(None, office, NOW) == 1
    assert await passed_on(office) == ([("Is it dry?", None)], 1)


def talk(words: str, language: str, reads: str, script: str = "native") -> Talk:
    return Talk(uuid4(), "F1", "L1", uuid4(), "Asha", uuid4(), reads, script, words, language, None)


@pytest.mark.parametrize(
    ("said", "takes"),
    [
        (talk("ಒಣಗಿದೆಯೇ?", "kn", "hi"), True),
        (talk("Is it dry?", "en", "hi"), True),
        (talk("सूखा है?", "hi", "en"), True),
        (talk("सूखा है?", "hi", "hi"), False),
        (talk("sukha hai?", "hi", "kn"), False),
        (talk("ಒಣಗಿದೆಯೇ?", "kn", "hi", script="latin"), False),
    ],
)
def test_letters_that_nobody_reads_are_not_asked_for(said: Talk, takes: bool) -> None:
    assert amazon()[0].takes(said) is takes
