"""What happened that concerns me, and what of it I have seen."""

from uuid import UUID, uuid4

from marketplace_core import events
from marketplace_core.desk import Desk
from marketplace_core.notifications import commands, queries
from marketplace_core.spreading import spread
from tests.marketplace_core.people import booked, buyer, farmer


async def kinds(desk: Desk, person_id: UUID, **asked) -> list[str]:
    return [each.kind for each in await queries.notifications(desk, person_id, **asked)]


async def test_the_other_side_is_notified_and_not_the_one_who_acted(desk: Desk) -> None:
    seller, me, _, agreed = await booked(desk)
    await spread(desk)
    assert "booking.pending" in await kinds(desk, seller)
    assert "booking.pending" not in await kinds(desk, me)
    (first, *_) = [
        each for each in await queries.notifications(desk, seller) if each.kind == "booking.pending"
    ]
    assert first.subject == agreed.code
    assert first.read_at is None


async def test_what_names_nobody_of_ours_notifies_nobody(desk: Desk) -> None:
    me = await farmer(desk)
    about = {
        "seller_id": str(uuid4()),
        "buyer_id": None,
        "photo_id": 7,
        "agent_id": "nobody",
        "kg": 5,
        "who": str(me),
    }
    await events.record(desk, "offer.made", "L1", about)
    assert await spread(desk) == 1
    assert await queries.unread(desk, me) == 0


async def test_pages_follow_each_other_without_gap_or_double(desk: Desk) -> None:
    me = await farmer(desk)
    for n in range(7):
        await events.record(desk, "offer.made", f"L{n}", {"seller_id": str(me)})
    await spread(desk)
    seen: list[str] = []
    before = None
    while page := await queries.notifications(desk, me, before=before, limit=3):
        seen += [each.subject for each in page]
        before = page[-1].id
    assert seen == [f"L{n}" for n in reversed(range(7))]


async def test_reading_marks_ones_own_and_only_what_was_seen(desk: Desk) -> None:
    me, other = await farmer(desk), await buyer(desk)
    for n in range(3):
        await events.record(desk, "offer.made", f"L{n}", {"seller_id": str(me), "buyer_id": str(other)})
    await spread(desk)
    newest, middle, _ = await queries.notifications(desk, me)
    assert await queries.unread(desk, me) == 3
    assert await commands.mark_read(desk, other, [uuid4()]) == 0
    assert await commands.mark_read(desk, me, [newest.id, uuid4()]) == 1
    assert await commands.mark_read(desk, me, [newest.id]) == 0
    assert await kinds(desk, me, unread=True) == ["offer.made", "offer.made"]
    assert await commands.mark_all_read(desk, me, middle.id) == 2
    assert await queries.unread(desk, me) == 0
    assert await queries.unread(desk, other) == 3


async def test_spreading_twice_notifies_once(desk: Desk) -> None:
    me = await farmer(desk)
    await events.record(desk, "offer.made", "L1", {"seller_id": str(me), "person_id": str(me)})
    assert await spread(desk) == 1
    assert await spread(desk) == 0
    assert await queries.unread(desk, me) == 1
