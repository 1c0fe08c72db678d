"""Work that takes its time is done for every tenant, each behind its own fence."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from procrastinate.testing import InMemoryConnector
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import jobs
from bot.attachments import OVERDUE, TRIED_FOR, keep, lost
from bot.carriers.port import all_by
from bot.carriers.twilio.api import Twilio
from bot.message import Attachment
from bot.settings import Settings
from bot.tenants import add
from marketplace_core.audit.commands import note
from marketplace_core.audit.verify import verify
from marketplace_core.desk import open_desk
from marketplace_core.fraud.queries import queue
from marketplace_core.listings.rules import KOLKATA
from marketplace_core.store import Folder
from marketplace_core.tenants import HOUSE
from tests.marketplace_core.people import buyer, farmer, straw
from tests.marketplace_core.pictures import file_of, picture

SETTINGS = Settings(_env_file=None)
VOICE = b"OggS" + bytes(100)


@pytest.fixture
async def fpo(engine: AsyncEngine, clean: None) -> int:
    return await add(engine, "Moga Farmers", [])


@dataclass
class Shelf:
    """The carrier's side: one voice note at every address, until it is told to delete it."""

    deleted: list[str] = field(default_factory=list)
    in_the_way: list[int] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.method == "DELETE":
            if self.in_the_way:
                return httpx.Response(self.in_the_way.pop(0))
            self.deleted.append(request.url.path.rpartition("/")[2])
            return httpx.Response(204)
        return httpx.Response(200, content=VOICE, headers={"content-type": "audio/ogg"})


@pytest.fixture
def at_carrier() -> Shelf:
    return Shelf()


@pytest.fixture
async def tools(engine: AsyncEngine, tmp_path: Path, at_carrier: Shelf) -> AsyncIterator[jobs.Tools]:
    async with Twilio(SETTINGS, httpx.MockTransport(at_carrier)) as twilio:
        yield jobs.Tools(engine, all_by(twilio), Folder(tmp_path))


def address(letter: str) -> str:
    account = f"{SETTINGS.twilio_api_url}/2010-04-01/Accounts/{SETTINGS.twilio_account_sid}"
    return f"{account}/Messages/MM{'1' * 32}/Media/ME{letter * 32}"


async def sent_in(engine: AsyncEngine, tenant: int, *letters: str, at: datetime | None = None) -> list[UUID]:
    """Voice notes at the carrier, noted in our books."""
    async with open_desk(engine, tenant, at or datetime.now(UTC)) as desk:
        about = tuple(Attachment(address(letter), "audio/ogg") for letter in letters)
        return [*(await keep(desk, await farmer(desk), "twilio", about)).ids]


async def run(tools: jobs.Tools, task: Any, **about: Any) -> None:
    """One job of this kind and no other that is due by the clock, by a real worker that leaves when it is done."""
    with jobs.app.replace_connector(InMemoryConnector()) as app:
        async with app.open_async():
            own = await task.configure(queue="this one").defer_async(**about)
            await app.run_worker_async(
                queues=["this one"],
                wait=False,
                install_signal_handlers=False,
                additional_context={"tools": tools},
            )
            status = app.connector.jobs[own]["status"]  # type: ignore[attr-defined]
    assert status == "succeeded"


async def each(engine: AsyncEngine, tenants: tuple[int, ...], sql: str) -> list[Any]:
    found = []
    for tenant in tenants:
        async with open_desk(engine, tenant, datetime.now(UTC)) as desk:
            found.append((await desk.db.execute(text(sql))).scalar_one())
    return found


async def test_what_has_run_out_runs_out_at_every_tenant(
    engine: AsyncEngine, fpo: int, tools: jobs.Tools
) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=31)
    for tenant in (HOUSE, fpo):
        async with open_desk(engine, tenant, long_ago) as desk:
            await straw(desk, await farmer(desk), available_from=long_ago.astimezone(KOLKATA).date())
            now = replace(desk, now=datetime.now(UTC))
            await straw(now, await farmer(now), available_from=now.now.date() + timedelta(days=1))
    await run(tools, jobs.run_out, timestamp=0)
    sql = "SELECT string_agg(state, ' ' ORDER BY id) FROM listing"
    assert await each(engine, (HOUSE, fpo), sql) == ["expired active"] * 2


async def test_answered_messages_are_forgotten_after_a_week_at_every_tenant(
    engine: AsyncEngine, fpo: int, tools: jobs.Tools
) -> None:
    heard = text("INSERT INTO inbound VALUES (:tenant, 'twilio', :id, uuidv7(), NULL, :at)")
    now = datetime.now(UTC)
    for tenant in (HOUSE, fpo):
        async with open_desk(engine, tenant, now) as desk:
            for days in (6, 8):
                about = {"tenant": tenant, "id": f"SM{days}", "at": now - timedelta(days=days)}
                await desk.db.execute(heard, about)
    await run(tools, jobs.tidy, timestamp=0)
    left = "SELECT string_agg(carrier_id, ' ') FROM inbound"
    assert await each(engine, (HOUSE, fpo), left) == ["SM6", "SM6"]


async def test_an_attachment_is_fetched_for_its_own_tenant_and_no_other(
    engine: AsyncEngine, fpo: int, tools: jobs.Tools
) -> None:
    (attachment,) = await sent_in(engine, fpo, "1")
    await run(tools, jobs.fetch, tenant=HOUSE, attachment=str(attachment))
    assert await each(engine, (fpo,), "SELECT key IS NULL FROM media") == [True]
    await run(tools, jobs.fetch, tenant=fpo, attachment=str(attachment))
    assert await each(engine, (fpo,), "SELECT content_type FROM media WHERE key IS NOT NULL") == ["audio/ogg"]


WHERE_IT_LIES = """
    SELECT string_agg(concat_ws(' ', key IS NOT NULL, left_carrier_at IS NOT NULL), ', ' ORDER BY id) FROM media
"""


async def test_what_was_copied_is_deleted_at_its_carrier(
    engine: AsyncEngine, clean: None, tools: jobs.Tools, at_carrier: Shelf
) -> None:
    one, _ = await sent_in(engine, HOUSE, "1", "2")
    await run(tools, jobs.fetch, tenant=HOUSE, attachment=str(one))
    assert at_carrier.deleted == [f"ME{'1' * 32}.json"]
    assert await each(engine, (HOUSE,), WHERE_IT_LIES) == ["t t, f f"]
    await run(tools, jobs.leave_carriers, timestamp=0)
    assert await each(engine, (HOUSE,), WHERE_IT_LIES) == ["t t, f f"], "what is not copied yet must stay"
    assert len(at_carrier.deleted) == 1


async def test_what_the_carrier_did_not_delete_is_kept_all_the_same_and_deleted_there_later(
    engine: AsyncEngine, fpo: int, tools: jobs.Tools, at_carrier: Shelf
) -> None:
    at_carrier.in_the_way = [500, 401, 503]
    for tenant, letter in ((HOUSE, "1"), (fpo, "2")):
        (noted,) = await sent_in(engine, tenant, letter)
        await run(tools, jobs.fetch, tenant=tenant, attachment=str(noted))
    assert await each(engine, (HOUSE, fpo), WHERE_IT_LIES) == ["t f", "t f"]
    await run(tools, jobs.leave_carriers, timestamp=0)
    assert len(at_carrier.deleted) == 1, "what fails for one tenant goes on for the other"
    await run(tools, jobs.leave_carriers, timestamp=0)
    assert await each(engine, (HOUSE, fpo), WHERE_IT_LIES) == ["t t", "t t"]
    assert sorted(at_carrier.deleted) == [f"ME{'1' * 32}.json", f"ME{'2' * 32}.json"]
    await run(tools, jobs.leave_carriers, timestamp=0)
    assert len(at_carrier.deleted) == 2


async def test_a_carrier_that_is_away_is_soon_left_alone_and_everything_goes_later(
    engine: AsyncEngine, fpo: int, tools: jobs.Tools, at_carrier: Shelf
) -> None:
    for tenant, letters in ((HOUSE, "12345"), (fpo, "abcde")):
        noted = await sent_in(engine, tenant, *letters)
        async with open_desk(engine, tenant, datetime.now(UTC)) as desk:
            for one in noted:
                await lost(desk, one, "HTTP 403")
    at_carrier.in_the_way = [503] * 10
    await run(tools, jobs.leave_carriers, timestamp=0)
    assert (at_carrier.deleted, len(at_carrier.in_the_way)) == ([], 10 - 2 * jobs.AWAY)
    at_carrier.in_the_way = [503]
    await run(tools, jobs.leave_carriers, timestamp=0)
    assert len(at_carrier.deleted) == 9, "one failure keeps nothing else"
    await run(tools, jobs.leave_carriers, timestamp=0)
    assert sorted(at_carrier.deleted) == [f"ME{letter * 32}.json" for letter in "12345abcde"]


async def waiting_after(tools: jobs.Tools, *tasks: Any) -> list[dict[str, Any]]:
    """What these rounds, one after the other, have left to fetch again."""
    with jobs.app.replace_connector(InMemoryConnector()) as app:
        async with app.open_async():
            for task in tasks:
                await task.configure(queue="this one", queueing_lock=None).defer_async(timestamp=0)
                await app.run_worker_async(
                    queues=["this one"],
                    wait=False,
                    install_signal_handlers=False,
                    additional_context={"tools": tools},
                )
            every = app.connector.jobs.values()  # type: ignore[attr-defined]
            assert [job["status"] for job in every if job["queue_name"] == "this one"] == [
                "succeeded" for _ in tasks
            ]
            return [job["args"] for job in every if job["task_name"] == jobs.fetch_again.name]


async def test_what_a_killed_worker_never_fetched_is_fetched_again(
    engine: AsyncEngine, fpo: int, tools: jobs.Tools
) -> None:
    now = datetime.now(UTC)
    overdue = now - OVERDUE - timedelta(minutes=1)
    (waits,) = await sent_in(engine, HOUSE, "1", at=overdue)
    (theirs,) = await sent_in(engine, fpo, "2", at=overdue)
    (given_up,) = await sent_in(engine, HOUSE, "3", at=overdue)
    async with open_desk(engine, HOUSE, now) as desk:
        await lost(desk, given_up, "HTTP 404")
    await sent_in(engine, HOUSE, "4", at=now)  # its job is still at it
    await sent_in(engine, HOUSE, "5", at=now - TRIED_FOR - timedelta(minutes=1))
    again = await waiting_after(tools, jobs.fetch_unsettled, jobs.fetch_unsettled)
    assert again == [
        {"tenant": HOUSE, "attachment": str(waits)},
        {"tenant": fpo, "attachment": str(theirs)},
    ], "and once, however many rounds go by"
    for args in again:
        await run(tools, jobs.fetch_again, **args)
    kept = "SELECT string_agg(right(url, 1), '' ORDER BY id) FROM media WHERE key IS NOT NULL"
    assert await each(engine, (HOUSE, fpo), kept) == ["1", "2"]
    assert await waiting_after(tools, jobs.fetch_unsettled) == []


async def test_a_deletion_is_not_tried_for_ever(
    engine: AsyncEngine, clean: None, tools: jobs.Tools, at_carrier: Shelf
) -> None:
    long_ago = datetime.now(UTC) - TRIED_FOR - timedelta(minutes=1)
    for letter, at in (("1", long_ago), ("2", long_ago + timedelta(hours=1))):
        (noted,) = await sent_in(engine, HOUSE, letter, at=at)
        async with open_desk(engine, HOUSE, at) as desk:
            await lost(desk, noted, "HTTP 403")
    await run(tools, jobs.leave_carriers, timestamp=0)
    assert at_carrier.deleted == [f"ME{'2' * 32}.json"]


async def test_a_sticker_is_neither_a_photo_nor_fetched_and_leaves_its_carrier_too(
    engine: AsyncEngine, clean: None, tools: jobs.Tools, at_carrier: Shelf
) -> None:
    came = (
        Attachment(address("1"), "image/webp", sticker=True),
        *(Attachment(address(str(n)), "image/jpeg") for n in range(2, 10)),
        Attachment(address("a"), "application/pdf"),
    )
    async with open_desk(engine, HOUSE, datetime.now(UTC)) as desk:
        noted = await keep(desk, await farmer(desk), "twilio", came)
    assert (len(noted.ids), len(noted.photos)) == (9, 8)
    assert [str(own_id) for own_id in noted.ids[:-1]] == [*noted.photos]
    urls = "SELECT string_agg(right(url, 1), '' ORDER BY id) FROM media WHERE lost_because IS NULL"
    assert await each(engine, (HOUSE,), urls) == ["23456789a"]
    await run(tools, jobs.leave_carriers, timestamp=0)
    assert at_carrier.deleted == [f"ME{'1' * 32}.json"]


async def test_what_was_written_into_the_audit_book_is_closed_at_every_tenant(
    engine: AsyncEngine, fpo: int, tools: jobs.Tools
) -> None:
    for tenant in (HOUSE, fpo):
        async with open_desk(engine, tenant, datetime.now(UTC)) as desk:
            await note(desk, actor_id=None, action="flag.cleared", subject="x", facts={})
    await run(tools, jobs.seal, timestamp=0)
    open_still = "SELECT count(*) FROM audit_entry WHERE hash IS NULL"
    assert await each(engine, (HOUSE, fpo), open_still) == [0, 0]
    for tenant in (HOUSE, fpo):
        async with open_desk(engine, tenant, datetime.now(UTC)) as desk:
            assert (await verify(desk, [])).broken is None


async def test_a_photo_is_known_again_as_soon_as_it_is_fetched(
    engine: AsyncEngine, fpo: int, tmp_path: Path
) -> None:
    content = file_of(picture(1))

    def carrier(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=content, headers={"content-type": "image/jpeg"})

    async with open_desk(engine, HOUSE, datetime.now(UTC)) as desk:
        me, other = await farmer(desk), await buyer(desk)
        mine = (await keep(desk, me, "twilio", (Attachment(address("1"), "image/jpeg"),))).ids[0]
        theirs = (await keep(desk, other, "twilio", (Attachment(address("2"), "image/jpeg"),))).ids[0]
        tomorrow = datetime.now(UTC).date() + timedelta(days=1)
        await straw(desk, me, photos=[mine], available_from=tomorrow)
        copied = await straw(desk, other, photos=[theirs], available_from=tomorrow)
    async with Twilio(SETTINGS, httpx.MockTransport(carrier)) as twilio:
        own = jobs.Tools(engine, all_by(twilio), Folder(tmp_path))
        for photo in (mine, theirs):
            await run(own, jobs.fetch, tenant=HOUSE, attachment=str(photo))
    async with open_desk(engine, HOUSE, datetime.now(UTC)) as desk:
        assert [(flag.rule, flag.subject) for flag in await queue(desk)] == [("same_photo", copied.code)]
