"""Of offers: made, countered, answered, run out."""

from flows.agenda import PERSON
from flows.heard import News
from flows.notices.notice import Notice, Opener, offer_when_idle
from flows.say import Say, msg
from flows.turn import Steps, Turn

OFFERED = msg("A buyer offers {price:rate} for {amount:mass} of your {code}.")


def _offered(turn: Turn, news: News) -> Steps[None]:
    about = news.about
    terms = {
        "code": about["listing"],
        "price": {"paise": about["price_paise"], "per": about["per"]},
        "amount": {"kg": about["kg"], "unit": about["per"]},
    }
    turn.say(Say(OFFERED.text, terms), msg("To answer, talk to a person."))
    offer_when_idle(turn, PERSON)
    return
    yield


NOTICES = {
    "offer.made": Notice(("seller_id",), _offered, opener=Opener(OFFERED, PERSON)),
}
