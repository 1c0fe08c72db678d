"""Work that takes its time is done for every tenant, each behind its own fence."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from procrastinate.testing import InMemoryConnector
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import jobs
from bot.attachments import keep
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


@pytest.fixture
async def tools(engine: AsyncEngine, tmp_path: Path) -> AsyncIterator[jobs.Tools]:
    def carrier(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=VOICE, headers={"content-type": "audio/ogg"})

    async with Twilio(SETTINGS, httpx.MockTransport(carrier)) as twilio:
        yield jobs.Tools(engine, all_by(twilio), Folder(tmp_path))


async def run(tools: jobs.Tools, task: Any, **about: Any) -> None:
    """One job of this kind, by a real worker that leaves when it is done."""
    with jobs.app.replace_connector(InMemoryConnector()) as app:
        async with app.open_async():
            own = await task.defer_async(**about)
            await app.run_worker_async(
                wait=False, install_signal_handlers=False, additional_context={"tools": tools}
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
    account = f"{SETTINGS.twilio_api_url}/2010-04-01/Accounts/{SETTINGS.twilio_account_sid}"
    url = f"{account}/Messages/MM{'1' * 32}/Media/ME{'1' * 32}"
    async with open_desk(engine, fpo, datetime.now(UTC)) as desk:
        noted = await keep(desk, await farmer(desk), "twilio", (Attachment(url, "audio/ogg"),))
    (attachment,) = noted.ids
    await run(tools, jobs.fetch, tenant=HOUSE, attachment=str(attachment))
    assert await each(engine, (fpo,), "SELECT key IS NULL FROM media") == [True]
    await run(tools, jobs.fetch, tenant=fpo, attachment=str(attachment))
    assert await each(engine, (fpo,), "SELECT content_type FROM media WHERE key IS NOT NULL") == ["audio/ogg"]


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

    account = f"{SETTINGS.twilio_api_url}/2010-04-01/Accounts/{SETTINGS.twilio_account_sid}"
    async with open_desk(engine, HOUSE, datetime.now(UTC)) as desk:
        me, other = await farmer(desk), await buyer(desk)
        urls = [f"{account}/Messages/MM{'1' * 32}/Media/ME{n * 32}" for n in "12"]
        mine = (await keep(desk, me, "twilio", (Attachment(urls[0], "image/jpeg"),))).ids[0]
        theirs = (await keep(desk, other, "twilio", (Attachment(urls[1], "image/jpeg"),))).ids[0]
        tomorrow = datetime.now(UTC).date() + timedelta(days=1)
        await straw(desk, me, photos=[mine], available_from=tomorrow)
        copied = await straw(desk, other, photos=[theirs], available_from=tomorrow)
    async with Twilio(SETTINGS, httpx.MockTransport(carrier)) as twilio:
        own = jobs.Tools(engine, all_by(twilio), Folder(tmp_path))
        for photo in (mine, theirs):
            await run(own, jobs.fetch, tenant=HOUSE, attachment=str(photo))
    async with open_desk(engine, HOUSE, datetime.now(UTC)) as desk:
        assert [(flag.rule, flag.subject) for flag in await queue(desk)] == [("same_photo", copied.code)]
