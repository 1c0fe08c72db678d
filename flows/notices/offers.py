"""Of offers: a price was named, what became of it, and what the two write to each other.

That an offer was accepted is told by its booking, which both sides hear of as it is confirmed.
"""

from collections.abc import Callable
from uuid import UUID

from flows.agenda import open_flow, proceed
from flows.heard import News
from flows.menu import ON
from flows.my_offers import MY_OFFERS as ANSWERING
from flows.notices.notice import BOTH, MY_BOOKINGS, Notice, Opener, offer_when_idle
from flows.offer_acts import MY_OFFERS, OFFERED, side_of, told, write_to
from flows.say import Say, msg
from flows.turn import Steps, Turn, market
from marketplace_core.offers import queries as board
from marketplace_core.talks import queries as talks

NEW_PRICE = msg("There is a new price for an offer of yours.")
REFUSED = msg("{name} says no to {price:rate} for {amount:mass} of {code}.")
WITHDRAWN = msg("{name} has taken back the price of {price:rate} for {amount:mass} of {code}.")
EXPIRED = msg("Nobody answered in 24 hours: {price:rate} for {amount:mass} of {code} is over.")
WRITTEN = msg("Somebody has written to you about an offer.")
THEIR_OWN = msg("These are their own words. I cannot translate them here.")
BY_MACHINE = msg("A machine has translated it.")
LAPSED = msg("{code} is no longer for sale. Your offer of {price:rate} is over.")


def _named(turn: Turn, news: News) -> Steps[None]:
    """Asks, on top of whatever is open, so that "yes", "1" and "2600" answer this and not the sale behind it."""
    side = yield from side_of(turn, news.subject)
    if side and side.my_turn:
        _forget(turn, news.subject)
        open_flow(turn, ANSWERING, {"code": side.offer.code})
        yield from proceed(turn)


def _over(text: Say) -> Callable[[Turn, News], Steps[None]]:
    def say(turn: Turn, news: News) -> Steps[None]:
        offer = yield from market(board.by_code, news.subject)
        if not offer:
            return
        by_seller = news.about.get("by") == "seller"
        turn.say(told(text, offer, (offer.seller_name if by_seller else offer.buyer_name) or offer.code))
        was_open = _forget(turn, news.subject)
        if was_open and turn.state.top:
            yield from proceed(turn)
        offer_when_idle(turn, MY_OFFERS)

    return say


def _written(turn: Turn, news: News) -> Steps[None]:
    """Bounded by quotes: whose words they are must be plain."""
    talk = yield from market(talks.by_id, UUID(news.subject))
    if not talk:
        return
    turn.say(
        msg(
            "{name} writes about {code}: “{words}”",
            name=talk.writer_name or talk.listing_code,
            code=talk.booking_code or talk.listing_code,
            words=talk.translated or talk.words,
        )
    )
    if talk.translated:
        turn.say(BY_MACHINE)
    elif talk.language != talk.reads:
        turn.say(THEIR_OWN)
    back = write_to(talk.booking_code or talk.offer_code or talk.listing_code)
    offer_when_idle(turn, back, MY_BOOKINGS if talk.booking_code else MY_OFFERS)


def _forget(turn: Turn, code: str) -> bool:
    """A question about a price that stands no more is no question; whether it was the open one."""
    frames = turn.state.frames
    gone = [frame for frame in frames if frame.flow == ANSWERING.name and frame.slots.get("code") == code]
    was_open = bool(gone) and turn.state.top in gone
    frames[:] = [frame for frame in frames if frame not in gone]
    return was_open


NOTICES = {
    "offer.made": Notice(("seller_id",), _named, opener=Opener(OFFERED, ON)),
    "offer.countered": Notice(BOTH, _named, opener=Opener(NEW_PRICE, ON)),
    "offer.refused": Notice(BOTH, _over(REFUSED), opener=Opener(REFUSED, MY_OFFERS)),
    "offer.withdrawn": Notice(BOTH, _over(WITHDRAWN), opener=Opener(WITHDRAWN, MY_OFFERS)),
    "offer.expired": Notice(BOTH, _over(EXPIRED), opener=Opener(EXPIRED, MY_OFFERS)),
    "talk.passed_on": Notice(("reader_id",), _written, opener=Opener(WRITTEN, MY_OFFERS)),
    "offer.lapsed": Notice(("buyer_id",), _over(LAPSED), opener=Opener(LAPSED, MY_OFFERS)),
}
