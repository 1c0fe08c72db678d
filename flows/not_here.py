"""What is not here yet, said honestly. The question is kept, so that its answer can be sent later."""

from collections.abc import Mapping, Sequence

from flows.agenda import MENU, PERSON
from flows.flow import Flow
from flows.heard import Heard
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
    "sensor": msg("I cannot read sensors yet."),
}
#: On whose leaves the eyes know some diseases.
LEAVES = ("coffee", "potato")
PRICE_ALERT = Option("price_alert", label("Price alert"), deed="go:price_alert")


def matter(heard: Heard) -> str:
    """ "Tell me when it rains", "my soil sensor": an alert, and nothing of the kind that waits for prices."""
    watched: str | None = heard.values.get("watch")
    return watched or heard.intent


def answer(turn: Turn) -> Steps[tuple[Option, ...]]:
    """What can be done now instead."""
    intent, crop = turn.heard.intent, turn.heard.values.get("commodity")
    leaf = intent == "pest_help" and turn.channel.photos and crop in LEAVES
    if leaf:
        turn.say(msg("Send me a photo of one leaf: I may see what it has."))
    else:
        turn.say(NOT_HERE[matter(turn.heard)])
    if (yield from _keep(turn)):
        turn.say(msg("I have kept your question and write to you when there is an answer."))
    turn.say(msg("A person can help you now."))
    photo = (Option("photo", label("Photo check"), deed=f"go:grade:{crop}"),) if leaf else ()
    return (*photo, PERSON, *((PRICE_ALERT,) if intent == "alerts" else ()))


def _keep(turn: Turn) -> Steps[bool]:
    return (
        yield from market(
            questions.keep_question,
            person_id=turn.person.id,
            intent=turn.heard.intent,
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
