"""Of money: kept safe, on its way, come back."""

from collections.abc import Callable

from flows.agenda import MENU, PERSON
from flows.heard import News
from flows.notices.notice import MY_BOOKINGS, Notice, Opener, offer_when_idle
from flows.say import Option, Say, msg
from flows.turn import Steps, Turn

SECURED = msg("The buyer has paid for {code}. We keep the money safe until you deliver.")
PAYOUT = msg("{sum:money} is on the way to your account.")
CAME_BACK = msg("The bank sent {sum:money} back. Please talk to a person.")


def _money_news(text: Say, *options: Option) -> Callable[[Turn, News], Steps[None]]:
    def say(turn: Turn, news: News) -> Steps[None]:
        turn.say(Say(text.text, {"code": news.subject, "sum": news.about.get("paise", 0)}))
        offer_when_idle(turn, *options)
        return
        yield

    return say


NOTICES = {
    "payment.secured": Notice(
        ("seller_id",), _money_news(SECURED, MY_BOOKINGS), urgent=True, opener=Opener(SECURED, MY_BOOKINGS)
    ),
    "payout.sent": Notice(("person_id",), _money_news(PAYOUT), urgent=True, opener=Opener(PAYOUT, MENU)),
    "payout.failed": Notice(("person_id",), _money_news(CAME_BACK, PERSON), opener=Opener(CAME_BACK, PERSON)),
}
