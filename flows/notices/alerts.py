"""Of prices that somebody waits for, and of questions that somebody answered at last."""

from uuid import UUID

from flows.agenda import PERSON
from flows.alerts import NEW_ALERT, in_words
from flows.heard import News
from flows.not_here import answered
from flows.notices.notice import Notice, Opener, offer_when_idle
from flows.price import sell
from flows.say import Option, Say, label, msg
from flows.turn import Steps, Turn, market
from marketplace_core.alerts import queries as alerts
from marketplace_core.questions import queries as questions

COME = msg("Your price has come: {what:commodity} brings {price:rate} now ({day:dated}).")
RUN_OUT = msg("I waited 90 days for your price of {what:commodity}. It did not come, so I stop.")
ANSWERED = msg("You asked us something, and there is an answer now.")


def _come(turn: Turn, news: News) -> Steps[None]:
    about = news.about
    terms = {
        "what": about["commodity"],
        "price": {"paise": about["paise"], "per": "quintal"},
        "day": about["as_of"],
    }
    turn.say(Say(COME.text, terms))
    alert = yield from market(alerts.by_id, UUID(news.subject))
    if alert and not turn.channel.terse:
        turn.say(msg("You asked for {alert:say}.", alert=in_words(alert).to_json()))
    offer_when_idle(turn, sell(about["commodity"]))


def _run_out(turn: Turn, news: News) -> Steps[None]:
    turn.say(Say(RUN_OUT.text, {"what": news.about["commodity"]}))
    alert = yield from market(alerts.by_id, UUID(news.subject))
    if alert and not turn.channel.terse:
        turn.say(msg("You asked for {alert:say}.", alert=in_words(alert).to_json()))
    offer_when_idle(turn, NEW_ALERT)


def _answered(turn: Turn, news: News) -> Steps[None]:
    question = yield from market(questions.by_id, UUID(news.subject))
    if question and question.answer:
        turn.say(*answered(question))
        offer_when_idle(turn, PERSON)


SELL = Option("sell", label("Sell"), deed="go:sell")
READ = Option("read", label("Read it"), deed="go:my_answers")
NOTICES = {
    "price_alert.fired": Notice(("person_id",), _come, opener=Opener(COME, SELL)),
    "price_alert.expired": Notice(("person_id",), _run_out, opener=Opener(RUN_OUT, NEW_ALERT)),
    "question.answered": Notice(("person_id",), _answered, opener=Opener(ANSWERED, READ)),
}
