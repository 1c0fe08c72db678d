"""`mandi questions`: what nobody could answer yet is listed, and its answer is sent."""

import asyncio
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from marketplace_core.desk import open_desk
from marketplace_core.events import claim
from marketplace_core.questions.commands import keep_question
from marketplace_core.questions.queries import waiting
from marketplace_core.seed import TENANT
from tests.conftest import NOW
from tests.house.test_cli import mandi
from tests.marketplace_core.people import farmer

WORDS = "कल बारिश होगी क्या"


async def test_a_question_is_listed_and_answered_once(
    engine: AsyncEngine, database_url: str, clean: None
) -> None:
    async with open_desk(engine, TENANT, NOW) as desk:
        me = await farmer(desk)
        await keep_question(desk, person_id=me, intent="weather", words=WORDS, language="hi")
        (question,) = await waiting(desk)

    async def run(*words: str) -> tuple[int, str, str]:
        done = await asyncio.to_thread(mandi, "questions", *words, DATABASE_URL=database_url)
        return done.returncode, done.stdout, done.stderr

    assert await run() == (0, f"{question.id}  2026-11-20 10:00  weather  hi  {WORDS}\n", "")
    code, _, why = await run("answer", str(question.id), "x" * 281)
    assert (code, why) == (1, "An answer has 1 to 280 letters.\n")
    assert (await run("answer", str(question.id), "शुक्रवार तक नहीं।"))[0] == 0
    assert await run() == (0, "", "")
    for nobodys in (question.id, UUID(int=1)):
        code, _, why = await run("answer", str(nobodys), "Rain.")
        assert (code, why) == (1, "No such question waits for an answer.\n")
    async with open_desk(engine, TENANT, NOW) as desk:
        assert [event.about["person_id"] for event in await claim(desk, 10)] == [str(me)]
