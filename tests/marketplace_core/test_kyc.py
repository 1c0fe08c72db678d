"""Papers are shown, reviewed by somebody else, and never readable in the tables."""

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text

from marketplace_core.accounts import commands as accounts
from marketplace_core.audit.models import entry
from marketplace_core.desk import Desk
from marketplace_core.errors import BadTerms, Moved, NoSuchPerson, NotFound, NotMet, NotYours
from marketplace_core.events import claim
from marketplace_core.kyc import commands as kyc
from marketplace_core.kyc import queries
from marketplace_core.kyc.models import document
from marketplace_core.kyc.rules import REVIEW_TAKES, VALID_FOR, is_aadhaar, is_pan, verhoeff_holds
from marketplace_core.vault import DoesNotOpen, Vault
from tests.marketplace_core.people import buyer, farmer, somebody

VAULT = Vault({"k1": b"1" * 32}, b"p" * 32)
#: Made up; the last digit is the checksum that fits.
AADHAAR, PAN = "234567890124", "ABCPE1234F"
PHOTO = "ab/abcdef.jpg"


async def operator(desk: Desk, phone: str = "+919800000009") -> UUID:
    person_id = await somebody(desk, phone, name="Meera")
    await accounts.add_role(desk, person_id, "operator")
    return person_id


async def submitted(desk: Desk, person_id: UUID) -> None:
    await kyc.show(desk, VAULT, person_id=person_id, kind="pan", media_key=PHOTO, number=PAN)
    await kyc.submit(desk, actor_id=person_id, person_id=person_id)


async def known(desk: Desk, person_id: UUID, operator_id: UUID) -> None:
    await submitted(desk, person_id)
    await kyc.take(desk, operator_id=operator_id, person_id=person_id)
    await kyc.verify(desk, operator_id=operator_id, person_id=person_id)


async def told(desk: Desk) -> list[str]:
    return [each.kind for each in await claim(desk, 100) if each.kind.startswith("kyc.")]


async def actions(desk: Desk) -> list[tuple[str, UUID]]:
    rows = await desk.db.execute(select(entry.c.action, entry.c.actor_id).order_by(entry.c.id))
    return [(row.action, row.actor_id) for row in rows]


@given(st.text("0123456789", min_size=11, max_size=11).filter(lambda digits: digits[0] in "23456789"))
def test_of_ten_last_digits_one_fits_and_every_slip_is_caught(first: str) -> None:
    (number,) = [first + last for last in "0123456789" if is_aadhaar(first + last)]
    for place in range(12):
        for wrong in set("0123456789") - {number[place]}:
            assert not verhoeff_holds(number[:place] + wrong + number[place + 1 :])
        if place < 11 and number[place] != number[place + 1]:
            swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
            assert not verhoeff_holds(swapped)


@pytest.mark.parametrize("digits", ["2363", "758722"])
def test_published_examples_of_the_checksum(digits: str) -> None:
    assert verhoeff_holds(digits)
    assert not verhoeff_holds(digits[:-1] + str((int(digits[-1]) + 1) % 10))


@pytest.mark.parametrize(
    "number", ["123456789012", "034567890124", "23456789012", "2345678901240", "२३४५६७८९०१२४", "", "abc"]
)
def test_no_aadhaar(number: str) -> None:
    assert not is_aadhaar(number)


@pytest.mark.parametrize("number", ["ABCPE1234", "ABCXE1234F", "abcpe1234f", "ABCPE12345", "1BCPE1234F", ""])
def test_no_pan(number: str) -> None:
    assert is_pan(PAN)
    assert not is_pan(number)


async def test_from_papers_to_being_known(desk: Desk) -> None:
    me, meera = await farmer(desk), await operator(desk)
    assert not await queries.verified(desk, me)
    assert (await kyc.ask(desk, me)).state == "asked"
    await submitted(desk, me)
    (waiting,) = await queries.queue(desk, meera)
    assert (waiting.case.person_id, waiting.case.state, waiting.also_shown_by) == (me, "submitted", 0)
    assert [(paper.kind, paper.last_four) for paper in waiting.documents] == [("pan", "234F")]
    assert (await kyc.take(desk, operator_id=meera, person_id=me)).state == "in_review"
    assert not await queries.verified(desk, me)
    assert (await kyc.verify(desk, operator_id=meera, person_id=me)).state == "verified"
    assert await queries.verified(desk, me)
    assert await queries.queue(desk, meera) == ()
    assert await told(desk) == ["kyc.asked", "kyc.submitted", "kyc.in_review", "kyc.verified"]
    assert await actions(desk) == [("kyc.take", meera), ("kyc.verify", meera)]


async def test_asking_twice_tells_once(desk: Desk) -> None:
    me = await farmer(desk)
    await kyc.ask(desk, me)
    await kyc.ask(desk, me)
    assert await told(desk) == ["kyc.asked"]
    with pytest.raises(NoSuchPerson):
        await kyc.ask(desk, UUID(int=5))


async def test_without_a_paper_that_names_somebody_nothing_is_submitted(desk: Desk) -> None:
    me = await farmer(desk)
    await kyc.show(desk, VAULT, person_id=me, kind="land_record", media_key=PHOTO)
    with pytest.raises(NotMet) as said:
        await kyc.submit(desk, actor_id=me, person_id=me)
    assert said.value.condition == "papers"
    case = await queries.case(desk, me)
    assert case is not None
    assert case.state == "asked"


async def test_only_an_operator_reviews_and_never_themselves(desk: Desk) -> None:
    me, meera = await farmer(desk), await operator(desk)
    for person_id in (me, meera):
        await submitted(desk, person_id)
    with pytest.raises(NotYours):
        await kyc.take(desk, operator_id=me, person_id=me)
    with pytest.raises(NotYours):
        await queries.queue(desk, me)
    with pytest.raises(NotMet):
        await kyc.take(desk, operator_id=meera, person_id=meera)
    with pytest.raises(Moved):
        await kyc.verify(desk, operator_id=meera, person_id=me)
    with pytest.raises(NotFound):
        await kyc.take(desk, operator_id=meera, person_id=await buyer(desk))
    with pytest.raises(NotYours):
        await kyc.submit(desk, actor_id=await buyer(desk), person_id=me)
    assert not await queries.verified(desk, me)


async def test_a_no_has_a_reason_and_may_be_put_right(desk: Desk) -> None:
    me, meera = await farmer(desk), await operator(desk)
    await submitted(desk, me)
    await kyc.take(desk, operator_id=meera, person_id=me)
    with pytest.raises(Moved):
        await kyc.show(desk, VAULT, person_id=me, kind="pan", media_key=PHOTO, number="ABCPE1234G")
    with pytest.raises(BadTerms):
        await kyc.reject(desk, operator_id=meera, person_id=me, reason="I do not like him")
    case = await kyc.reject(desk, operator_id=meera, person_id=me, reason="unreadable")
    assert (case.state, case.reason) == ("rejected", "unreadable")
    await kyc.show(desk, VAULT, person_id=me, kind="pan", media_key=PHOTO, number="ABCPE1234G")
    case = await kyc.submit(desk, actor_id=me, person_id=me)
    assert (case.state, case.reason) == ("submitted", None)
    assert [paper.last_four for paper in await queries.documents(desk, me)] == ["234G"]


async def test_a_yes_can_be_taken_back(desk: Desk) -> None:
    me, meera = await farmer(desk), await operator(desk)
    await known(desk, me, meera)
    await kyc.reject(desk, operator_id=meera, person_id=me, reason="forged")
    assert not await queries.verified(desk, me)


async def test_time_passes(desk: Desk) -> None:
    me, meera = await farmer(desk), await operator(desk)
    await submitted(desk, me)
    await kyc.take(desk, operator_id=meera, person_id=me)
    after_a_nap = Desk(desk.db, desk.tenant, desk.now + REVIEW_TAKES)
    # The job has not run yet, and another operator takes over all the same.
    assert (await kyc.take(after_a_nap, operator_id=meera, person_id=me)).state == "in_review"
    await kyc.verify(after_a_nap, operator_id=meera, person_id=me)
    old = Desk(desk.db, desk.tenant, after_a_nap.now + VALID_FOR)
    assert await queries.verified(Desk(desk.db, desk.tenant, old.now - timedelta(seconds=1)), me)
    assert not await queries.verified(old, me)
    assert await kyc.expire(old) == 1
    assert await kyc.expire(old) == 0
    assert (await told(desk))[-1] == "kyc.expired"
    assert (await kyc.submit(old, actor_id=me, person_id=me)).state == "submitted"


async def test_aadhaar_is_recognised_and_never_read(desk: Desk) -> None:
    me, meera = await farmer(desk), await operator(desk)
    paper = await kyc.show(
        desk, VAULT, person_id=me, kind="aadhaar", media_key=PHOTO, number="2345 6789 0124"
    )
    row = (await desk.db.execute(select(document).where(document.c.id == paper))).one()
    assert (row.last_four, row.sealed, row.blind_index) == ("0124", None, None)
    assert len(row.recognition) == 32
    assert await kyc.matches(desk, VAULT, operator_id=meera, document_id=paper, number=AADHAAR)
    assert not await kyc.matches(desk, VAULT, operator_id=meera, document_id=paper, number="234567890125")
    with pytest.raises(NotFound):
        await kyc.read_number(desk, VAULT, operator_id=meera, document_id=paper)
    assert await actions(desk) == [("person.looked", meera)] * 2


async def test_a_sealed_number_is_read_by_operators_alone_and_the_look_is_noted(desk: Desk) -> None:
    me, meera = await farmer(desk), await operator(desk)
    paper = await kyc.show(desk, VAULT, person_id=me, kind="pan", media_key=PHOTO, number="abcpe 1234-f")
    with pytest.raises(NotYours):
        await kyc.read_number(desk, VAULT, operator_id=me, document_id=paper)
    assert await actions(desk) == []
    assert await kyc.read_number(desk, VAULT, operator_id=meera, document_id=paper) == PAN
    assert await actions(desk) == [("person.looked", meera)]
    assert await kyc.look(desk, actor_id=me, document_id=paper) == PHOTO
    assert len(await actions(desk)) == 1
    assert await kyc.look(desk, actor_id=meera, document_id=paper) == PHOTO
    assert len(await actions(desk)) == 2
    with pytest.raises(NotYours):
        await kyc.look(desk, actor_id=await buyer(desk), document_id=paper)


async def test_a_number_copied_into_another_row_does_not_open(desk: Desk) -> None:
    me, meera = await farmer(desk), await operator(desk)
    mine = await kyc.show(desk, VAULT, person_id=me, kind="pan", media_key=PHOTO, number=PAN)
    theirs = await kyc.show(
        desk, VAULT, person_id=await buyer(desk), kind="pan", media_key=PHOTO, number="ABCPE1234G"
    )
    await desk.db.execute(
        text("UPDATE kyc_document d SET sealed = s.sealed FROM kyc_document s WHERE d.id = :d AND s.id = :s"),
        {"d": theirs, "s": mine},
    )
    with pytest.raises(DoesNotOpen):
        await kyc.read_number(desk, VAULT, operator_id=meera, document_id=theirs)


async def test_one_paper_for_two_people_is_seen(desk: Desk) -> None:
    me, other, meera = await farmer(desk), await buyer(desk), await operator(desk)
    await submitted(desk, me)
    await submitted(desk, other)
    assert [each.also_shown_by for each in await queries.queue(desk, meera)] == [1, 1]


@pytest.mark.parametrize(
    ("paper", "field"),
    [
        ({"kind": "library_card"}, "kind"),
        ({"kind": "aadhaar", "number": "234567890125"}, "number"),
        ({"kind": "pan"}, "number"),
        ({"kind": "land_record", "number": "12"}, "number"),
        ({"kind": "pan", "number": PAN, "media_key": ""}, "media_key"),
        ({"kind": "pan", "number": PAN, "media_key": "x" * 201}, "media_key"),
    ],
)
async def test_bad_papers_leave_nothing_behind(desk: Desk, paper: dict[str, str], field: str) -> None:
    me = await farmer(desk)
    with pytest.raises(BadTerms) as said:
        await kyc.show(desk, VAULT, person_id=me, **({"media_key": PHOTO} | paper))  # type: ignore[arg-type]
    assert said.value.field == field
    assert await queries.case(desk, me) is None
    assert await queries.documents(desk, me) == ()


async def test_no_number_lies_readable_in_any_column(desk: Desk) -> None:
    me = await farmer(desk)
    await kyc.show(desk, VAULT, person_id=me, kind="aadhaar", media_key=PHOTO, number=AADHAAR)
    await kyc.show(desk, VAULT, person_id=me, kind="pan", media_key=PHOTO, number=PAN)
    await kyc.submit(desk, actor_id=me, person_id=me)
    for table in ("kyc", "kyc_document", "event", "audit_entry", "audit_personal"):
        rows = (await desk.db.execute(text(f"SELECT t.*::text FROM {table} t"))).scalars().all()
        shown = " ".join(rows)
        for number in (AADHAAR, PAN):
            assert number not in shown
            assert number.encode().hex() not in shown
