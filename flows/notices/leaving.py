"""Of somebody who has asked to be forgotten."""

from flows.agenda import open_flow, proceed
from flows.heard import News
from flows.my_data import DELETE_ME, GOING, KEEP_ME
from flows.notices.notice import Notice, Opener
from flows.say import Option
from flows.turn import Steps, Turn, market
from marketplace_core.privacy import queries as kept


def _soon(turn: Turn, news: News) -> Steps[None]:
    """Two days are left: the last time that they are asked. Whoever has said meanwhile that they stay hears nothing."""
    if (yield from market(kept.deletion, turn.person.id)):
        open_flow(turn, DELETE_ME)
        yield from proceed(turn)


NOTICES = {
    "deletion.soon": Notice(
        ("person_id",), _soon, opener=Opener(GOING, Option("stay", KEEP_ME, deed="go:delete_me"))
    ),
}
