"""What nobody can answer yet is kept, and answered once."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from marketplace_core.desk import Desk
from marketplace_core.errors import BadTerms, Moved, NotFound
from marketplace_core.events import claim
from marketplace_core.privacy.retention import sweep
from marketplace_core.questions.commands import LONGEST_ANSWER, MOST_WAITING, answer_question, keep_question
from marketplace_core.questions.queries import by_id, waiting
from tests.conftest import NOW
from tests.marketplace_core.people import buyer, farmer

RAIN = "कल बारिश होगी क्या"


async def asked(desk: Desk, person: UUID, words: str = RAIN) -> bool:
    return await keep_question(desk, person_id=person, intent="weather", words=words, language="hi")


async def test_a_question_is_kept_once_in_their_own_words(desk: Desk) -> None:
    me, other = await farmer(desk), await buyer(desk)
    assert await asked(desk, me)
    assert await asked(desk, me, f" {RAIN} ")
    assert await asked(desk, other)
    assert [(each.person_id, each.intent, each.words, each.language) for each in await waiting(desk)] == [
        (me, "weather", RAIN, "hi"),
        (other, "weather", RAIN, "hi"),
    ]


async def test_one_person_does_not_fill_the_list(desk: Desk) -> None:
    me = await farmer(desk)
    assert all([await asked(desk, me, f"{RAIN} {n}") for n in range(MOST_WAITING)])
    assert not await asked(desk, me, "one more")
    assert not await asked(desk, await buyer(desk), "  ")
    assert len(await waiting(desk)) == MOST_WAITING


async def test_it_is_answered_once_and_the_one_who_asked_is_told(desk: Desk) -> None:
    me = await farmer(desk)
    await asked(desk, me)
    (question,) = await waiting(desk)
    for empty in ("", "  ", "x" * (LONGEST_ANSWER + 1)):
        with pytest.raises(BadTerms):
            await answer_question(desk, question.id, answer=empty)
    await answer_question(desk, question.id, answer=" No rain until Friday. ")
    with pytest.raises(Moved):
        await answer_question(desk, question.id, answer="Rain.")
    with pytest.raises(NotFound):
        await answer_question(desk, uuid4(), answer="Rain.")
    assert await waiting(desk) == ()
    kept = await by_id(desk, question.id)
    assert kept
    assert (kept.answer, kept.answered_at) == ("No rain until Friday.", NOW)
    (event,) = await claim(desk, 10)
    assert (event.kind, event.subject) == ("question.answered", str(question.id))
    assert event.about == {"person_id": str(me), "intent": "weather"}


async def test_after_a_year_it_is_forgotten(desk: Desk) -> None:
    await asked(desk, await farmer(desk))
    await sweep(replace(desk, now=NOW + timedelta(days=364)))
    assert len(await waiting(desk)) == 1
    await sweep(replace(desk, now=NOW + timedelta(days=366)))
    assert await waiting(desk) == ()
