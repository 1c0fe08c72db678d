"""Answers that need no dialogue, and what is not here yet, said honestly."""

from flows import not_here
from flows.agenda import MENU, ask_again
from flows.menu import main_menu
from flows.not_here import NOT_HERE, matter
from flows.say import Option, Say, msg
from flows.turn import Steps, Turn

SHORT: dict[str, Say] = {
    "thank": msg("You are welcome. Good harvest!"),
    "about": msg(
        "I am Mandi Mitra, a market friend. Using me is free for farmers. You decide what to sell, to whom."
    ),
}


def answer_plainly(turn: Turn) -> Steps[bool]:
    """True when the intent has a ready answer; what was pending is then put again."""
    intent = turn.heard.intent
    options: tuple[Option, ...] = ()
    if matter(turn.heard) in NOT_HERE:
        options = (*(yield from not_here.answer(turn)), MENU)
    elif intent in SHORT:
        turn.say(SHORT[intent])
    else:
        return False
    if turn.state.top:
        yield from ask_again(turn)
    elif options:
        turn.offer(*options)
    else:
        main_menu(turn, greeting=False)
    return True
