"""What is not here yet, said honestly. The question is kept, so that its answer can be sent later."""

from collections.abc import Mapping, Sequence

from flows.agenda import MENU, PERSON
from flows.flow import Flow
from flows.say import Option, Say, label, msg, verbatim
from flows.state import Frame
from flows.turn import Steps, Turn, market
from marketplace_core.questions import commands as questions
from marketplace_core.questions import queries
from marketplace_core.questions.queries import Question

NOT_HERE: Mapping[str, Say] = {
    "weather": msg("I cannot tell the weather yet."),
    "crop_advice": msg("I cannot advise on growing yet."),
    "pest_help": msg("I cannot judge pests or diseases yet."),
    "certificate": msg("I cannot make certificates yet."),
    "verify_certificate": msg("I cannot check certificates yet."),
    "open_shop": msg("I cannot make a shop page yet."),
}
#: On whose leaves the eyes know some diseases.
LEAVES = ("coffee", "potato")


def answer(turn: Turn) -> Steps[tuple[Option, ...]]:
    """What can be done now instead."""
    intent, crop = turn.heard.intent, turn.heard.values.get("commodity")
    leaf = intent == "pest_help" and turn.channel.photos and crop in LEAVES
    if leaf:
        turn.say(msg("Send me a photo of one leaf: I may see what it has."))
    else:
        turn.say(NOT_HERE[intent])
    if (yield from keep(turn, intent)):
        turn.say(msg("I have kept your question and write to you when there is an answer."))
    turn.say(msg("A person can help you now."))
    photo = (Option("photo", label("Photo check"), deed=f"go:grade:{crop}"),) if leaf else ()
    return (*photo, PERSON)


def keep(turn: Turn, intent: str) -> Steps[bool]:
    return (
        yield from market(
            questions.keep_question,
            person_id=turn.person.id,
            intent=intent,
            words=turn.heard.text,
            language=turn.person.language,
        )
    )


def answered(question: Question) -> Sequence[Say]:
    return msg("You asked: {question}", question=question.words), verbatim(question.answer or "")


def _show(turn: Turn, frame: Frame) -> Steps[None]:
    last = yield from market(queries.last_answered, turn.person.id)
    turn.say(*(answered(last) if last else (msg("A person can help you now."),)))
    turn.offer(PERSON, MENU)


#: Where WhatsApp lets us begin only with a template, which says that there is an answer and not which.
MY_ANSWERS = Flow("my_answers", title=msg("your question"), asks=(), commit=_show, deed=(), members=False)
