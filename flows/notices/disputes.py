"""Of quarrels: opened, answered, left without an answer, taken back, decided."""

from collections.abc import Callable, Sequence
from uuid import UUID

from flows.agenda import PERSON
from flows.booking_acts import to_do
from flows.dispute import OFFICE, REASONS, TAKE_BACK, day_to_answer
from flows.dispute_back import TAKEN_BACK
from flows.heard import News
from flows.notices.notice import BOTH, MY_BOOKINGS, Notice, Opener, offer_when_idle
from flows.notices.offers import BY_MACHINE, THEIR_OWN
from flows.say import Picture, Say, count, label, msg, verbatim
from flows.turn import Steps, Turn, market
from marketplace_core.bookings import queries as bookings
from marketplace_core.disputes import queries
from marketplace_core.disputes.commands import ANSWER, COMPLAINT
from marketplace_core.disputes.queries import Dispute
from marketplace_core.disputes.transitions import UNDER_WAY
from marketplace_core.parties import BUYER, SELLER
from marketplace_core.photos.queries import key_for
from marketplace_core.talks import queries as talks
from marketplace_core.talks.queries import Talk

OPENED = msg("{name} complains about {code}.")
ANSWERED = msg("{name} has answered the complaint about {code}.")
UNANSWERED = msg("Nobody answered the complaint about {code} in time.")
DECIDED = msg("Our office has decided on {code}.")
REFUNDED = msg("The buyer gets all the money back.")
#: As much of somebody's own words as one message brings; the office has all of them.
SHOWN = 300


def _opened(turn: Turn, talk: Talk, quarrel: Dispute) -> Steps[None]:
    reason = next((one.label for one in REASONS if one.id == quarrel.reason), verbatim(quarrel.reason))
    said = verbatim((talk.translated or talk.words)[:SHOWN])
    turn.say(msg("{name:say}: {value:say}", name=reason.to_json(), value=said.to_json()))
    yield from _with_it(turn, talk, quarrel.photos)
    day = day_to_answer(quarrel.created_at)
    turn.say(msg("Please answer until {day:day}. Then our office decides.", day=day))
    offer_when_idle(turn, to_do("answer", label("Answer"), quarrel.booking_code), MY_BOOKINGS)


def _answered(turn: Turn, talk: Talk, quarrel: Dispute) -> Steps[None]:
    if talk.words:
        turn.say(verbatim((talk.translated or talk.words)[:SHOWN]))
    yield from _with_it(turn, talk, quarrel.answer_photos)
    turn.say(OFFICE)
    opener = {BUYER: quarrel.buyer_id, SELLER: quarrel.seller_id}.get(quarrel.opened_by)
    back = (to_do("withdraw", TAKE_BACK, quarrel.booking_code),) if turn.person.id == opener else ()
    offer_when_idle(turn, *back, MY_BOOKINGS)


def _with_it(turn: Turn, talk: Talk, photos: Sequence[UUID]) -> Steps[None]:
    """Whose words they are, where that is worth a line; the first photo that lies here, and how many there are."""
    if talk.translated:
        turn.say(BY_MACHINE)
    elif talk.language != talk.reads and not turn.channel.terse:
        turn.say(THEIR_OWN)
    if not photos:
        return
    many = count("{n} photo", "{n} photos", len(photos))
    for photo in photos if turn.channel.photos else ():
        if key := (yield from market(key_for, photo, turn.person.id, turn.person.roles)):
            turn.picture = Picture(key, many)
            return
    turn.say(many)


def _for_the_office(turn: Turn, news: News, quarrel: Dispute) -> Steps[None]:
    turn.say(OFFICE)
    offer_when_idle(turn, MY_BOOKINGS)
    return
    yield


def _goes_on(turn: Turn, news: News, quarrel: Dispute) -> Steps[None]:
    offer_when_idle(turn, MY_BOOKINGS)
    return
    yield


def _decided(turn: Turn, news: News, quarrel: Dispute) -> Steps[None]:
    if quarrel.decision == "refund":
        turn.say(REFUNDED)
    else:
        turn.say(msg("The farmer gets {sum:money}.", sum=quarrel.farmer_paise or 0))
    if quarrel.decided_why:
        turn.say(verbatim(quarrel.decided_why[:SHOWN]))
    offer_when_idle(turn, MY_BOOKINGS, PERSON)
    return
    yield


def _news(
    text: Say, then: Callable[[Turn, News, Dispute], Steps[None]]
) -> Callable[[Turn, News], Steps[None]]:
    """The sentence with whoever did it, then what follows."""

    def say(turn: Turn, news: News) -> Steps[None]:
        quarrel = yield from market(queries.of_booking, news.subject)
        if quarrel and (yield from _begun(turn, text, news.subject)):
            yield from then(turn, news, quarrel)

    return say


def _words(
    text: Say, then: Callable[[Turn, Talk, Dispute], Steps[None]]
) -> Callable[[Turn, News], Steps[None]]:
    """The same with what they said, unless it was all over before that was translated."""

    def say(turn: Turn, news: News) -> Steps[None]:
        talk = yield from market(talks.by_id, UUID(news.subject))
        if not talk or not talk.booking_code:
            return
        quarrel = yield from market(queries.of_booking, talk.booking_code)
        if quarrel and quarrel.state in UNDER_WAY and (yield from _begun(turn, text, talk.booking_code)):
            yield from then(turn, talk, quarrel)

    return say


def _begun(turn: Turn, text: Say, code: str) -> Steps[bool]:
    booking = yield from market(bookings.by_code, code)
    if booking:
        other = booking.seller_name if turn.person.id == booking.buyer_id else booking.buyer_name
        turn.say(Say(text.text, {"name": other or "", "code": booking.code}))
    return booking is not None


NOTICES = {
    COMPLAINT: Notice(("reader_id",), _words(OPENED, _opened), opener=Opener(OPENED, MY_BOOKINGS)),
    ANSWER: Notice(("reader_id",), _words(ANSWERED, _answered), opener=Opener(ANSWERED, MY_BOOKINGS)),
    "dispute.unanswered": Notice(
        BOTH, _news(UNANSWERED, _for_the_office), opener=Opener(UNANSWERED, MY_BOOKINGS)
    ),
    "dispute.withdrawn": Notice(BOTH, _news(TAKEN_BACK, _goes_on), opener=Opener(TAKEN_BACK, MY_BOOKINGS)),
    "dispute.decided": Notice(BOTH, _news(DECIDED, _decided), opener=Opener(DECIDED, MY_BOOKINGS)),
}
