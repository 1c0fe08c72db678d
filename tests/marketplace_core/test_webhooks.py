"""Events reach partners: signed, at least once, in order per thing, and nowhere they should not go."""

import asyncio
import json
import os
import signal
import socket
import ssl
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from marketplace_core import events
from marketplace_core.accounts import commands as accounts
from marketplace_core.desk import Desk, open_desk
from marketplace_core.errors import BadTerms, Moved, NotFound, NotYours
from marketplace_core.events import event
from marketplace_core.seed import TENANT
from marketplace_core.settings import market_settings
from marketplace_core.spreading import spread
from marketplace_core.webhooks import commands as webhooks
from marketplace_core.webhooks import models as t
from marketplace_core.webhooks import queries
from marketplace_core.webhooks.deliveries import CLAIM, LEASE, claim
from marketplace_core.webhooks.errors import TooManyEndpoints
from marketplace_core.webhooks.rounds import deliver_round
from marketplace_core.webhooks.rules import DELAYS
from marketplace_core.webhooks.wire import Wire
from tests.conftest import NOW
from tests.marketplace_core.people import buyer, farmer, somebody
from tests.marketplace_core.receiver import Says, receiving


@pytest.fixture(autouse=True)
def own_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = market_settings().model_copy(update={"mandi_webhooks_to_loopback": True})
    monkeypatch.setattr("marketplace_core.webhooks.commands.market_settings", lambda: settings)


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    async with Wire(loopback=True, seconds=0.5) as wire:
        yield wire


async def office(desk: Desk) -> UUID:
    person_id = await somebody(desk, "+919800000009", name="Office")
    await accounts.add_role(desk, person_id, "operator")
    return person_id


async def subscribed(engine: AsyncEngine, url: str, *kinds: str) -> tuple[UUID, webhooks.Added]:
    """The organisation's own endpoint, which hears everything."""
    async with open_desk(engine, TENANT, NOW) as desk:
        actor = await office(desk)
        return actor, await webhooks.add(desk, actor_id=actor, url=url, kinds=kinds or ("*",), for_all=True)


async def happens(engine: AsyncEngine, *subjects: str, kind: str = "booking.confirmed") -> None:
    async with open_desk(engine, TENANT, NOW) as desk:
        await events.record_all(desk, kind, ((subject, {"n": n}) for n, subject in enumerate(subjects)))


async def rounds(engine: AsyncEngine, wire: Wire, now: datetime = NOW, most: int = 50) -> int:
    sent = 0
    for _ in range(most):
        done = await deliver_round(engine, wire, now)
        sent += done
        if not done:
            return sent
    raise AssertionError("it never ends")


async def standing(engine: AsyncEngine) -> list[tuple[str, str, int]]:
    async with open_desk(engine, TENANT, NOW) as desk:
        d = t.delivery.c
        rows = await desk.db.execute(select(d.subject, d.state, d.attempts).order_by(d.number))
        return [tuple(row) for row in rows]


# what is sent


async def test_an_event_arrives_signed_and_says_what_happened(
    engine: AsyncEngine, clean: None, wire: Wire
) -> None:
    now = datetime.now(UTC)  # the verifier of the library looks at the clock
    async with receiving() as partner:
        _, added = await subscribed(engine, partner.url)
        async with open_desk(engine, TENANT, NOW) as desk:
            await events.record(desk, "booking.confirmed", "BA2345", {"kg": 5_000, "हाँ": "ਹਾਂ"})
            (happened,) = (await desk.db.execute(select(event.c.id))).scalars()
        assert await rounds(engine, wire, now) == 1
    (got,) = partner.got
    assert Webhook(added.secret).verify(got.body, got.headers) == {
        "type": "booking.confirmed",
        "timestamp": "2026-11-20T04:30:00+00:00",
        "data": {"id": str(happened), "subject": "BA2345", "about": {"kg": 5_000, "हाँ": "ਹਾਂ"}},
    }
    assert got.headers["content-type"] == "application/json"
    assert got.headers["host"] == f"127.0.0.1:{partner.port}"
    for forged in (got.body + b" ", got.body.replace(b"5000", b"9000")):
        with pytest.raises(WebhookVerificationError):
            Webhook(added.secret).verify(forged, got.headers)
    assert added.secret.startswith("whsec_")
    assert len(added.secret) == len("whsec_") + 44


async def test_the_secret_lies_sealed(desk: Desk) -> None:
    added = await webhooks.add(desk, actor_id=await farmer(desk), url="https://partner.example/")
    row = (await desk.db.execute(select(t.secret))).one()
    assert added.secret.removeprefix("whsec_").encode() not in row.sealed
    assert await webhooks.secrets_of(desk, [added.id]) == {added.id: [added.secret]}


async def test_while_the_secret_changes_both_verify_and_a_day_later_the_new_one_alone(
    engine: AsyncEngine, clean: None, wire: Wire
) -> None:
    now = datetime.now(UTC)
    async with receiving() as partner:
        actor, added = await subscribed(engine, partner.url)
        async with open_desk(engine, TENANT, now) as desk:
            newer = await webhooks.rotate(desk, actor_id=actor, endpoint_id=added.id)
        await happens(engine, "BA2345")
        await rounds(engine, wire, now)
        (got,) = partner.got
        assert len(got.headers["webhook-signature"].split()) == 2
        Webhook(newer).verify(got.body, got.headers)
        Webhook(added.secret).verify(got.body, got.headers)
        async with open_desk(engine, TENANT, now + timedelta(hours=25)) as desk:
            assert await webhooks.secrets_of(desk, [added.id]) == {added.id: [newer]}


# to whom


async def test_a_person_hears_what_names_them_and_the_organisation_everything(
    engine: AsyncEngine, clean: None, wire: Wire
) -> None:
    async with receiving() as theirs, receiving() as all_of_it:
        await subscribed(engine, all_of_it.url)
        async with open_desk(engine, TENANT, NOW) as desk:
            me, other = await buyer(desk), await farmer(desk)
            await webhooks.add(desk, actor_id=me, url=theirs.url)
            await events.record(desk, "offer.made", "BMINE2", {"buyer_id": str(me)})
            await events.record(desk, "offer.made", "BTHEIRS2", {"seller_id": str(other)})
        await rounds(engine, wire)
    assert theirs.subjects == ["BMINE2"]
    assert sorted(all_of_it.subjects) == ["BMINE2", "BTHEIRS2"]


async def test_an_endpoint_hears_the_kinds_it_asked_for(engine: AsyncEngine, clean: None, wire: Wire) -> None:
    async with receiving() as partner:
        await subscribed(engine, partner.url, "booking.*")
        await happens(engine, "LA2345", kind="listing.published")
        await happens(engine, "BA2345")
        await rounds(engine, wire)
    assert partner.subjects == ["BA2345"]


async def test_another_tenants_endpoint_hears_nothing(engine: AsyncEngine, clean: None, wire: Wire) -> None:
    async with receiving() as partner:
        await subscribed(engine, partner.url)
        async with open_desk(engine, 2, NOW) as desk:
            await events.record(desk, "booking.confirmed", "BA2345", {})
            assert await spread(desk) == 1
        assert await rounds(engine, wire) == 0
    assert partner.got == []


async def test_an_event_is_spread_once_however_many_spread_it(engine: AsyncEngine, clean: None) -> None:
    await subscribed(engine, "https://partner.example/")
    await happens(engine, *(f"B{n}" for n in range(30)))

    async def one() -> int:
        async with open_desk(engine, TENANT, NOW) as desk:
            return await spread(desk)

    spreads = await asyncio.gather(*(one() for _ in range(4)))
    assert sum(spreads) == 30
    assert len(await standing(engine)) == 30


async def test_an_event_that_commits_late_is_spread_all_the_same(engine: AsyncEngine, clean: None) -> None:
    """Its id is older than that of one spread long ago: nothing may page by `id > last`."""
    await subscribed(engine, "https://partner.example/")
    async with engine.connect() as slow:
        desk = await webhooks_desk(slow)
        await events.record(desk, "booking.confirmed", "BEARLY", {})
        await happens(engine, "BLATER")
        async with open_desk(engine, TENANT, NOW) as other:
            assert await spread(other) == 1
        await slow.commit()
    async with open_desk(engine, TENANT, NOW) as desk:
        assert await spread(desk) == 1
    assert [subject for subject, *_ in await standing(engine)] == ["BLATER", "BEARLY"]


async def webhooks_desk(db) -> Desk:
    await db.execute(text("SELECT set_config('app.tenant', '1', true)"))
    return Desk(db, TENANT, NOW)


# in order, again and again


async def test_what_happened_to_one_thing_arrives_in_order(
    engine: AsyncEngine, clean: None, wire: Wire
) -> None:
    async with receiving() as partner:
        await subscribed(engine, partner.url)
        for n in range(6):
            async with open_desk(engine, TENANT, NOW) as desk:
                await events.record(desk, "booking.moved", "BA2345", {"n": n})
                await events.record(desk, "booking.moved", "BB2345", {"n": n})
        await asyncio.gather(*(rounds(engine, wire) for _ in range(3)))  # three workers
        await rounds(engine, wire)
    for subject in ("BA2345", "BB2345"):
        assert [got.said["data"]["about"]["n"] for got in partner.got if got.subject == subject] == [
            *range(6)
        ]


async def test_a_failing_head_keeps_back_its_own_thing_alone(
    engine: AsyncEngine, clean: None, wire: Wire
) -> None:
    async with receiving(lambda got: Says(500 if got.subject == "BAD" else 200)) as partner:
        await subscribed(engine, partner.url)
        await happens(engine, "BAD", "GOOD", "BAD", "GOOD")
        await rounds(engine, wire)
        assert sorted(partner.subjects) == ["BAD", "GOOD", "GOOD"]
        partner.answer = lambda _: Says()
        assert await rounds(engine, wire, NOW + timedelta(seconds=4)) == 0
        assert await rounds(engine, wire, NOW + timedelta(seconds=7)) == 2
    numbers = [got.said["data"]["about"]["n"] for got in partner.got if got.subject == "BAD"]
    assert numbers == [0, 0, 2]
    ids = [got.headers["webhook-id"] for got in partner.got if got.subject == "BAD"]
    assert ids[0] == ids[1] != ids[2]
    assert {state for _, state, _ in await standing(engine)} == {"delivered"}


async def test_the_whole_table_then_the_endpoint_is_off_and_says_so(
    engine: AsyncEngine, clean: None, wire: Wire
) -> None:
    async with receiving(lambda _: Says(500)) as partner:
        actor, added = await subscribed(engine, partner.url, "booking.*")
        await happens(engine, "BA2345")
        now, waits = NOW, []
        for attempt in range(10):
            assert await deliver_round(engine, wire, now) == 1
            async with open_desk(engine, TENANT, now) as desk:
                due = (await desk.db.execute(select(t.delivery.c.due_at))).scalar_one()
            if attempt < 9:
                waits.append((due - now) / DELAYS[attempt + 1])
                assert await deliver_round(engine, wire, due - timedelta(milliseconds=1)) == 0
                now = due
        assert len(partner.got) == 10
    assert all(1 <= wait <= 1.2 for wait in waits)
    assert len(set(waits)) > 1
    assert await standing(engine) == [("BA2345", "given_up", 10)]
    async with open_desk(engine, TENANT, now) as desk:
        there = await queries.endpoint(desk, actor, added.id)
        assert (there.state, there.why) == ("disabled", "silent")
        kinds = (await desk.db.execute(select(event.c.kind, event.c.subject).order_by(event.c.id))).all()
        assert tuple(kinds[-1]) == ("webhook.disabled", str(added.id))
        (sent,) = await queries.deliveries(desk, actor, added.id)
        log = await queries.attempts(desk, actor, added.id, sent.id)
        assert [each.status for each in log] == [500] * 10
        assert all(each.ms >= 0 for each in log)
    await happens(engine, "BB2345")
    async with receiving() as partner:
        assert await rounds(engine, wire, now + timedelta(days=1)) == 0


async def test_one_bad_message_alone_does_not_turn_the_endpoint_off(
    engine: AsyncEngine, clean: None, wire: Wire
) -> None:
    async with receiving(lambda got: Says(500 if got.subject == "BAD" else 200)) as partner:
        actor, added = await subscribed(engine, partner.url)
        await happens(engine, "BAD", "GOOD", "BAD")
        await rounds(engine, wire)
        async with open_desk(engine, TENANT, NOW) as desk:
            await desk.db.execute(
                update(t.delivery)
                .where(t.delivery.c.attempts == 1, t.delivery.c.state == "waiting")
                .values(attempts=9)
            )
        await rounds(engine, wire, NOW + timedelta(minutes=1))
    assert await standing(engine) == [
        ("BAD", "given_up", 10),
        ("GOOD", "delivered", 1),
        ("BAD", "waiting", 1),
    ]
    async with open_desk(engine, TENANT, NOW) as desk:
        assert (await queries.endpoint(desk, actor, added.id)).state == "active"


async def test_gone_turns_the_endpoint_off_at_once(engine: AsyncEngine, clean: None, wire: Wire) -> None:
    async with receiving(lambda _: Says(410)) as partner:
        actor, added = await subscribed(engine, partner.url)
        await happens(engine, "BA2345", "BB2345")
        await rounds(engine, wire)
        assert len(partner.got) <= 2
    async with open_desk(engine, TENANT, NOW) as desk:
        there = await queries.endpoint(desk, actor, added.id)
    assert (there.state, there.why) == ("disabled", "gone")


@pytest.mark.parametrize(
    ("status", "retry_after", "pause"), [(429, "120", 120), (502, None, 5), (504, None, 5), (503, "30", 30)]
)
async def test_an_overloaded_endpoint_is_left_alone_for_all_its_things(
    engine: AsyncEngine, clean: None, wire: Wire, status: int, retry_after: str | None, pause: int
) -> None:
    headers = (("Retry-After", retry_after),) if retry_after else ()
    async with receiving(lambda _: Says(status, headers)) as partner:
        await subscribed(engine, partner.url)
        await happens(engine, "BA2345")
        await rounds(engine, wire)
        await happens(engine, "BB2345")
        partner.answer = lambda _: Says()
        assert await rounds(engine, wire, NOW + timedelta(seconds=pause - 1)) == 0
        assert await rounds(engine, wire, NOW + timedelta(seconds=1.2 * pause + 1)) == 2
    assert {state for _, state, _ in await standing(engine)} == {"delivered"}


@pytest.mark.parametrize(
    ("says", "fault"),
    [
        (Says(after=2), "timeout"),
        (Says(hang_up=True), "protocol"),
        (Says(301, (("Location", "/elsewhere"),)), 301),
        (Says(200, (("Content-Type", "text/html"),), b"x" * 500_000), 200),
    ],
)
async def test_what_a_receiver_may_do_is_noted(
    engine: AsyncEngine, clean: None, wire: Wire, says: Says, fault: str | int
) -> None:
    async with receiving(lambda _: says) as partner:
        await subscribed(engine, partner.url)
        await happens(engine, "BA2345")
        assert await deliver_round(engine, wire, NOW) == 1
        assert [got.target for got in partner.got] == ["/hooks"]  # a redirect is not followed
    async with open_desk(engine, TENANT, NOW) as desk:
        row = (await desk.db.execute(select(t.attempt.c.status, t.attempt.c.fault))).one()
    assert tuple(row) == ((fault, None) if isinstance(fault, int) else (None, fault))


async def test_nobody_there_is_noted(engine: AsyncEngine, clean: None, wire: Wire) -> None:
    async with receiving() as partner:
        url = partner.url
    await subscribed(engine, url)
    await happens(engine, "BA2345")
    assert await deliver_round(engine, wire, NOW) == 1
    async with open_desk(engine, TENANT, NOW) as desk:
        assert (await desk.db.execute(select(t.attempt.c.fault))).scalar_one() == "unreachable"


async def test_a_worker_killed_in_the_middle_leads_to_a_repeat_and_never_to_a_loss(
    engine: AsyncEngine, clean: None, wire: Wire, database_url: str
) -> None:
    worker = (
        "import asyncio, sys; from datetime import datetime\n"
        "from marketplace_core.db.engine import make_engine\n"
        "from marketplace_core.webhooks.rounds import deliver_round\n"
        "from marketplace_core.webhooks.wire import Wire\n"
        "async def go():\n"
        "    async with Wire(loopback=True) as wire:\n"
        "        await deliver_round(make_engine(sys.argv[1]), wire, datetime.fromisoformat(sys.argv[2]))\n"
        "asyncio.run(go())"
    )
    async with receiving(lambda _: Says(after=30)) as partner:
        await subscribed(engine, partner.url)
        await happens(engine, "BA2345", "BB2345", "BA2345")
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-W", "ignore", "-c", worker, database_url, NOW.isoformat(), env={**os.environ}
        )
        async with asyncio.timeout(20):
            await partner.got_so_many(2)
        child.send_signal(signal.SIGKILL)
        await child.wait()
        partner.answer = lambda _: Says()
        assert await rounds(engine, wire, NOW + LEASE - timedelta(seconds=1)) == 0
        assert await rounds(engine, wire, NOW + LEASE) == 3
    assert {state for _, state, _ in await standing(engine)} == {"delivered"}
    numbers = [got.said["data"]["about"]["n"] for got in partner.got if got.subject == "BA2345"]
    assert numbers == [0, 0, 2]
    first, again = (got.headers["webhook-id"] for got in partner.got if got.said["data"]["about"]["n"] == 0)
    assert first == again


async def test_two_workers_never_hold_one_delivery_and_without_the_lock_they_would(
    engine: AsyncEngine, clean: None
) -> None:
    await subscribed(engine, "https://partner.example/")
    await happens(engine, *(f"B{n}" for n in range(20)))
    async with open_desk(engine, TENANT, NOW) as desk:
        await spread(desk)
    seen = asyncio.Barrier(2)

    async def look() -> int:
        async with open_desk(engine, TENANT, NOW) as desk:
            found = await desk.db.execute(select(func.count()).where(t.delivery.c.state == "waiting"))
            await seen.wait()
            return found.scalar_one()

    async def take() -> list[UUID]:
        async with open_desk(engine, TENANT, NOW) as desk:
            await seen.wait()
            return [each.id for each in await claim(desk)]

    assert await asyncio.gather(look(), look()) == [20, 20]
    one, two = await asyncio.gather(take(), take())
    assert len(one) + len(two) == 20
    assert not set(one) & set(two)


# replay


async def test_replay_sends_again_what_arrived_and_what_was_missed(
    engine: AsyncEngine, clean: None, wire: Wire
) -> None:
    async with receiving() as partner:
        actor, added = await subscribed(engine, partner.url)
        await happens(engine, "BA2345")
        await rounds(engine, wire)
        async with open_desk(engine, TENANT, NOW) as desk:
            await webhooks.disable(desk, actor_id=actor, endpoint_id=added.id)
        await happens(engine, "BMISSED")
        assert await rounds(engine, wire) == 0
        async with open_desk(engine, TENANT, NOW) as desk:
            await webhooks.enable(desk, actor_id=actor, endpoint_id=added.id)
        await rounds(engine, wire)
        assert "BMISSED" not in partner.subjects
        before = len(partner.got)
        async with open_desk(engine, TENANT, NOW) as desk:
            assert await webhooks.replay(desk, actor_id=actor, endpoint_id=added.id, since=NOW) == 4
        await rounds(engine, wire)
        assert len(partner.got) == before + 4
        assert {"BA2345", "BMISSED"} <= set(partner.subjects[before:])
        async with open_desk(engine, TENANT, NOW) as desk:
            chosen = (await queries.deliveries(desk, actor, added.id))[0]
            assert (
                await webhooks.replay(desk, actor_id=actor, endpoint_id=added.id, delivery_id=chosen.id) == 1
            )
        assert await rounds(engine, wire) == 1
        assert partner.subjects[-1] == chosen.subject


# bad input


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        ({"since": None, "delivery_id": None}, BadTerms),
        ({"since": NOW, "delivery_id": uuid4()}, BadTerms),
        ({"since": datetime(2026, 11, 20)}, BadTerms),
        ({"delivery_id": uuid4()}, NotFound),
    ],
)
async def test_a_replay_of_nothing_is_refused(desk: Desk, asked: dict, refusal: type[Exception]) -> None:
    me = await farmer(desk)
    added = await webhooks.add(desk, actor_id=me, url="https://partner.example/")
    with pytest.raises(refusal):
        await webhooks.replay(desk, actor_id=me, endpoint_id=added.id, **asked)


async def test_somebody_elses_endpoint_is_as_if_it_were_not_there(desk: Desk) -> None:
    me, other = await farmer(desk), await buyer(desk)
    added = await webhooks.add(desk, actor_id=me, url="https://partner.example/")
    with pytest.raises(NotYours):
        await webhooks.add(desk, actor_id=other, url="https://partner.example/", for_all=True)
    for act in (webhooks.rotate, webhooks.disable, webhooks.enable, webhooks.remove, webhooks.change):
        with pytest.raises(NotFound):
            await act(desk, actor_id=other, endpoint_id=added.id)
    with pytest.raises(NotFound):
        await queries.deliveries(desk, other, added.id)
    with pytest.raises(NotFound):
        await webhooks.replay(desk, actor_id=other, endpoint_id=added.id, since=NOW)
    assert await queries.endpoints(desk, other) == ()
    assert [each.state for each in await queries.endpoints(desk, me)] == ["active"]


async def test_bad_terms_change_nothing(desk: Desk) -> None:
    me = await farmer(desk)
    with pytest.raises(BadTerms):
        await webhooks.add(desk, actor_id=me, url="https://10.0.0.1/")
    with pytest.raises(BadTerms):
        await webhooks.add(desk, actor_id=me, url="https://partner.example/", kinds=["all"])
    assert await queries.endpoints(desk, me) == ()
    added = await webhooks.add(desk, actor_id=me, url="https://partner.example/")
    with pytest.raises(BadTerms):
        await webhooks.change(desk, actor_id=me, endpoint_id=added.id, url="http://partner.example/")
    with pytest.raises(Moved):
        await webhooks.enable(desk, actor_id=me, endpoint_id=added.id)
    for _ in range(9):
        await webhooks.add(desk, actor_id=me, url="https://partner.example/")
    with pytest.raises(TooManyEndpoints):
        await webhooks.add(desk, actor_id=me, url="https://partner.example/")


async def test_a_removed_endpoint_leaves_nothing_behind(engine: AsyncEngine, clean: None, wire: Wire) -> None:
    async with receiving() as partner:
        actor, added = await subscribed(engine, partner.url)
        await happens(engine, "BA2345")
        await rounds(engine, wire)
    async with open_desk(engine, TENANT, NOW) as desk:
        await webhooks.remove(desk, actor_id=actor, endpoint_id=added.id)
        for table in (t.endpoint, t.secret, t.delivery, t.attempt):
            assert (await desk.db.execute(select(func.count()).select_from(table))).scalar() == 0


# the way out


def resolving(monkeypatch: pytest.MonkeyPatch, **names: list[str]) -> list[str]:
    """The resolver of a hostile or honest name; the list tells what was asked of it."""
    asked: list[str] = []

    def answer(host, port, *_, **__):
        asked.append(host)
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in names[host.split(".")[0]]
        ]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return asked


@pytest.mark.parametrize(
    "addresses",
    [["10.0.0.1"], ["169.254.169.254"], ["8.8.8.8", "127.0.0.1"], ["::ffff:10.0.0.1"], ["fe80::1%eth0"]],
)
async def test_a_name_that_leads_inside_is_not_called(
    monkeypatch: pytest.MonkeyPatch, addresses: list[str]
) -> None:
    resolving(monkeypatch, partner=addresses)
    async with receiving() as inside, Wire(seconds=0.5) as wire:
        answer = await wire.post(f"https://partner.example:{inside.port}/", {}, b"{}")
    assert (answer.status, answer.fault) == (None, "private")
    assert inside.got == []


async def test_without_the_guard_it_would_be_called(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, partner=["127.0.0.1"])
    async with receiving() as inside, Wire(seconds=0.5, loopback=True) as wire:
        answer = await wire.post(f"http://partner.example:{inside.port}/", {}, b"{}")
        assert answer.status == 204
        assert len(inside.got) == 1


async def test_the_name_stays_in_tls_and_host_and_is_resolved_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    server, client = certificate(tmp_path, "partner.example")
    asked = resolving(monkeypatch, partner=["127.0.0.1"], other=["127.0.0.1"])
    async with receiving(tls=server) as partner, Wire(loopback=True, trust=client, seconds=2) as wire:
        answer = await wire.post(f"https://partner.example:{partner.port}/x", {"webhook-id": "m"}, b"{}")
        assert answer.status == 204
        assert partner.names == ["partner.example"]
        assert partner.got[0].headers["host"] == f"partner.example:{partner.port}"
        assert asked == ["partner.example"]  # what was looked at is what is called
        wrong = await wire.post(f"https://other.example:{partner.port}/x", {}, b"{}")
        assert (wrong.status, wrong.fault) == (None, "unreachable")  # the certificate is another's
        assert len(partner.got) == 1


def certificate(tmp_path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    own, private = tmp_path / "cert.pem", tmp_path / "key.pem"
    own.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(own, private)
    return server, ssl.create_default_context(cafile=str(own))


async def test_the_hot_statement_walks_its_index(engine: AsyncEngine, clean: None) -> None:
    await subscribed(engine, "https://partner.example/")
    await happens(engine, *(f"B{n % 100}" for n in range(500)))
    async with open_desk(engine, TENANT, NOW) as desk:
        assert await spread(desk) == 500
    async with open_desk(engine, TENANT, NOW) as desk:
        await desk.db.execute(text("SET LOCAL enable_seqscan = off"))
        plan = await desk.db.execute(
            text("EXPLAIN (FORMAT JSON) " + CLAIM.text),
            {"tenant": 1, "now": NOW, "until": NOW, "at_once": 200, "per_endpoint": 40},
        )
        said = json.dumps(plan.scalar_one())
    assert "ix_webhook_delivery_due" in said
    assert "ix_webhook_delivery_key" in said
