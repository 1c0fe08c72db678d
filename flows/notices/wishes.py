"""Of what somebody waits for."""

from flows.found import in_short
from flows.heard import News
from flows.notices.notice import Notice, Opener, offer_when_idle
from flows.say import Option, label, msg
from flows.turn import Steps, Turn, market
from flows.wishes import MY_WISHES_DOOR
from marketplace_core.listings import queries as shelf
from marketplace_core.listings.queries import Found
from marketplace_core.places.distance import km_between
from marketplace_core.wishes import queries

CAME = msg("What you look for is for sale now.")


def _matched(turn: Turn, news: News) -> Steps[None]:
    """Nothing is said of what is gone again, or of a wish that has ended meanwhile."""
    lot = yield from market(shelf.by_code, news.subject)
    standing = yield from market(queries.mine, turn.person.id)
    wish = next((each for each in standing if str(each.id) == news.about["wish"]), None)
    if not lot or lot.state != "active" or not wish:
        return
    away = km_between(wish.place.lat, wish.place.lon, lot.place.lat, lot.place.lon)
    turn.say(
        CAME,
        msg("{what:commodity}, {left:mass}:", what=lot.commodity, left={"kg": lot.kg_left, "unit": lot.unit}),
        in_short(turn, Found(lot, away)),
    )
    offer_when_idle(turn, Option("lot", label("See it"), deed=f"go:lot:{lot.code}"), MY_WISHES_DOOR)


NOTICES = {
    "wish.matched": Notice(("buyer_id",), _matched, opener=Opener(CAME, MY_WISHES_DOOR)),
}
