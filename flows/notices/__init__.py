"""What the bot says by itself when the market moves: one table, event by event.

`docs/lives.md` says who is told of what; the events that are not here have no words in chat.
"""

from uuid import UUID

from flows.heard import News
from flows.notices import (
    agents,
    alerts,
    bookings,
    disputes,
    gradings,
    leaving,
    listings,
    money,
    offers,
    payments,
    wishes,
)
from flows.notices.notice import Notice
from flows.turn import Steps, Turn

NOTICES: dict[str, Notice] = (
    offers.NOTICES
    | bookings.NOTICES
    | disputes.NOTICES
    | money.NOTICES
    | listings.NOTICES
    | gradings.NOTICES
    | leaving.NOTICES
    | agents.NOTICES
    | payments.NOTICES
    | wishes.NOTICES
    | alerts.NOTICES
)


def recipients(news: News) -> list[UUID]:
    """The people to tell: never the one who did it."""
    notice = NOTICES.get(news.kind)
    people = [news.about[key] for key in notice.to] if notice else []
    return [UUID(person) for person in people if person != news.about.get("actor_id")]


def tell(turn: Turn, news: News) -> Steps[None]:
    yield from NOTICES[news.kind].say(turn, news)
