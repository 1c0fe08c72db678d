"""Keeping a question, and answering it later."""

from uuid import UUID

from sqlalchemy import insert, select, update

from marketplace_core.desk import Desk
from marketplace_core.errors import BadTerms, Moved, NotFound
from marketplace_core.events import record
from marketplace_core.questions import queries
from marketplace_core.questions.models import kept_question as t
from marketplace_core.questions.queries import Question

#: Of one person at one time: whoever asks more than this waits for a person already.
MOST_WAITING = 20
LONGEST_WORDS = 1000
#: Four SMS in any script.
LONGEST_ANSWER = 280


async def keep_question(desk: Desk, *, person_id: UUID, intent: str, words: str, language: str) -> bool:
    """False: so many of theirs wait already that no more are kept. The same words are kept once."""
    said = words.strip()[:LONGEST_WORDS]
    theirs = (
        (
            await desk.db.execute(
                select(t.c.words).where(
                    t.c.tenant_id == desk.tenant, t.c.person_id == person_id, t.c.answered_at.is_(None)
                )
            )
        )
        .scalars()
        .all()
    )
    if said in theirs:
        return True
    if not said or len(theirs) >= MOST_WAITING:
        return False
    await desk.db.execute(
        insert(t).values(
            tenant_id=desk.tenant,
            person_id=person_id,
            intent=intent,
            words=said,
            language=language,
            asked_at=desk.now,
        )
    )
    return True


async def answer_question(desk: Desk, question_id: UUID, *, answer: str) -> Question:
    """Once; it is sent in chat by itself."""
    said = answer.strip()
    if not 1 <= len(said) <= LONGEST_ANSWER:
        raise BadTerms("answer")
    done = await desk.db.execute(
        update(t)
        .where(t.c.tenant_id == desk.tenant, t.c.id == question_id, t.c.answered_at.is_(None))
        .values(answer=said, answered_at=desk.now)
    )
    question = await queries.by_id(desk, question_id)
    if question is None:
        raise NotFound("question")
    if not done.rowcount:
        raise Moved("question", "answered")
    about = {"person_id": str(question.person_id), "intent": question.intent}
    await record(desk, "question.answered", str(question_id), about)
    return question
