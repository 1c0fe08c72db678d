"""Of agents: what they want to do for somebody, what came of it, and a way in vain."""

from uuid import UUID

from flows.agenda import ask_again, open_flow, proceed
from flows.agent_asks import AGENT_ASKS, accepted
from flows.heard import News
from flows.menu import ON
from flows.notices.notice import MY_BOOKINGS, MY_LISTINGS, Notice, Opener, offer_when_idle
from flows.refusals import OVER
from flows.say import Option, Say, msg
from flows.shortcodes.why import why_named
from flows.state import Frame
from flows.turn import Steps, Turn, market
from marketplace_core.accounts import queries as people

AGREED = msg("{name} has agreed: {code}.")
TOO_LATE = msg("{name} said yes to {code}, but it was too late.")
REFUSED = msg("{name} has said no.")
WITHDRAWN = msg("Your agent has taken the question back.")
GRADED = msg("An agent looked at {code} and gave it grade {grade}.")
FAILED = msg("The cart could not fetch or bring {code} today. The booking stands.")

#: The code that asks so; all else is called as it is sent.
SENT_AS = {"counter": "REJ"}

ASKS = Opener(msg("Your agent asks you something."), ON)


def _asked(turn: Turn, news: News) -> Steps[None]:
    _forget(turn, news.about.get("instead"))
    open_flow(turn, AGENT_ASKS, {"ask": news.subject, "kind": news.about["kind"]})
    yield from proceed(turn)


def _agreed(turn: Turn, news: News) -> Steps[None]:
    code = news.about.get("code") or news.about["kind"].upper()
    if turn.person.id == UUID(news.about["person_id"]):  # the agent had the code from them
        top = turn.state.top
        _forget(turn, news.subject)
        turn.say(msg("Your agent told me your code: {code} is done.", code=code))
        pay = yield from accepted(turn, news.about["kind"], code)
        yield from _go_on(turn, top, *pay)
        return
    name = (yield from market(people.person, UUID(news.about["person_id"]))).name or "*"
    turn.say(Say(AGREED.text, {"name": name, "code": code}))


def _refused(turn: Turn, news: News) -> Steps[None]:
    name = (yield from market(people.person, UUID(news.about["person_id"]))).name or "*"
    turn.say(Say(REFUSED.text, {"name": name}))


def _withdrawn(turn: Turn, news: News) -> Steps[None]:
    yield from _over(turn, news, WITHDRAWN)


def _too_late(turn: Turn, news: News) -> Steps[None]:
    """For whoever did not speak: they have not heard yet that the yes came too late."""
    if turn.person.id == UUID(news.about["person_id"]):
        yield from _over(turn, news, OVER["question"])
        return
    name = (yield from market(people.person, UUID(news.about["person_id"]))).name or "*"
    code = f"{SENT_AS.get(news.about['kind'], news.about['kind'].upper())} {news.about['subject']}".strip()
    turn.say(Say(TOO_LATE.text, {"name": name, "code": code}))
    turn.say(why_named(news.about["why"], news.about["facts"]))


def _over(turn: Turn, news: News, said: Say) -> Steps[None]:
    """The question does not stand open any more; what lay below it does."""
    top = turn.state.top
    _forget(turn, news.subject)
    turn.say(said)
    yield from _go_on(turn, top)


def _go_on(turn: Turn, top: Frame | None, *ways: Option) -> Steps[None]:
    frames = turn.state.frames
    if frames and top is not frames[-1]:
        yield from ask_again(turn)
    else:
        offer_when_idle(turn, *ways)


def _forget(turn: Turn, ask_id: str | None) -> None:
    turn.state.frames[:] = [one for one in turn.state.frames if not ask_id or one.slots.get("ask") != ask_id]


def _graded(turn: Turn, news: News) -> Steps[None]:
    grade, moisture = news.about["grade"], news.about["moisture"]
    if news.about.get("taken_back"):
        turn.say(msg("Your agent has taken the grade of {code} back.", code=news.subject))
        turn.say(*((msg("Grade: {grade}.", grade=grade),) if grade else ()))
    else:
        turn.say(Say(GRADED.text, {"code": news.subject, "grade": grade}))
    if moisture is not None:
        percent = f"{moisture / 10:.1f}".removesuffix(".0")
        turn.say(msg("Moisture {percent} %, as the agent judged it.", percent=percent))
    offer_when_idle(turn, MY_LISTINGS)
    return
    yield


def _failed(turn: Turn, news: News) -> Steps[None]:
    turn.say(Say(FAILED.text, {"code": news.subject}))
    offer_when_idle(turn, MY_BOOKINGS)
    return
    yield


NOTICES = {
    "agent.asked": Notice(("person_id",), _asked, urgent=True, opener=ASKS),
    "agent.agreed": Notice(("agent_id", "person_id"), _agreed, urgent=True, opener=Opener(AGREED, ON)),
    "agent.too_late": Notice(("agent_id", "person_id"), _too_late, urgent=True, opener=Opener(TOO_LATE, ON)),
    "agent.withdrawn": Notice(("person_id",), _withdrawn, urgent=True, opener=ASKS),
    "agent.refused": Notice(("agent_id",), _refused, urgent=True, opener=Opener(REFUSED, ON)),
    "agent.graded": Notice(("seller_id",), _graded, opener=Opener(GRADED, MY_LISTINGS)),
    "agent.failed": Notice(
        ("seller_id", "buyer_id"), _failed, urgent=True, opener=Opener(FAILED, MY_BOOKINGS)
    ),
}
