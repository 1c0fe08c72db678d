"""Agents: signed in for a day, a yes that is theirs to give, and ten minutes to take a slip back."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from marketplace_core.accounts import acting
from marketplace_core.accounts import commands as accounts
from marketplace_core.agents import asking, deeds, field, models, signing
from marketplace_core.agents.asking import Agreed, Asked, TooLate, WrongCode
from marketplace_core.agents.doing import DOING, Wanted
from marketplace_core.agents.errors import SaidToday
from marketplace_core.audit.models import entry
from marketplace_core.bookings import commands as bookings
from marketplace_core.bookings import fetching
from marketplace_core.bookings import queries as agreements
from marketplace_core.bookings.models import booking
from marketplace_core.bookings.queries import Booking
from marketplace_core.codes import GRADING, write_coded
from marketplace_core.desk import Desk, open_desk
from marketplace_core.errors import BadTerms, Moved, NotYours
from marketplace_core.escrow import commands as escrow
from marketplace_core.events import event
from marketplace_core.grading import queries as gradings
from marketplace_core.grading.models import grading
from marketplace_core.listings import commands as listings_commands
from marketplace_core.listings import queries as listings
from marketplace_core.listings.models import listing
from marketplace_core.logins import proofs
from marketplace_core.offers import commands as offers
from marketplace_core.offers import queries as standing
from marketplace_core.offers.errors import LotChanged
from marketplace_core.payments import queries as payments
from marketplace_core.payments.errors import NothingToPay
from marketplace_core.seed import TENANT
from tests.conftest import NOW
from tests.marketplace_core.money import about, has, told, with_role
from tests.marketplace_core.people import MOGA, book_as_shown, buyer, farmer, somebody, straw

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


async def wanted(desk: Desk, **what: Any) -> UUID:
    return (await asking.ask(desk, **what)).id


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


async def test_five_wrong_pins_are_the_end_of_it_there_until_tomorrow(desk: Desk) -> None:
    """An hour brings no new guesses; where nobody can forge, the agent goes on."""
    me, address = await agent(desk)
    hours = [later(desk, hours=n) for n in range(5)]
    said = [await signing.sign_in(each, agent_id=me, address_id=address, pin="1111") for each in hours]
    assert [(each.said, each.left) for each in said] == [("wrong", n) for n in (4, 3, 2, 1)] + [("locked", 0)]
    tried = await signing.sign_in(hours[4], agent_id=me, address_id=address, pin="4821")
    assert tried.said == "locked"
    assert not await signed_in(desk, me, address)
    other = await accounts.reach(desk, channel="whatsapp", value=f"whatsapp:{PHONE}", phone=PHONE)
    tried = await signing.sign_in(hours[4], agent_id=me, address_id=other.address_id, pin="4821")
    assert tried.said == "in"
    tried = await signing.sign_in(later(desk, days=1), agent_id=me, address_id=address, pin="4821")
    assert tried.said == "in"


async def test_the_office_opens_again_what_wrong_pins_closed(desk: Desk) -> None:
    me, address = await agent(desk)
    for _ in range(5):
        await signing.sign_in(desk, agent_id=me, address_id=address, pin="1111")
    await signing.set_pin(desk, phone=PHONE, pin="9999")
    assert (await signing.sign_in(desk, agent_id=me, address_id=address, pin="9999")).said == "in"


async def test_the_pin_is_not_to_be_read_in_its_row(desk: Desk) -> None:
    await agent(desk)
    (row,) = (await desk.db.execute(select(models.pin))).all()
    assert b"4821" not in row.pin_hash and len(row.pin_hash) == 64 and len(row.salt) == 16


async def test_nothing_is_published_without_the_farmers_yes(desk: Desk) -> None:
    (me, _), seller = await agent(desk), await farmer(desk)
    asked = await wanted(desk, agent_id=me, person_id=seller, kind="sell", terms=TERMS)
    with pytest.raises(NotYours):
        await asking.agree(desk, ask_id=asked, by_id=me)
    assert await listings.mine(desk, seller) == ()
    await asking.refuse(desk, ask_id=asked, by_id=seller)
    with pytest.raises(Moved):
        await asking.agree(desk, ask_id=asked, by_id=seller)
    assert await listings.mine(desk, seller) == ()


async def test_a_yes_after_a_day_is_too_late(desk: Desk) -> None:
    (me, _), seller = await agent(desk), await farmer(desk)
    asked = await wanted(desk, agent_id=me, person_id=seller, kind="sell", terms=TERMS)
    with pytest.raises(Moved):
        await asking.agree(later(desk, hours=24), ask_id=asked, by_id=seller)
    done = await asking.agree(later(desk, hours=23), ask_id=asked, by_id=seller)
    assert isinstance(done, Agreed)
    (lot,) = await listings.mine(desk, seller)
    assert (done.code, lot.seller_id, lot.kg) == (lot.code, seller, 12_000)


async def test_the_code_is_worth_something_for_these_terms_and_five_guesses(desk: Desk) -> None:
    (me, _), seller, client = await agent(desk), await farmer(desk), await buyer(desk)
    lot = await straw(desk, seller)
    terms = {"kg": 5_000, "unit": "t", "paise": lot.price_paise, "per": lot.per}
    asked = await wanted(desk, agent_id=me, person_id=client, kind="book", subject=lot.code, terms=terms)
    await asking.keep_seal(desk, asked, proofs.sealed("4821", "salt"))

    async def says(said: str, kg: int = 5_000) -> Agreed | TooLate | WrongCode | None:
        return await asking.agree_by_code(
            desk, agent_id=me, kind="book", subject=lot.code, terms=terms | {"kg": kg}, said=said
        )

    assert await says("4821", kg=9_000) is None
    assert [await says("1234") for _ in range(4)] == [WrongCode(left) for left in (4, 3, 2, 1)]
    done = await says("4821")
    assert isinstance(done, Agreed) and done.code.startswith("B")
    assert await says("4821") is None, "once"


async def test_a_yes_to_a_booking_is_good_for_the_grade_that_was_read(desk: Desk) -> None:
    (me, _), seller, client = await agent(desk), await farmer(desk), await buyer(desk)
    lot = await straw(desk, seller)
    terms = {"kg": 5_000, "paise": lot.price_paise, "per": lot.per, "grade": "A"}
    wanted = Wanted(me, client, "book", lot.code, terms)
    for grade in (None, "C"):
        await desk.db.execute(update(listing).where(listing.c.code == lot.code).values(grade=grade))
        with pytest.raises(LotChanged):
            await DOING["book"](desk, wanted)
    await desk.db.execute(update(listing).where(listing.c.code == lot.code).values(grade="A"))
    assert (await DOING["book"](desk, wanted)).startswith("B")


async def test_after_five_wrong_codes_the_right_one_is_worth_nothing(desk: Desk) -> None:
    (me, _), seller, client = await agent(desk), await farmer(desk), await buyer(desk)
    lot = await straw(desk, seller)
    how: dict[str, Any] = {"agent_id": me, "kind": "book", "subject": lot.code}
    asked = await wanted(desk, person_id=client, terms={"kg": 5_000}, **how)
    await asking.keep_seal(desk, asked, proofs.sealed("4821", "salt"))
    for _ in range(5):
        await asking.agree_by_code(desk, terms={}, said="1234", **how)
    assert await asking.agree_by_code(desk, terms={}, said="4821", **how) is None
    (still,) = await listings.mine(desk, seller)
    assert still.kg_left == still.kg


async def test_ten_minutes_to_take_it_back_and_the_book_knows_who_and_for_whom(desk: Desk) -> None:
    (me, _), seller = await agent(desk), await farmer(desk)
    asked = await wanted(desk, agent_id=me, person_id=seller, kind="sell", terms=TERMS)
    undo = {"how": "ask", "id": str(asked)}
    await deeds.write(desk, agent_id=me, code="SELL", line="SELL x", subject="", person_id=seller, undo=undo)
    assert await deeds.done_before(desk, agent_id=me, line="sell X") is None, "they have not said yes yet"
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
    asked = await wanted(desk, agent_id=me, person_id=seller, kind="sell", terms=TERMS)
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


async def test_a_grade_goes_back_to_the_one_before_and_the_farmer_hears_which_stands(desk: Desk) -> None:
    (me, _), seller = await agent(desk), await farmer(desk)
    await acts_for(desk, me, seller)
    lot = await straw(desk, seller)
    for letter in ("B", "A"):
        was = await field.grade(desk, actor_id=me, code=lot.code, grade=letter, moisture=140)
    undo = {"how": "grade", "code": lot.code, "now": "A", "grade": was.grade, "graded_by": was.graded_by}
    await deeds.write(desk, agent_id=me, code="GRADE", line="g", subject=lot.code, undo=undo)
    back = await deeds.take_back(desk, agent_id=me)
    seen = await listings.by_code(desk, lot.code)
    assert back and back.done and seen and (seen.grade, seen.graded_by) == ("B", "agent")
    said = await desk.db.execute(
        select(event.c.about).where(event.c.kind == "agent.graded").order_by(event.c.id)
    )
    *_, last = said.scalars()
    assert (last["seller_id"], last["grade"], last["taken_back"]) == (str(seller), "B", True)
    assert [each.get("taken_back") for each in _] == [None, None]
    with pytest.raises(NotYours):
        await field.grade(desk, actor_id=seller, code=lot.code, grade="A", moisture=None)


# What an earlier line did, and whether it still stands.


async def asked_by_line(desk: Desk, me: UUID, person: UUID, **what: Any) -> UUID:
    asked = await wanted(desk, agent_id=me, person_id=person, **what)
    undo = {"how": "ask", "id": str(asked)}
    await deeds.write(desk, agent_id=me, code="X", line="X 1", subject="", person_id=person, undo=undo)
    return asked


async def test_a_question_that_got_no_yes_has_done_nothing(desk: Desk) -> None:
    (me, _), seller, client = await agent(desk), await farmer(desk), await buyer(desk)
    lot = await straw(desk, seller)
    what: dict[str, Any] = {"kind": "book", "subject": lot.code, "terms": {"kg": 5_000}}
    asked = await asked_by_line(desk, me, client, **what)
    assert await deeds.done_before(later(desk, hours=1), agent_id=me, line="X 1") is None
    await asking.refuse(desk, ask_id=asked, by_id=client)
    assert await deeds.done_before(desk, agent_id=me, line="X 1") is None
    asked = await asked_by_line(desk, me, client, **what)
    await asking.keep_seal(desk, asked, proofs.sealed("4821", "salt"))
    for _ in range(5):
        await asking.agree_by_code(desk, agent_id=me, kind="book", subject=lot.code, terms={}, said="1234")
    assert await deeds.done_before(desk, agent_id=me, line="X 1") is None


async def test_a_question_that_got_its_yes_is_done(desk: Desk) -> None:
    (me, _), seller = await agent(desk), await farmer(desk)
    asked = await asked_by_line(desk, me, seller, kind="sell", terms=TERMS)
    await asking.agree(desk, ask_id=asked, by_id=seller)
    assert await deeds.done_before(desk, agent_id=me, line="X 1") == desk.now
    assert await deeds.done_before(later(desk, days=1), agent_id=me, line="X 1") is None


async def test_the_line_cannot_be_guessed_from_what_is_kept_of_it(desk: Desk) -> None:
    (me, _), line = await agent(desk), "SELL 9876500002 parali 12t"
    await deeds.write(desk, agent_id=me, code="SELL", line=line, subject="")
    (row,) = (await desk.db.execute(select(models.deed))).all()
    assert row.digest != sha256(line.casefold().encode()).digest()


# What was asked before, and what has moved since.


async def test_the_same_is_not_asked_twice_and_other_terms_take_its_place(desk: Desk) -> None:
    (me, _), seller, client = await agent(desk), await farmer(desk), await buyer(desk)
    lot = await straw(desk, seller)
    how: dict[str, Any] = {"agent_id": me, "person_id": client, "kind": "book", "subject": lot.code}
    first = await asking.ask(desk, terms={"kg": 5_000, "paise": 100}, **how)
    assert first == Asked(first.id)
    again = await asking.ask(later(desk, minutes=1), terms={"kg": 5_000, "paise": 100}, **how)
    assert again == Asked(first.id, waits_since=desk.now)
    other = await asking.ask(later(desk, minutes=2), terms={"kg": 5_000, "paise": 200}, **how)
    assert other == Asked(other.id, instead=desk.now) and other.id != first.id
    assert await asking.waiting(desk, first.id) is None
    told = (await desk.db.execute(select(event.c.about).order_by(event.c.id.desc()).limit(1))).scalar_one()
    assert told["instead"] == str(first.id), "the old question leaves their screen"


@pytest.mark.parametrize("by", ["word", "code"])
async def test_a_yes_that_comes_too_late_ends_the_question_and_both_hear_of_it(desk: Desk, by: str) -> None:
    """The farmer changes the price; nothing is booked, and the same may be asked anew at once."""
    (me, _), seller, client = await agent(desk), await farmer(desk), await buyer(desk)
    lot = await straw(desk, seller)
    terms = {"kg": 5_000, "unit": "t", "paise": lot.price_paise, "per": lot.per, "grade": lot.grade}
    how: dict[str, Any] = {"kind": "book", "subject": lot.code, "terms": terms}
    asked = await asked_by_line(desk, me, client, **how)
    await asking.keep_seal(desk, asked, proofs.sealed("4821", "salt"))
    await listings_commands.change(desk, seller_id=seller, code=lot.code, price_paise=lot.price_paise + 1_000)
    if by == "word":
        said = await asking.agree(desk, ask_id=asked, by_id=client)
    else:
        said = await asking.agree_by_code(desk, agent_id=me, said="4821", **how)  # type: ignore[assignment]
    assert isinstance(said, TooLate) and isinstance(said.why, LotChanged)
    assert await asking.waiting(desk, asked) is None
    told = await about(desk, "agent.too_late")
    assert (told["agent_id"], told["person_id"], told["why"]) == (str(me), str(client), "LotChanged")
    assert told["actor_id"] == str(client if by == "word" else me)
    assert await deeds.done_before(desk, agent_id=me, line="X 1") is None
    assert (await asking.ask(desk, agent_id=me, person_id=client, **how)).instead is None


async def test_what_was_agreed_by_code_and_taken_back_may_be_asked_again(desk: Desk) -> None:
    (me, _), seller, client = await agent(desk), await farmer(desk), await buyer(desk)
    await acts_for(desk, me, client)
    lot = await straw(desk, seller)
    terms = {"kg": 5_000, "unit": "t", "paise": lot.price_paise, "per": lot.per, "grade": lot.grade}
    asked = await asked_by_line(desk, me, client, kind="book", subject=lot.code, terms=terms)
    await asking.keep_seal(desk, asked, proofs.sealed("4821", "salt"))
    done = await asking.agree_by_code(
        desk, agent_id=me, kind="book", subject=lot.code, terms=terms, said="4821"
    )
    assert isinstance(done, Agreed)
    undo = {"how": "ask", "id": str(done.id)}
    await deeds.write(desk, agent_id=me, code="X", line="X 1 4821", subject=done.code, undo=undo)
    back = await deeds.take_back(desk, agent_id=me)
    assert back and back.done
    assert await deeds.done_before(desk, agent_id=me, line="X 1") is None


# The code that somebody told, and what it opens.


async def test_a_new_code_does_not_forget_the_wrong_guesses(desk: Desk) -> None:
    (me, _), seller, client = await agent(desk), await farmer(desk), await buyer(desk)
    lot = await straw(desk, seller)
    how: dict[str, Any] = {"agent_id": me, "kind": "book", "subject": lot.code}
    asked = await wanted(desk, person_id=client, terms={"kg": 5_000}, **how)
    for n in range(5):
        await asking.keep_seal(desk, asked, proofs.sealed("4821", f"salt {n}"))
        said = await asking.agree_by_code(desk, terms={}, said="1234", **how)
        assert said == WrongCode(4 - n)
    assert await asking.waiting(desk, asked) is None


async def test_where_two_were_asked_the_same_the_line_must_say_who(desk: Desk) -> None:
    (me, _), seller, client = await agent(desk), await farmer(desk), await buyer(desk)
    other = await somebody(desk, "+919800000008", name="Mohan")
    lot = await straw(desk, seller)
    how: dict[str, Any] = {"agent_id": me, "kind": "book", "subject": lot.code}
    price = {"kg": 5_000, "paise": lot.price_paise, "per": lot.per}
    for person, code in ((client, "4821"), (other, "9312")):
        asked = await wanted(desk, person_id=person, terms=price, **how)
        await asking.keep_seal(desk, asked, proofs.sealed(code, "salt"))
    assert await asking.agree_by_code(desk, terms={}, said="4821", **how) is None
    done = await asking.agree_by_code(desk, terms={}, said="4821", person_id=client, **how)
    assert isinstance(done, Agreed) and done.asked.person_id == client


# Prices in somebody's name.


async def test_neither_an_offer_nor_another_price_goes_out_before_the_yes(desk: Desk) -> None:
    (me, _), seller, client = await agent(desk), await farmer(desk), await buyer(desk)
    lot = await straw(desk, seller)
    price = {"kg": 5_000, "unit": "t", "paise": 24_000, "per": "quintal"}
    asked = await wanted(desk, agent_id=me, person_id=client, kind="offer", subject=lot.code, terms=price)
    assert await standing.open_on(desk, lot.code, seller) == ()
    made = await asking.agree(desk, ask_id=asked, by_id=client)
    assert isinstance(made, Agreed)
    (there,) = await standing.open_on(desk, lot.code, seller)
    assert (there.code, there.price_paise, there.turn) == (made.code, 24_000, "seller")
    more = price | {"was": 24_000, "paise": 24_500}
    asked = await wanted(desk, agent_id=me, person_id=seller, kind="counter", subject=made.code, terms=more)
    assert (await standing.open_on(desk, lot.code, seller))[0].price_paise == 24_000
    await asking.agree(desk, ask_id=asked, by_id=seller)
    (there,) = await standing.open_on(desk, lot.code, seller)
    assert (there.price_paise, there.turn) == (24_500, "buyer")


@pytest.mark.parametrize("kind", ["acc", "counter"])
async def test_a_yes_is_for_the_price_that_was_read(desk: Desk, kind: str) -> None:
    """They haggle on while the question waits, until it is the farmer's turn again."""
    (me, _), seller, client = await agent(desk), await farmer(desk), await buyer(desk)
    lot = await straw(desk, seller)
    made = await offers.make(
        desk, buyer_id=client, code=lot.code, kg=5_000, price_paise=24_000, per="quintal", sure=True
    )
    terms = {"kg": 5_000, "unit": "t", "paise": 24_000, "per": "quintal", "was": 24_000}
    asked = await wanted(desk, agent_id=me, person_id=seller, kind=kind, subject=made.code, terms=terms)
    await offers.counter(desk, actor_id=seller, code=made.code, price_paise=24_800, sure=True)
    await offers.counter(desk, actor_id=client, code=made.code, price_paise=23_000, sure=True)
    late = await asking.agree(desk, ask_id=asked, by_id=seller)
    assert isinstance(late, TooLate) and isinstance(late.why, Moved)
    (there,) = await standing.open_on(desk, lot.code, seller)
    assert (there.price_paise, there.turn) == (23_000, "seller")


# Taking back.


async def taken_back(desk: Desk, me: UUID, **undo: Any) -> bool:
    await deeds.write(desk, agent_id=me, code="X", line="X 2", subject="", undo=undo)
    back = await deeds.take_back(desk, agent_id=me)
    assert back
    return back.done


async def acts_for(desk: Desk, me: UUID, *people: UUID) -> None:
    for person in people:
        await acting.ask_to_act(desk, actor_id=me, person_id=person, kind="agent")
        await acting.agree_to_act(desk, by_id=person, actor_id=me, person_id=person)


async def test_a_first_price_is_taken_back_until_it_is_answered_and_another_price_never(desk: Desk) -> None:
    (me, _), seller, client = await agent(desk), await farmer(desk), await buyer(desk)
    await acts_for(desk, me, seller, client)
    lot = await straw(desk, seller)
    how: dict[str, Any] = {"buyer_id": client, "code": lot.code, "kg": 5_000, "per": "quintal", "sure": True}
    made = await offers.make(desk, price_paise=24_000, **how)
    assert await taken_back(desk, me, how="offer", code=made.code)
    assert await standing.open_on(desk, lot.code, seller) == ()
    made = await offers.make(desk, price_paise=24_000, **how)
    await offers.counter(desk, actor_id=seller, code=made.code, price_paise=24_800, sure=True)
    assert not await taken_back(desk, me, how="offer", code=made.code)
    assert not await taken_back(desk, me, how="counter", code=made.code)
    (there,) = await standing.open_on(desk, lot.code, seller)
    assert there.price_paise == 24_800


@pytest.mark.parametrize("relied_on", ["booking", "offer"])
async def test_a_lot_is_taken_down_only_while_nobody_wants_of_it(desk: Desk, relied_on: str) -> None:
    (me, _), seller, client = await agent(desk), await farmer(desk), await buyer(desk)
    await acts_for(desk, me, seller)
    lot = await straw(desk, seller)
    if relied_on == "booking":
        await book_as_shown(desk, buyer_id=client, code=lot.code, kg=5_000)
    else:
        await offers.make(
            desk, buyer_id=client, code=lot.code, kg=5_000, price_paise=24_000, per="quintal", sure=True
        )
    assert not await taken_back(desk, me, how="sell", code=lot.code)
    seen = await listings.by_code(desk, lot.code)
    assert seen and seen.state == "active"
    assert len(await standing.open_on(desk, lot.code, seller)) == (relied_on == "offer")


async def test_a_stranger_grades_only_what_they_were_asked_to(desk: Desk) -> None:
    (me, _), seller = await agent(desk), await farmer(desk)
    lot, other = await straw(desk, seller), await straw(desk, seller)
    await a_request(desk, seller, other.code)
    with pytest.raises(NotYours):
        await field.grade(desk, actor_id=me, code=lot.code, grade="C", moisture=None)
    seen = await listings.by_code(desk, lot.code)
    assert seen and seen.grade is None
    await field.grade(desk, actor_id=me, code=other.code, grade="C", moisture=None)
    await accounts.add_role(desk, me, "operator")
    await field.grade(desk, actor_id=me, code=lot.code, grade="B", moisture=None)


async def test_the_farmer_hears_of_a_grade_that_nobody_asked_for(desk: Desk) -> None:
    (me, _), seller = await agent(desk), await farmer(desk)
    await acts_for(desk, me, seller)
    lot = await straw(desk, seller)
    was = await field.grade(desk, actor_id=me, code=lot.code, grade="C", moisture=140)
    assert not was.asked
    told = await about(desk, "agent.graded")
    assert (told["seller_id"], told["grade"], told["moisture"]) == (str(seller), "C", 140)


async def test_a_grade_that_was_asked_for_answers_and_stays(desk: Desk) -> None:
    (me, _), seller = await agent(desk), await farmer(desk)
    lot = await straw(desk, seller)
    request = await a_request(desk, seller, lot.code)
    was = await field.grade(desk, actor_id=me, code=lot.code, grade="B", moisture=None)
    assert was.asked
    assert (await about(desk, "grading.graded"))["person_id"] == str(seller)
    assert await told(desk, "agent.graded") == []
    done = await gradings.by_code(desk, request)
    assert done and (done.state, done.grade) == ("graded", "B")


async def a_request(desk: Desk, seller: UUID, lot: str) -> str:
    made = await write_coded(
        desk,
        grading,
        GRADING,
        person_id=seller,
        commodity="paddy_straw",
        listing=lot,
        photos=[],
        state="asked",
        answers={},
        moved_at=desk.now,
        moved_by="person",
        created_at=desk.now,
    )
    return str(made.code)


# On the road.


async def on_the_road(desk: Desk) -> tuple[UUID, UUID, str, str]:
    """A driver, the buyer, a confirmed booking that is paid in cash, and the farmer's code."""
    seller, client = await farmer(desk), await buyer(desk)
    lot = await straw(desk, seller)
    booking = await book_as_shown(desk, buyer_id=client, code=lot.code, kg=5_000, pay_by="cash")
    await bookings.confirm(desk, actor_id=seller, code=booking.code)
    driver = await with_role(desk, "delivery_agent")
    await fetching.assign_driver(desk, actor_id=client, code=booking.code, driver_id=driver)
    return driver, client, booking.code, await agreements.pickup_code(desk, booking.code, seller) or ""


async def test_fetched_and_weighed_or_neither(desk: Desk) -> None:
    driver, _, code, secret = await on_the_road(desk)
    with pytest.raises(BadTerms):
        await field.load(desk, actor_id=driver, code=code, pickup_code=secret, kg=4_000_000)
    assert (await agreements.known(desk, code)).state == "confirmed"
    assert await told(desk, "booking.in_transit") == []
    wrong = await field.load(desk, actor_id=driver, code=code, pickup_code="000000", kg=4_800)
    assert isinstance(wrong, fetching.WrongCode) and wrong.tries_left == 4
    gone = await field.load(desk, actor_id=driver, code=code, pickup_code=secret, kg=4_800)
    assert isinstance(gone, Booking) and gone.state == "in_transit"
    assert await agreements.weighed(desk, gone.id) == 4_800


async def test_a_test_with_a_weight_that_stands_already_keeps_the_first(desk: Desk) -> None:
    driver, _, code, secret = await on_the_road(desk)
    await field.load(desk, actor_id=driver, code=code, pickup_code=secret, kg=4_800)
    found = await field.assay(desk, actor_id=driver, code=code, grade="A", moisture=140, kg=4_700)
    assert found.weighed_kg == 4_800
    booking = await agreements.known(desk, code)
    assert await agreements.weighed(desk, booking.id) == 4_800
    seen = await agreements.assay(desk, booking.id)
    assert seen and (seen.grade, seen.moisture) == ("A", 140)


async def test_a_test_whose_weight_is_refused_leaves_no_half_behind(desk: Desk) -> None:
    driver, _, code, secret = await on_the_road(desk)
    await fetching.pick_up(desk, actor_id=driver, code=code, pickup_code=secret)
    with pytest.raises(BadTerms):
        await field.assay(desk, actor_id=driver, code=code, grade="A", moisture=140, kg=4_000_000)
    booking = await agreements.known(desk, code)
    assert await agreements.assay(desk, booking.id) is None
    found = await field.assay(desk, actor_id=driver, code=code, grade="A", moisture=140, kg=4_800)
    assert found.weighed_kg == 4_800


async def test_a_way_in_vain_is_told_once_a_day_and_only_of_goods_on_the_road(desk: Desk) -> None:
    driver, client, code, _ = await on_the_road(desk)
    await field.failed(desk, actor_id=driver, code=code, why="nobody at home")
    with pytest.raises(SaidToday):
        await field.failed(desk, actor_id=driver, code=code, why="still nobody")
    tomorrow = later(desk, days=1)
    await field.failed(tomorrow, actor_id=driver, code=code, why="again")
    assert await told(desk, "agent.failed") == ["agent.failed"] * 2
    await bookings.cancel(desk, actor_id=client, code=code, why="rain")
    with pytest.raises(Moved):
        await field.failed(later(desk, days=2), actor_id=driver, code=code, why="gone")


# Cash.


async def cash(desk: Desk, driver: UUID, client: UUID, code: str, paise: int) -> None:
    asked = await wanted(
        desk, agent_id=driver, person_id=client, kind="cod", subject=code, terms={"paise": paise}
    )
    said = await asking.agree(desk, ask_id=asked, by_id=client)
    if isinstance(said, TooLate):
        raise said.why


async def test_cash_is_a_payment_for_the_booking_up_to_what_is_due(desk: Desk) -> None:
    driver, client, code, _ = await on_the_road(desk)
    booking = await agreements.known(desk, code)
    with pytest.raises(BadTerms):
        await cash(desk, driver, client, code, booking.due_paise + 1)
    await cash(desk, driver, client, code, booking.due_paise)
    assert await escrow.is_secured(desk, booking.id)
    assert [each.method for each in await payments.of_booking(desk, booking.id)] == ["cash"]
    with pytest.raises(BadTerms):
        await cash(desk, driver, client, code, 100)
    assert await has(desk, "buyer", client) == 0, "all of it waits for the booking"


async def test_cash_is_not_taken_for_what_is_paid_ahead_or_called_off(desk: Desk) -> None:
    driver, client, code, _ = await on_the_road(desk)
    lot = (await agreements.known(desk, code)).listing_code
    ahead = await book_as_shown(desk, buyer_id=client, code=lot, kg=1_000)
    with pytest.raises(NothingToPay):
        await cash(desk, driver, client, ahead.code, 100)
    await bookings.cancel(desk, actor_id=client, code=code, why="rain")
    with pytest.raises(Moved):
        await cash(desk, driver, client, code, 100)
    assert await has(desk, "buyer", client) == 0


async def test_nobody_takes_cash_from_themselves(desk: Desk) -> None:
    _, client, code, _ = await on_the_road(desk)
    await accounts.add_role(desk, client, "delivery_agent")
    with pytest.raises(NotYours):
        await asking.at_once(desk, agent_id=client, kind="cod", subject=code, terms={"paise": 100})
    with pytest.raises(NotYours):
        await escrow.cash_collected(desk, uuid4(), agent_id=client, buyer_id=client, paise=100, subject=code)
    assert await has(desk, "buyer", client) == 0


# Two yeses at once.


async def two_yeses(
    engine: AsyncEngine, his: Callable[[Desk, UUID, UUID], Any], hers: Callable[[Desk, UUID, UUID], Any]
) -> tuple[list[bool], int]:
    """The buyer says 1 while the agent sends the code: who was told that it is done, and how much was booked."""
    async with open_desk(engine, TENANT, NOW) as desk:
        (me, _), seller, client = await agent(desk), await farmer(desk), await buyer(desk)
        lot = await straw(desk, seller)
        terms = {"kg": 5_000, "unit": "t", "paise": lot.price_paise, "per": lot.per}
        how: dict[str, Any] = {"agent_id": me, "person_id": client, "kind": "book", "subject": lot.code}
        asked = await wanted(desk, terms=terms, **how)
        await asking.keep_seal(desk, asked, proofs.sealed("4821", "salt"))
    ready = asyncio.Barrier(2)

    async def one(yes: Callable[[Desk, UUID, UUID], Any], who: UUID) -> bool:
        async with open_desk(engine, TENANT, NOW) as desk:
            await ready.wait()
            try:
                return bool(await yes(desk, asked, who))
            except Moved:
                return False

    said = await asyncio.gather(one(his, me), one(hers, client))
    async with open_desk(engine, TENANT, NOW) as desk:
        booked = await desk.db.execute(select(func.coalesce(func.sum(booking.c.kg), 0)))
        return sorted(said), int(booked.scalar_one())


async def test_of_two_yeses_at_once_one_books(engine: AsyncEngine, clean: None) -> None:
    async def by_code(desk: Desk, asked: UUID, who: UUID) -> bool:
        wanted = (await desk.db.execute(select(models.ask.c.subject))).scalar_one()
        done = await asking.agree_by_code(
            desk, agent_id=who, kind="book", subject=wanted, terms={}, said="4821"
        )
        return isinstance(done, Agreed)

    async def by_word(desk: Desk, asked: UUID, who: UUID) -> Agreed | TooLate:
        return await asking.agree(desk, ask_id=asked, by_id=who)

    assert await two_yeses(engine, by_code, by_word) == ([False, True], 5_000)


async def test_two_who_only_look_whether_it_waits_book_twice(engine: AsyncEngine, clean: None) -> None:
    looked = asyncio.Barrier(2)

    async def look_then_do(desk: Desk, asked: UUID, who: UUID) -> str:
        wanted = await asking.waiting(desk, asked)
        await looked.wait()
        assert wanted
        return await DOING["book"](desk, wanted)

    assert await two_yeses(engine, look_then_do, look_then_do) == ([True, True], 10_000)
