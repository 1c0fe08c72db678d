"""Whoever does whatever in trade, in whatever order: things move by their tables alone, and each move is told once.

The machine knows the tables and nothing else. After every deed it compares all that has a life with how it stood.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncEngine

from marketplace_core.accounts import commands as accounts
from marketplace_core.bookings import commands as bookings
from marketplace_core.bookings import fetching, handover
from marketplace_core.bookings import queries as agreements
from marketplace_core.bookings.models import booking, pickup
from marketplace_core.bookings.transitions import BOOKING_LIFE
from marketplace_core.desk import Desk, sit_down
from marketplace_core.disputes import commands as disputes
from marketplace_core.disputes.models import dispute
from marketplace_core.disputes.transitions import DISPUTE_LIFE
from marketplace_core.errors import Moved, NotYours, Refused
from marketplace_core.escrow import commands as escrow
from marketplace_core.events import event
from marketplace_core.ledger.proof import broken
from marketplace_core.listings import commands as listings
from marketplace_core.listings.models import listing
from marketplace_core.listings.transitions import LISTING_LIFE
from marketplace_core.offers import commands as offers
from marketplace_core.offers import lapsing
from marketplace_core.offers.models import offer
from marketplace_core.offers.transitions import OFFER_LIFE
from marketplace_core.seed import TENANT
from marketplace_core.transitions import Life
from tests.conftest import NOW
from tests.marketplace_core.people import book_as_shown, buyer, farmer, somebody, straw, take_bill

KG = 10_000
LIFE = {life.name: life for life in (LISTING_LIFE, OFFER_LIFE, BOOKING_LIFE, DISPUTE_LIFE)}
OF_DISPUTE = select(booking.c.code).where(booking.c.id == dispute.c.booking_id).scalar_subquery()
STANDS = union_all(
    *(
        select(
            table.c.id,
            literal(table.name).label("life"),
            OF_DISPUTE.label("code") if table is dispute else table.c.code,
            table.c.state,
            table.c.moved_by,
        )
        for table in (listing, offer, booking, dispute)
    )
)
#: What is told besides moves: that something came to be, money, and a driver who guesses.
BORN = {"offer": "offer.made", "dispute": "dispute.opened"}
ASIDES = ("payment.", "booking.pickup_locked")

SELLER, BUYER, RIVAL, DRIVER, OFFICE, STRANGER = range(6)
people = st.integers(SELLER, STRANGER)
buyers = st.sampled_from([BUYER, RIVAL])
lots = st.integers(0, 1)
any_of = st.integers(0, 3)
kgs = st.sampled_from([1, 4_999, 5_000, KG, KG + 1])


@dataclass(frozen=True)
class Stand:
    life: Life
    subject: str | None
    state: str
    moved_by: str


def _haggle(name: str, **how: Any) -> Callable[..., Awaitable[Any]]:
    return lambda desk, who, code, _: getattr(offers, name)(desk, actor_id=who, code=code, **how)


def _booked(room: Any, name: str, **how: Any) -> Callable[..., Awaitable[Any]]:
    return lambda desk, who, code, _: getattr(room, name)(desk, actor_id=who, code=code, **how)


def _bill(take: Any) -> Callable[..., Awaitable[Any]]:
    return lambda desk, who, code, _: take_bill(desk, take, actor_id=who, code=code)


async def _fetch(desk: Desk, who: UUID, code: str, _: "Trade") -> Any:
    there = await agreements.known(desk, code)
    found = await desk.db.execute(select(pickup.c.secret).where(pickup.c.booking_id == there.id))
    secret = found.scalar_one_or_none() or ""
    return await fetching.pick_up(desk, actor_id=who, code=code, pickup_code=secret)


async def _pay(desk: Desk, _who: UUID, code: str, _: "Trade") -> None:
    there = await agreements.known(desk, code)
    if there.state not in ("pending", "confirmed"):
        raise Moved("booking", there.state)
    await escrow.pay_in(desk, uuid4(), buyer_id=there.buyer_id, paise=there.due_paise, subject=code)
    await escrow.secure(desk, there.id)


async def _window(desk: Desk, who: UUID, code: str, _: "Trade") -> Any:
    hours = (desk.now + timedelta(hours=n) for n in (1, 2))
    window = dict(zip(("window_from", "window_to"), hours, strict=True))
    return await fetching.agree_pickup(desk, actor_id=who, code=code, **window)


async def _driver(desk: Desk, who: UUID, code: str, trade: "Trade") -> Any:
    return await fetching.assign_driver(desk, actor_id=who, code=code, driver_id=trade.who[DRIVER])


HAGGLING = {
    "counter": _haggle("counter", price_paise=24_000),
    "less": _haggle("counter", kg=2_500),
    "accept": _haggle("accept"),
    "refuse": _haggle("refuse"),
    "withdraw": _haggle("withdraw"),
}
DEALING = {
    "confirm": _booked(bookings, "confirm"),
    "cancel": _booked(bookings, "cancel", why=""),
    "pay": _pay,
    "agree_pickup": _window,
    "assign_driver": _driver,
    "renew_code": _booked(fetching, "renew_code"),
    "pick_up": _fetch,
    "guess": _booked(fetching, "pick_up", pickup_code="nonsense"),
    "weigh": _booked(handover, "weigh", kg=4_000),
    "inspect": _booked(handover, "inspect", moisture=230, grade="B"),
    "deliver": _booked(handover, "deliver"),
    "agree_bill": _bill(bookings.agree_bill),
    "complete": _bill(bookings.complete),
    "open": _booked(disputes, "open_dispute", reason="weight", said=""),
    "answer": _booked(disputes, "answer", said=""),
    "withdraw": _booked(disputes, "withdraw"),
    "uphold": _booked(disputes, "decide", decision="uphold", why="seen"),
    "share": _booked(disputes, "decide", decision="share", percent=30, why="seen"),
    "refund": _booked(disputes, "decide", decision="refund", why="seen"),
}
#: Moves of a booking that are made by what somebody does in a quarrel.
AS = {"dispute": "open", "decide": "uphold", "resume": "withdraw", "resume_journey": "withdraw"}
UNDER_WAY = ((SELLER, "confirm"), (BUYER, "pick_up"), (BUYER, "weigh"), (BUYER, "deliver"))
JOBS = (bookings.run_out, listings.expire, lapsing.expire, disputes.escalate)


class Trade(RuleBasedStateMachine):
    engine: AsyncEngine
    loop: asyncio.AbstractEventLoop

    def run(self, doing: Awaitable[Any]) -> Any:
        async def done() -> Any:
            return await doing

        return asyncio.run_coroutine_threadsafe(done(), self.loop).result(timeout=60)

    @initialize()
    def open(self) -> None:
        self.run(self._open())
        # Two of four deals are well under way, so that the machine sees the end of some.
        for code, steps in zip(self.agreed[2:], (3, 4), strict=True):
            for who, act in UNDER_WAY[:steps]:
                assert self._deals(who, act, code)

    async def _open(self) -> None:
        self.db = await self.engine.connect()
        self.desk = desk = await sit_down(self.db, TENANT, NOW)
        self.who = [await farmer(desk), await buyer(desk)]
        for n, name in enumerate(("Ravi", "Balbir", "Office", "Nobody"), 3):
            self.who.append(await somebody(desk, f"+91980000000{n}", name=name))
        await accounts.add_role(desk, self.who[DRIVER], "delivery_agent")
        await accounts.add_role(desk, self.who[OFFICE], "operator")
        self.lots = [(await straw(desk, self.who[SELLER], kg=KG)).code for _ in range(2)]
        first = {"buyer_id": self.who[BUYER], "code": self.lots[0], "kg": 2_000}
        self.made = [(await offers.make(desk, **first, price_paise=20_000, per="quintal")).code]
        self.agreed = [
            (await book_as_shown(desk, **first, pay_by=pay_by)).code
            for pay_by in ("advance", "cash", "cash", "cash")
        ]
        self.stands, self.told = await self._look(), await self._count()

    def teardown(self) -> None:
        if hasattr(self, "db"):
            self.run(self.db.rollback())
            self.run(self.db.close())

    # What people do

    @rule(who=buyers, lot=lots, kg=kgs, pay_by=st.sampled_from(["advance", "cash"]))
    def takes_the_listed_price(self, who: int, lot: int, kg: int, pay_by: str) -> None:
        made = self._do(
            lambda: book_as_shown(
                self.desk, buyer_id=self.who[who], code=self.lots[lot], kg=kg, pay_by=pay_by
            )
        )
        if made:
            self.agreed.append(made.code)

    @rule(who=buyers, lot=lots, kg=kgs)
    def names_a_price(self, who: int, lot: int, kg: int) -> None:
        made = self._do(
            lambda: offers.make(
                self.desk,
                buyer_id=self.who[who],
                code=self.lots[lot],
                kg=kg,
                price_paise=20_000,
                per="quintal",
                pay_by="cash",
            )
        )
        if made:
            self.made.append(made.code)

    @rule(who=people, act=st.sampled_from(sorted(HAGGLING)), nth=any_of)
    def haggles(self, who: int, act: str, nth: int) -> None:
        code = self.made[nth % len(self.made)]
        got = self._do(lambda: HAGGLING[act](self.desk, self.who[who], code, self))
        if act == "accept" and got:
            self.agreed.append(got.code)

    @rule(who=people, act=st.sampled_from(sorted(DEALING)), nth=any_of)
    def deals(self, who: int, act: str, nth: int) -> None:
        code = self.agreed[nth % len(self.agreed)]
        self._deals(who, act, code)

    def _deals(self, who: int, act: str, code: str) -> Any:
        return self._do(lambda: DEALING[act](self.desk, self.who[who], code, self))

    @rule(nth=any_of, picks=st.lists(st.integers(0, 23), min_size=3, max_size=9))
    def does_what_is_open(self, nth: int, picks: list[int]) -> None:
        code = self.agreed[nth % len(self.agreed)]
        for pick in picks:
            ways = self.run(self._ways(code))
            if ways:
                who, act = ways[pick % len(ways)]
                self._do(lambda who=who, act=act: DEALING[act](self.desk, who, code, self))

    async def _ways(self, code: str) -> list[tuple[UUID, str]]:
        """Whatever leads a booking on: what the table opens to anybody, and the money for what is agreed."""
        there = await agreements.known(self.desk, code)
        ways = [(self.who[SELLER], "pay")] if there.state == "confirmed" else []
        for who in self.who[:STRANGER]:
            try:
                moves = await agreements.what_next(self.desk, code, who)
            except NotYours:
                continue
            ways += [
                (who, AS.get(move.name, move.name))
                for move in moves
                if move.name in ("weigh", "inspect") or move.target not in (*move.source, "cancelled")
            ]
        return ways

    @rule(who=people, lot=lots, act=st.sampled_from([listings.cancel, listings.renew]))
    def takes_a_lot_down_or_renews_it(self, who: int, lot: int, act: Any) -> None:
        self._do(lambda: act(self.desk, seller_id=self.who[who], code=self.lots[lot]))

    @rule(hours=st.sampled_from([1, 2, 6, 24, 48, 24 * 31]), jobs=st.booleans())
    def time_passes(self, hours: int, jobs: bool) -> None:
        self.desk = replace(self.desk, now=self.desk.now + timedelta(hours=hours))
        for job in JOBS if jobs else ():
            self._do(lambda job=job: job(self.desk))

    # What stays true

    def _do(self, deed: Callable[[], Awaitable[Any]]) -> Any:
        """A refusal changes nothing; what changes, changes by the table and is told once."""
        try:
            got = self.run(deed())
        except Refused:
            got = None
            assert self.run(self._count()) == self.told
            assert self.run(self._look()) == self.stands
            return None
        stands = self.run(self._look())
        news = Counter(self.run(self._news(self.told)))
        self._explains(self.stands, stands, news)
        for subject in {subject for kind, subject in news if kind.startswith("booking.")}:
            self.run(self._booked_right(subject))
        self.stands, self.told = stands, self.told + news.total()
        return got

    def _explains(self, before: dict[UUID, Stand], after: dict[UUID, Stand], news: Counter[Any]) -> None:
        left = news.copy()
        for row_id, stand in after.items():
            life, was = stand.life, before.get(row_id)
            if was is None:
                if stand.subject is not None:
                    left[BORN.get(life.name, f"{life.name}.{stand.state}"), stand.subject] -= 1
            elif was.state != stand.state:
                moves = [
                    move
                    for move in life.moves
                    if was.state in move.source and move.target == stand.state and stand.moved_by in move.by
                ]
                assert moves, f"{life.name} went from {was.state} to {stand.state} by {stand.moved_by}"
                (kind,) = {life.kind(move) for move in moves if news[life.kind(move), stand.subject]}
                left[kind, stand.subject] -= 1
        assert before.keys() <= after.keys()
        still = {
            (life.kind(move), stand.subject)
            for stand in after.values()
            for life in (stand.life,)
            for move in life.moves
            if stand.state in move.source and move.target == stand.state
        }
        for (kind, subject), times in left.items():
            assert times >= 0, f"{kind} of {subject} was not told"
            assert times == 0 or kind.startswith(ASIDES) or (times == 1 and (kind, subject) in still), kind

    async def _look(self) -> dict[UUID, Stand]:
        return {row.id: Stand(LIFE[row.life], *row[2:]) for row in await self.db.execute(STANDS)}

    async def _count(self) -> int:
        return (await self.db.execute(select(func.count()).select_from(event))).scalar_one()

    async def _news(self, told: int) -> list[tuple[str, str]]:
        rows = await self.db.execute(select(event.c.kind, event.c.subject).order_by(event.c.id).offset(told))
        return [(row.kind, row.subject) for row in rows]

    @invariant()
    def every_kilogram_is_for_sale_or_promised_once(self) -> None:
        if hasattr(self, "db"):
            self.run(self._conserved())

    async def _conserved(self) -> None:
        promised = (
            select(func.coalesce(func.sum(booking.c.kg), 0))
            .where(booking.c.listing_id == listing.c.id, booking.c.state != "cancelled")
            .scalar_subquery()
        )
        for lot in await self.db.execute(select(listing, promised.label("promised"))):
            assert lot.kg_left + lot.promised == lot.kg
            assert (lot.state in ("booked", "sold")) <= (lot.kg_left == 0)
            assert (lot.state == "active") <= (lot.kg_left > 0)

    async def _booked_right(self, code: str) -> None:
        """Nobody pays above what was agreed, and what is held adds up."""
        there = await agreements.known(self.desk, code)
        bill = await agreements.bill_of(self.desk, there)
        assert 0 <= bill.farmer_gets <= bill.buyer_pays <= there.due_paise
        assert await broken(self.desk) == {}


async def test_the_sentences_hold_whatever_is_done(engine: AsyncEngine) -> None:
    Trade.engine, Trade.loop = engine, asyncio.get_running_loop()
    sparing = settings(
        max_examples=10, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
    )
    await asyncio.to_thread(run_state_machine_as_test, Trade, settings=sparing)
