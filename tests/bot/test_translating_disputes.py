"""What is said in a dispute is read in the language of the other side, both ways; and without a translator too."""

from datetime import timedelta
from uuid import UUID

import pytest
from botocore.stub import Stubber
from sqlalchemy import text

from bot import postman, translating
from bot.outbox.hours import hours_of
from bot.settings import Settings
from bot.translating import Translator
from bot.turn import Office
from flows.notices.offers import BY_MACHINE, THEIR_OWN
from flows.words import words_of
from marketplace_core.accounts import commands as accounts
from marketplace_core.disputes import commands as disputes
from marketplace_core.disputes import queries as quarrels
from marketplace_core.talks import commands as talks
from marketplace_core.talks.errors import EnoughSaid
from marketplace_core.talks.rules import MOST_A_DAY
from tests.bot.test_translating import amazon, office  # noqa: F401 - a fixture
from tests.conftest import NOW
from tests.marketplace_core.test_handover import Deal, delivered

SAID = text("SELECT body->>'text' FROM message WHERE direction = 'out' AND person_id = :id ORDER BY id")
HOURS = hours_of(Settings(_env_file=None))["notice"]
SOON = NOW + timedelta(minutes=1)
HINDI, KANNADA = words_of("hi", "native"), words_of("kn", "native")
WET, WET_IN_HINDI = "ಅರ್ಧ ಒದ್ದೆಯಾಗಿದೆ", "आधा गीला है"
RAIN, RAIN_IN_KANNADA = "रास्ते में बारिश हुई", "ದಾರಿಯಲ್ಲಿ ಮಳೆ ಬಂತು"


async def a_deal(office: Office, buyer_reads: str = "kn") -> Deal:  # noqa: F811
    """Its farmer reads Hindi; both are on WhatsApp."""
    async with office.desk(NOW) as desk:
        deal = await delivered(desk)
    async with office.desk(SOON) as desk:
        for who, phone, reads in (
            (deal.seller, "+919800000001", "hi"),
            (deal.buyer, "+919800000002", buyer_reads),
        ):
            await accounts.reach(desk, channel="whatsapp", value=f"whatsapp:{phone}", phone=phone)
            await accounts.set_language(desk, who, language=reads, script="native")
    while await postman.spread_news(office, HOURS, SOON):  # what came before is told
        pass
    return deal


async def complain(office: Office, deal: Deal, said: str = WET) -> None:  # noqa: F811
    async with office.desk(SOON) as desk:
        await disputes.open_dispute(desk, actor_id=deal.buyer, code=deal.code, reason="quality", said=said)


async def heard(office: Office, by: Translator | None, person: UUID) -> list[str]:  # noqa: F811
    """What comes to them once the translator has made a round."""
    async with office.desk(SOON) as desk:
        before = len((await desk.db.execute(SAID, {"id": person})).all())
    await translating.make_round(by, office, SOON)
    await postman.spread_news(office, HOURS, SOON)
    async with office.desk(SOON) as desk:
        return list((await desk.db.execute(SAID, {"id": person})).scalars())[before:]


def expect(stub: Stubber, words: str, said: str, read: str, reads: str) -> None:
    stub.add_response(
        "translate_text",
        {"TranslatedText": read, "SourceLanguageCode": said, "TargetLanguageCode": reads},
        {"Text": words, "SourceLanguageCode": said, "TargetLanguageCode": reads},
    )


async def test_amazon_puts_both_sides_words_into_the_language_of_the_other(office: Office) -> None:  # noqa: F811
    deal = await a_deal(office)
    await complain(office, deal)
    by, stub = amazon()
    expect(stub, WET, "kn", WET_IN_HINDI, "hi")
    (complaint,) = await heard(office, by, deal.seller)
    assert WET_IN_HINDI in complaint and WET not in complaint
    assert HINDI(BY_MACHINE) in complaint

    async with office.desk(SOON) as desk:
        await disputes.answer(desk, actor_id=deal.seller, code=deal.code, said=RAIN)
    expect(stub, RAIN, "hi", RAIN_IN_KANNADA, "kn")
    (answer,) = await heard(office, by, deal.buyer)
    assert RAIN_IN_KANNADA in answer and RAIN not in answer
    assert KANNADA(BY_MACHINE) in answer
    stub.assert_no_pending_responses()
    assert await heard(office, by, deal.buyer) == []  # and once


async def test_the_office_reads_what_was_said(office: Office) -> None:  # noqa: F811
    deal = await a_deal(office)
    await complain(office, deal)
    by, stub = amazon()
    expect(stub, WET, "kn", WET_IN_HINDI, "hi")
    await heard(office, by, deal.seller)
    async with office.desk(SOON) as desk:
        quarrel = await quarrels.of_booking(desk, deal.code)
    assert quarrel and quarrel.said == WET


async def test_an_amazon_that_fails_keeps_no_complaint_waiting(office: Office) -> None:  # noqa: F811
    deal = await a_deal(office)
    await complain(office, deal)
    by, stub = amazon()
    stub.add_client_error("translate_text", "ThrottlingException", http_status_code=400)
    (complaint,) = await heard(office, by, deal.seller)
    stub.assert_no_pending_responses()
    assert WET in complaint and HINDI(THEIR_OWN) in complaint
    assert HINDI(BY_MACHINE) not in complaint


async def test_without_a_translator_it_is_told_with_a_note(office: Office) -> None:  # noqa: F811
    deal = await a_deal(office)
    await complain(office, deal)
    (complaint,) = await heard(office, None, deal.seller)
    assert WET in complaint and HINDI(THEIR_OWN) in complaint


async def test_who_speaks_the_same_language_reads_no_note(office: Office) -> None:  # noqa: F811
    deal = await a_deal(office, buyer_reads="hi")
    await complain(office, deal, RAIN)
    by, stub = amazon()
    (complaint,) = await heard(office, by, deal.seller)
    assert RAIN in complaint
    assert HINDI(BY_MACHINE) not in complaint and HINDI(THEIR_OWN) not in complaint
    stub.assert_no_pending_responses()


async def test_photos_without_a_word_need_no_translator(office: Office) -> None:  # noqa: F811
    deal = await a_deal(office, buyer_reads="en")
    await complain(office, deal, "")
    (complaint,) = await heard(office, amazon()[0], deal.seller)
    assert "Asha" in complaint and HINDI(BY_MACHINE) not in complaint


async def test_what_was_taken_back_in_the_meantime_is_not_told_as_news(office: Office) -> None:  # noqa: F811
    deal = await a_deal(office)
    await complain(office, deal)
    async with office.desk(SOON) as desk:
        await disputes.withdraw(desk, actor_id=deal.buyer, code=deal.code)
    told = await heard(office, None, deal.seller)
    assert told and not any(WET in each for each in told)


async def test_words_of_a_dispute_are_none_of_the_messages_of_a_day(office: Office) -> None:  # noqa: F811
    deal = await a_deal(office)
    await complain(office, deal)
    async with office.desk(SOON) as desk:
        for _ in range(MOST_A_DAY):
            await talks.write(desk, writer_id=deal.buyer, code=deal.code, words="Come soon", language="en")
        with pytest.raises(EnoughSaid):
            await talks.write(desk, writer_id=deal.buyer, code=deal.code, words="Come soon", language="en")
