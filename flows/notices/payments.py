"""Of the buyer's money: what is to be paid, found at the bank, not found, run out, given back."""

from collections.abc import Callable

from flows.agenda import PERSON
from flows.heard import News
from flows.notices.notice import Notice, Opener, offer_when_idle
from flows.pay import FOUND, MY_MONEY, SAFE, pay_for
from flows.say import Say, msg
from flows.turn import Steps, Turn

NOT_FOUND = msg("The bank does not show your {sum:money} for {code}.")
RUN_OUT = msg("The time to pay {sum:money} for {code} is over. If you have paid, talk to a person.")
GOING_BACK = msg("{sum:money} is on the way back to you.")
GIVEN_BACK = msg("{sum:money} was sent back to you.")


def _news(text: Say, *more: Say, anew: bool = False) -> Callable[[Turn, News], Steps[None]]:
    def say(turn: Turn, news: News) -> Steps[None]:
        about = news.about
        code = about.get("booking") or news.subject
        turn.say(
            Say(text.text, {"code": code, "sum": about.get("refund_paise") or about.get("paise", 0)}), *more
        )
        again = (pay_for(code),) if anew and about.get("booking") else ()
        offer_when_idle(turn, *again, *((PERSON,) if anew else (MY_MONEY,)))
        return
        yield

    return say


def _paid(turn: Turn, news: News) -> Steps[None]:
    """It waits for the booking now, or is there and not enough."""
    more = (SAFE,) if news.about.get("secured") else ()
    yield from _news(FOUND, *more)(turn, news)


PAYER = ("payer_id",)
NOTICES = {
    "payment.paid": Notice(PAYER, _paid, urgent=True, opener=Opener(FOUND, MY_MONEY)),
    "payment.failed": Notice(
        PAYER, _news(NOT_FOUND, anew=True), urgent=True, opener=Opener(NOT_FOUND, PERSON)
    ),
    "payment.expired": Notice(PAYER, _news(RUN_OUT, anew=True), opener=Opener(RUN_OUT, PERSON)),
    "payment.refunding": Notice(PAYER, _news(GOING_BACK), opener=Opener(GOING_BACK, MY_MONEY)),
    "payment.refunded": Notice(PAYER, _news(GIVEN_BACK), opener=Opener(GIVEN_BACK, MY_MONEY)),
    "payment.partly_refunded": Notice(PAYER, _news(GIVEN_BACK), opener=Opener(GIVEN_BACK, MY_MONEY)),
}
