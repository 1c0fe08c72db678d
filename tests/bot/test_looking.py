"""A photo that came is looked at, whatever it turns out to be; no photo and no worker is lost over it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
from PIL import Image
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import jobs, looking
from bot.attachments import keep
from bot.carriers.port import all_by
from bot.carriers.twilio.api import Twilio
from bot.looking import Eyes
from bot.message import Attachment
from bot.settings import Settings
from marketplace_core.desk import open_desk
from marketplace_core.grading import commands as gradings
from marketplace_core.grading.commands import MOST_AN_HOUR
from marketplace_core.grading.queries import LEASE, MOST_TRIES, Grading, by_code, claim
from marketplace_core.photos import commands as photos
from marketplace_core.photos.prints import print_of
from marketplace_core.store import Folder, key_of
from marketplace_core.tenants import HOUSE
from tests.bot.test_jobs import run
from tests.marketplace_core.people import farmer
from tests.marketplace_core.pictures import file_of

SETTINGS = Settings(_env_file=None)
NIGHT = file_of(Image.new("RGB", (800, 600), (4, 4, 6)))
NOW = datetime.now(UTC)
PHOTOS = Path(__file__).parents[1] / "marketplace_core" / "grading" / "photos"


@pytest.fixture
def eyes(engine: AsyncEngine, clean: None, tmp_path: Path) -> Eyes:
    return Eyes(engine, Folder(tmp_path))


async def asked(eyes: Eyes, *contents: bytes, commodity: str = "wheat", prints: bytes | None = None) -> str:
    """A request whose photos are here. `prints` are of another picture where the content itself has none."""
    async with open_desk(eyes.engine, HOUSE, NOW) as desk:
        person = await farmer(desk)
        ids = []
        for content in contents:
            key = await eyes.store.store(content, "image/jpeg")
            ids.append(uuid4())
            known = await asyncio.to_thread(print_of, prints or content)
            await photos.remember(desk, ids[-1], person_id=person, key=key, prints=known)
        grading = await gradings.ask(desk, person_id=person, commodity=commodity, photos=ids)
        return grading.code


async def found(eyes: Eyes, code: str) -> Grading:
    async with open_desk(eyes.engine, HOUSE, NOW) as desk:
        grading = await by_code(desk, code)
    assert grading
    return grading


async def told(eyes: Eyes) -> list[str]:
    async with open_desk(eyes.engine, HOUSE, NOW) as desk:
        kinds = await desk.db.execute(text("SELECT kind FROM event WHERE kind LIKE 'grading.%' ORDER BY id"))
        return list(kinds.scalars())


async def test_what_waits_is_looked_at_once_and_told(eyes: Eyes) -> None:
    codes = [await asked(eyes, NIGHT), await asked(eyes, NIGHT, commodity="paddy_straw")]
    assert await looking.make_round(eyes, HOUSE, NOW) == 2
    assert await looking.make_round(eyes, HOUSE, NOW) == 0
    for code in codes:
        seen = await found(eyes, code)
        assert (seen.state, (seen.report or {})["why"][0]) == ("not_gradable", "too_dark")
    assert await told(eyes) == ["grading.not_gradable"] * 2


async def test_two_workers_share_the_work(eyes: Eyes) -> None:
    for _ in range(MOST_AN_HOUR):
        await asked(eyes, NIGHT)
    done = await asyncio.gather(*(looking.make_round(eyes, HOUSE, NOW) for _ in range(2)))
    assert sum(done) == MOST_AN_HOUR
    assert await told(eyes) == ["grading.not_gradable"] * MOST_AN_HOUR


@pytest.mark.parametrize(
    "content", [b"", b"%PDF-1.4 a bill", NIGHT[: len(NIGHT) // 2], b"\xff\xd8\xff" + bytes(99)]
)
async def test_what_does_not_open_is_said_and_spoils_nothing_beside_it(eyes: Eyes, content: bytes) -> None:
    broken = await asked(eyes, content, prints=NIGHT)
    dark = await asked(eyes, NIGHT)
    assert await looking.make_round(eyes, HOUSE, NOW) == 2
    assert ((await found(eyes, broken)).report or {})["why"][0] == "not_a_photo"
    assert ((await found(eyes, dark)).report or {})["why"][0] == "too_dark"


async def test_a_worker_that_died_over_it_leaves_it_to_the_next(eyes: Eyes) -> None:
    code = await asked(eyes, NIGHT)
    async with open_desk(eyes.engine, HOUSE, NOW) as desk:
        assert len(await claim(desk, 1)) == 1  # and then the power went
    assert await looking.make_round(eyes, HOUSE, NOW + LEASE / 2) == 0
    assert await looking.make_round(eyes, HOUSE, NOW + LEASE) == 1
    assert (await found(eyes, code)).state == "not_gradable"


async def test_what_kills_every_worker_is_left_to_an_agent(eyes: Eyes) -> None:
    code = await asked(eyes, NIGHT)
    for n in range(MOST_TRIES):
        async with open_desk(eyes.engine, HOUSE, NOW + n * LEASE) as desk:
            assert len(await claim(desk, 1)) == 1
    assert await looking.make_round(eyes, HOUSE, NOW + timedelta(days=1)) == 0
    assert (await found(eyes, code)).state == "asked"


async def test_a_file_that_is_gone_is_a_photo_that_is_lost(eyes: Eyes) -> None:
    code = await asked(eyes, NIGHT)
    await eyes.store.remove(key_of(NIGHT, "image/jpeg"))
    await looking.make_round(eyes, HOUSE, NOW)
    assert ((await found(eyes, code)).report or {})["why"][0] == "not_a_photo"


class TestOnItsWay:
    """A photo is asked about before it is fetched."""

    @pytest.fixture
    async def tools(self, eyes: Eyes) -> AsyncIterator[jobs.Tools]:
        def carrier(request: httpx.Request) -> httpx.Response:
            if request.method == "DELETE":
                return httpx.Response(204)
            which = request.url.path[-1]
            return httpx.Response(200, content=self.contents[int(which)])

        async with Twilio(SETTINGS, httpx.MockTransport(carrier)) as twilio:
            yield jobs.Tools(eyes.engine, all_by(twilio), eyes.store)

    contents: tuple[bytes, ...] = (NIGHT, b"%PDF-1.4 a bill", b"", b"\0\0\0\x18ftypheic" + bytes(99))

    async def sent(self, eyes: Eyes, *which: int) -> tuple[str, tuple[UUID, ...]]:
        account = f"{SETTINGS.twilio_api_url}/2010-04-01/Accounts/{SETTINGS.twilio_account_sid}"
        urls = [f"{account}/Messages/MM{'1' * 32}/Media/ME{'0' * 31}{n}" for n in which]
        async with open_desk(eyes.engine, HOUSE, NOW) as desk:
            person = await farmer(desk)
            kept = await keep(desk, person, "twilio", tuple(Attachment(url, "image/jpeg") for url in urls))
            grading = await gradings.ask(
                desk, person_id=person, commodity="wheat", photos=kept.ids, on_their_way=True
            )
        return grading.code, kept.ids

    async def test_it_is_looked_at_when_all_its_photos_are_here(self, eyes: Eyes, tools: jobs.Tools) -> None:
        code, (first, second) = await self.sent(eyes, 0, 0)
        await run(tools, jobs.fetch, tenant=HOUSE, attachment=str(first))
        assert await looking.make_round(eyes, HOUSE, NOW) == 0
        await run(tools, jobs.fetch, tenant=HOUSE, attachment=str(second))
        assert await looking.make_round(eyes, HOUSE, NOW) == 1
        assert (await found(eyes, code)).state == "not_gradable"

    @pytest.mark.parametrize("other", [1, 2, 3])
    async def test_what_only_called_itself_a_photo_is_told_at_once(
        self, eyes: Eyes, tools: jobs.Tools, other: int
    ) -> None:
        code, (photo,) = await self.sent(eyes, other)
        await run(tools, jobs.fetch, tenant=HOUSE, attachment=str(photo))
        seen = await found(eyes, code)
        assert (seen.state, (seen.report or {})["why"]) == ("not_gradable", ["not_a_photo"])

    async def test_one_that_is_lost_leaves_the_others_to_look_at(self, eyes: Eyes, tools: jobs.Tools) -> None:
        code, ids = await self.sent(eyes, 0, 1)
        for each in ids:
            await run(tools, jobs.fetch, tenant=HOUSE, attachment=str(each))
        assert await looking.make_round(eyes, HOUSE, NOW) == 1
        assert ((await found(eyes, code)).report or {})["why"][0] == "too_dark"


async def test_onions_that_were_called_tomatoes_are_asked_about(eyes: Eyes) -> None:
    photo = await asyncio.to_thread((PHOTOS / "onions.jpg").read_bytes)
    code = await asked(eyes, photo, commodity="tomato")
    await looking.make_round(eyes, HOUSE, NOW)
    seen = await found(eyes, code)
    assert (seen.state, (seen.report or {})["doubt"]) == ("asked", "onion")
    assert await told(eyes) == ["grading.seen"]
