"""A code for signing in goes by SMS through the outbox, in the person's language, never to who said stop."""

from sqlalchemy import text

from bot.login_codes import send_code
from marketplace_core.accounts import commands as accounts
from marketplace_core.desk import Desk

PHONE = "+919800000001"
QUEUED = text("SELECT channel, recipient, outgoing ->> 'text' AS words FROM outbox ORDER BY id")


async def test_a_stranger_reads_it_in_english_and_a_farmer_in_their_own_words(desk: Desk) -> None:
    await send_code(desk, phone=PHONE, code="012345")
    reached = await accounts.reach(desk, channel="whatsapp", value=f"whatsapp:{PHONE}", phone=PHONE)
    await accounts.set_language(desk, reached.person.id, language="hi", script="native")
    await send_code(desk, phone=PHONE, code="678901")
    english, hindi = (await desk.db.execute(QUEUED)).all()
    assert (english.channel, english.recipient) == ("sms", PHONE)
    assert english.words == "012345 is your Mandi Mitra code, good for 5 minutes. Tell it to nobody."
    assert hindi.words.startswith("678901 आपका")


async def test_who_said_stop_by_sms_is_not_written_to(desk: Desk) -> None:
    reached = await accounts.reach(desk, channel="sms", value=PHONE, phone=PHONE)
    await accounts.opt_out(desk, reached.address_id)
    await send_code(desk, phone=PHONE, code="012345")
    assert (await desk.db.execute(QUEUED)).all() == []
