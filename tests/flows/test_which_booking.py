"""The bookings that are meant stand in the list, however many newer ones of another kind there are."""

from uuid import UUID

import pytest

from flows.bill import BILL
from flows.booking_acts import Which
from flows.flow import Flow
from flows.heard import Heard
from flows.rate import RATE
from flows.state import Frame, State
from flows.turn import Channel, Turn
from marketplace_core.accounts import queries as people
from marketplace_core.bookings import commands as bookings
from marketplace_core.bookings import queries
from marketplace_core.desk import Desk
from marketplace_core.ratings import commands as ratings
from tests.marketplace_core.people import book_as_shown, straw, take_bill
from tests.marketplace_core.test_handover import Deal, delivered


async def listed(desk: Desk, flow: Flow, me: UUID) -> list[str]:
    ask, frame = flow.ask("code"), Frame(flow.name)
    assert isinstance(ask, Which)
    turn = Turn(await people.person(desk, me), Channel("whatsapp"), State([frame]), Heard(""), desk.now)
    steps = ask.rows(turn, frame)
    try:
        request = next(steps)
        while True:
            request = steps.send(await request.command(desk, *request.args, **request.kwargs))
    except StopIteration as end:
        return [row.id for row in end.value] if isinstance(end.value, list) else []


async def hide(desk: Desk, deal: Deal) -> None:
    lot = await straw(desk, deal.seller)
    for _ in range(9):
        newer = await book_as_shown(desk, buyer_id=deal.buyer, code=lot.code, kg=1_000)
        await bookings.cancel(desk, actor_id=deal.buyer, code=newer.code, why="")


@pytest.mark.parametrize("flow", [BILL, RATE])
async def test_what_was_carried_out_is_found_behind_nine_that_were_called_off(desk: Desk, flow: Flow) -> None:
    deal = await delivered(desk)
    if flow is RATE:
        await take_bill(desk, bookings.complete, actor_id=deal.buyer, code=deal.code)
    await hide(desk, deal)
    for me in (deal.buyer, deal.seller):
        assert await listed(desk, flow, me) == [deal.code]


async def test_the_database_knows_as_we_do_what_is_over(desk: Desk) -> None:
    """Every way in which a booking can end, or not: not answered, agreed, called off before and after that."""
    deal = await delivered(desk)
    lot = await straw(desk, deal.seller)
    for confirmed, called_off in ((False, False), (False, True), (True, False), (True, True)):
        each = await book_as_shown(desk, buyer_id=deal.buyer, code=lot.code, kg=1_000)
        if confirmed:
            await bookings.confirm(desk, actor_id=deal.seller, code=each.code)
        if called_off:
            await bookings.cancel(desk, actor_id=deal.buyer, code=each.code, why="")
    await take_bill(desk, bookings.complete, actor_id=deal.buyer, code=deal.code)
    over = {each.code for each in await queries.mine(desk, deal.buyer, and_also=(ratings.IS_OVER,))}
    assert over == {each.code for each in await queries.mine(desk, deal.buyer) if ratings.is_over(each)}
    assert len(over) == 2 and deal.code in over
