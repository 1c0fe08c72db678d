"""Agents: signed in for a day, a yes that is theirs to give, and ten minutes to take a slip back."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from marketplace_core.accounts import acting
from marketplace_core.accounts import commands as accounts
from marketplace_core.agents import asking, deeds, field, models, signing
from marketplace_core.agents.asking import Agreed, WrongCode
from marketplace_core.audit.models import entry
from marketplace_core.desk import Desk
from marketplace_core.errors import Moved, NotYours
from marketplace_core.listings import queries as listings
from marketplace_core.logins import proofs
from tests.marketplace_core.people import MOGA, buyer, farmer, somebody, straw

PHONE = "+919800000009"
TERMS: dict[str, Any] = {
    "commodity": "paddy_straw",
    "kg": 12_000,
    "unit": "t",
    "paise": 20_000,
    "per": "quintal",
    "place": MOGA.to_json(),
    "from": "2026-11-20",
}


async def agent(desk: Desk) -> tuple[UUID, UUID]:
    me = await somebody(desk, PHONE, name="Ravi")
    await accounts.add_role(desk, me, "field_agent")
    await signing.set_pin(desk, phone=PHONE, pin="4821")
    reached = await accounts.reach(desk, channel="sms", value=PHONE, phone=PHONE)
    return me, reached.address_id


def later(desk: Desk, **span: float) -> Desk:
    return replace(desk, now=desk.now + timedelta(**span))


async def signed_in(desk: Desk, me: UUID, address: UUID) -> bool:
    return await signing.is_signed_in(desk, agent_id=me, address_id=address)


async def test_a_pin_signs_in_for_the_day_and_the_phone_alone(desk: Desk) -> None:
    me, address = await agent(desk)
    assert not await signed_in(desk, me, address)
    assert (await signing.sign_in(desk, agent_id=me, address_id=address, pin="4821")).said == "in"
    assert await signed_in(desk, me, address)
    other = await accounts.reach(desk, channel="whatsapp", value=f"whatsapp:{PHONE}", phone=PHONE)
    assert not await signed_in(desk, me, other.address_id)
    assert not await signed_in(later(desk, days=1), me, address)
    await signing.set_pin(desk, phone=PHONE, pin="9999")
    assert not await signed_in(desk, me, address)


async def test_five_wrong_pins_lock_for_a_quarter_of_an_hour(desk: Desk) -> None:
    me, address = await agent(desk)
    said = [await signing.sign_in(desk, agent_id=me, address_id=address, pin="1111") for _ in range(5)]
    assert [each.said for each in said] == ["wrong"] * 4 + ["locked"]
    assert [each.left for each in said] == [4, 3, 2, 1, 15]
    for minutes, expected in ((0, "locked"), (14, "locked"), (15, "in")):
        tried = await signing.sign_in(
            later(desk, minutes=minutes), agent_id=me, address_id=address, pin="4821"
        )
        assert tried.said == expected


async def test_the_pin_is_not_to_be_read_in_its_row(desk: Desk) -> None:
    await agent(desk)
    (row,) = (await desk.db.execute(select(models.pin))).all()
    assert b"4821" not in row.pin_hash and len(row.pin_hash) == 64 and len(row.salt) == 16


async def test_nothing_is_published_without_the_farmers_yes(desk: Desk) -> None:
    (me, _), seller = await agent(desk), await farmer(desk)
    asked = await asking.ask(desk, agent_id=me, person_id=seller, kind="sell", terms=TERMS)
    with pytest.raises(NotYours):
        await asking.agree(desk, ask_id=asked, by_id=me)
    assert await listings.mine(desk, seller) == ()
    await asking.refuse(desk, ask_id=asked, by_id=seller)
    with pytest.raises(Moved):
        await asking.agree(desk, ask_id=asked, by_id=seller)
    assert await listings.mine(desk, seller) == ()


async def test_a_yes_after_a_day_is_too_late(desk: Desk) -> None:
    (me, _), seller = await agent(desk), await farmer(desk)
    asked = await asking.ask(desk, agent_id=me, person_id=seller, kind="sell", terms=TERMS)
    with pytest.raises(Moved):
        await asking.agree(later(desk, hours=24), ask_id=asked, by_id=seller)
    done = await asking.agree(later(desk, hours=23), ask_id=asked, by_id=seller)
    (lot,) = await listings.mine(desk, seller)
    assert (done.code, lot.seller_id, lot.kg) == (lot.code, seller, 12_000)


async def test_the_code_is_worth_something_for_these_terms_and_five_guesses(desk: Desk) -> None:
    (me, _), seller, client = await agent(desk), await farmer(desk), await buyer(desk)
    lot = await straw(desk, seller)
    terms = {"kg": 5_000, "unit": "t", "paise": lot.price_paise, "per": lot.per}
    asked = await asking.ask(desk, agent_id=me, person_id=client, kind="book", subject=lot.code, terms=terms)
    await asking.keep_seal(desk, asked, proofs.sealed("4821", "salt"))

    async def says(said: str, kg: int = 5_000) -> Agreed | WrongCode | None:
        return await asking.agree_by_code(
            desk, agent_id=me, kind="book", subject=lot.code, terms=terms | {"kg": kg}, said=said
        )

    assert await says("4821", kg=9_000) is None
    assert [await says("1234") for _ in range(4)] == [WrongCode(left) for left in (4, 3, 2, 1)]
    done = await says("4821")
    assert isinstance(done, Agreed) and done.code.startswith("B")
    assert await says("4821") is None, "once"


async def test_after_five_wrong_codes_the_right_one_is_worth_nothing(desk: Desk) -> None:
    (me, _), seller, client = await agent(desk), await farmer(desk), await buyer(desk)
    lot = await straw(desk, seller)
    how: dict[str, Any] = {"agent_id": me, "kind": "book", "subject": lot.code}
    asked = await asking.ask(desk, person_id=client, terms={"kg": 5_000}, **how)
    await asking.keep_seal(desk, asked, proofs.sealed("4821", "salt"))
    for _ in range(5):
        await asking.agree_by_code(desk, terms={}, said="1234", **how)
    assert await asking.agree_by_code(desk, terms={}, said="4821", **how) is None
    (still,) = await listings.mine(desk, seller)
    assert still.kg_left == still.kg


async def test_ten_minutes_to_take_it_back_and_the_book_knows_who_and_for_whom(desk: Desk) -> None:
    (me, _), seller = await agent(desk), await farmer(desk)
    asked = await asking.ask(desk, agent_id=me, person_id=seller, kind="sell", terms=TERMS)
    undo = {"how": "ask", "id": str(asked)}
    await deeds.write(desk, agent_id=me, code="SELL", line="SELL x", subject="", person_id=seller, undo=undo)
    assert await deeds.done_before(desk, agent_id=me, line="sell X") == desk.now
    assert await deeds.done_before(later(desk, days=1), agent_id=me, line="SELL x") is None
    assert await deeds.take_back(later(desk, minutes=10), agent_id=me) is None
    back = await deeds.take_back(later(desk, minutes=9), agent_id=me)
    assert back and back.done
    assert await asking.waiting(desk, asked) is None
    assert await deeds.done_before(desk, agent_id=me, line="SELL x") is None
    rows = (await desk.db.execute(select(entry).where(entry.c.action == "agent.code"))).all()
    assert [(row.actor_id, str(seller) in row.facts) for row in rows] == [(me, True)]


async def test_what_somebody_relies_on_is_not_taken_back(desk: Desk) -> None:
    """A lot that an agent may speak for is taken down again; one they may not speak for stays."""
    (me, _), seller = await agent(desk), await farmer(desk)
    asked = await asking.ask(desk, agent_id=me, person_id=seller, kind="sell", terms=TERMS)
    await asking.agree(desk, ask_id=asked, by_id=seller)
    undo = {"how": "ask", "id": str(asked)}
    await deeds.write(desk, agent_id=me, code="SELL", line="SELL x", subject="", person_id=seller, undo=undo)
    back = await deeds.take_back(desk, agent_id=me)
    assert back and not back.done
    assert len(await listings.mine(desk, seller)) == 1
    await acting.ask_to_act(desk, actor_id=me, person_id=seller, kind="agent")
    await acting.agree_to_act(desk, by_id=seller, actor_id=me, person_id=seller)
    back = await deeds.take_back(desk, agent_id=me)
    assert back and back.done
    assert await listings.mine(desk, seller) == ()


async def test_a_grade_goes_back_to_the_one_before(desk: Desk) -> None:
    (me, _), seller = await agent(desk), await farmer(desk)
    lot = await straw(desk, seller)
    for letter in ("B", "A"):
        was = await field.grade(desk, actor_id=me, code=lot.code, grade=letter, moisture=140)
    undo = {"how": "grade", "code": lot.code, "now": "A", "grade": was.grade, "graded_by": was.graded_by}
    await deeds.write(desk, agent_id=me, code="GRADE", line="g", subject=lot.code, undo=undo)
    back = await deeds.take_back(desk, agent_id=me)
    seen = await listings.by_code(desk, lot.code)
    assert back and back.done and seen and (seen.grade, seen.graded_by) == ("B", "agent")
    with pytest.raises(NotYours):
        await field.grade(desk, actor_id=seller, code=lot.code, grade="A", moisture=None)
