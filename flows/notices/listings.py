"""Of what somebody has for sale."""

from flows.heard import News
from flows.notices.notice import MY_LISTINGS, Notice, Opener, offer_when_idle
from flows.say import Say, msg
from flows.turn import Steps, Turn

RUN_OUT = msg("Your listing {code} has run out after 30 days.")


def _run_out(turn: Turn, news: News) -> Steps[None]:
    turn.say(Say(RUN_OUT.text, {"code": news.subject}))
    offer_when_idle(turn, MY_LISTINGS)
    return
    yield


NOTICES = {
    "listing.expired": Notice(("seller_id",), _run_out, opener=Opener(RUN_OUT, MY_LISTINGS)),
}
