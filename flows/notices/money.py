"""Of money: kept safe, on its way, arrived, come back."""

from collections.abc import Callable

from flows.agenda import MENU, PERSON
from flows.heard import News
from flows.notices.notice import MY_BOOKINGS, Notice, Opener, offer_when_idle
from flows.payout import NAME_UPI
from flows.say import Option, Say, msg
from flows.turn import Steps, Turn, market
from marketplace_core.payouts import queries as payouts

SECURED = msg("The buyer has paid for {code}. We keep the money safe until you deliver.")
PAYOUT = msg("{sum:money} is on the way to your account.")
THERE = msg("{sum:money} is in your account.")
CAME_BACK = msg("The bank sent {sum:money} back. Please talk to a person.")
ANOTHER_NAMED = msg("Another account was named for your money. Was it not you? Talk to a person.")


def _money_news(text: Say, *options: Option) -> Callable[[Turn, News], Steps[None]]:
    def say(turn: Turn, news: News) -> Steps[None]:
        turn.say(Say(text.text, {"code": news.subject, "sum": news.about.get("paise", 0)}))
        offer_when_idle(turn, *options)
        return
        yield

    return say


def _sent(turn: Turn, news: News) -> Steps[None]:
    """With the bank's own number, so that the farmer can ask there."""
    yield from _money_news(PAYOUT)(turn, news)
    payout = yield from market(payouts.by_code, news.subject)
    if payout and payout.reference:
        turn.say(msg("The bank's number for it: {reference}", reference=payout.reference))


def _came_back(turn: Turn, news: News) -> Steps[None]:
    yield from _money_news(CAME_BACK, NAME_UPI, PERSON)(turn, news)
    turn.say(msg("It is safe with us. You can also name another UPI id."))


NOTICES = {
    "payment.secured": Notice(
        ("seller_id",), _money_news(SECURED, MY_BOOKINGS), urgent=True, opener=Opener(SECURED, MY_BOOKINGS)
    ),
    "payout.sent": Notice(("person_id",), _sent, urgent=True, opener=Opener(PAYOUT, MENU)),
    "payout.done": Notice(("person_id",), _money_news(THERE), opener=Opener(THERE, MENU)),
    "payout.failed": Notice(("person_id",), _came_back, opener=Opener(CAME_BACK, PERSON)),
    "payout.destination_named": Notice(
        ("person_id",),
        _money_news(ANOTHER_NAMED, PERSON),
        urgent=True,
        opener=Opener(ANOTHER_NAMED, PERSON),
    ),
}
