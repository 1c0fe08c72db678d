"""Answers that need no dialogue, and what is not here yet, said honestly."""

from flows.agenda import MENU, PERSON, ask_again
from flows.menu import main_menu
from flows.say import Say, msg
from flows.turn import Steps, Turn

SHORT: dict[str, Say] = {
    "thank": msg("You are welcome. Good harvest!"),
    "about": msg(
        "I am Mandi Mitra, a market friend. Using me is free for farmers. You decide what to sell, to whom."
    ),
}

NOT_YET: dict[str, Say] = {
    "weather": msg("I cannot tell the weather yet."),
    "crop_advice": msg("I cannot advise on growing yet."),
    "pest_help": msg("I cannot judge pests or diseases yet."),
    "certificate": msg("I cannot make certificates yet."),
    "verify_certificate": msg("I cannot check certificates yet."),
    "open_shop": msg("I cannot make a shop page yet."),
    "alerts": msg("I cannot watch prices for you yet."),
    "price_forecast": msg("I cannot say where prices are going yet. I know the prices of the last weeks."),
    "my_data": msg("I cannot list your data here yet."),
    "delete_data": msg("I cannot delete your data here yet."),
    "payment_status": msg("I do not handle money yet. Buyer and seller settle it between them."),
    "schedule_pickup": msg("I cannot arrange the pickup yet."),
    "dispute": msg("I am sorry about the trouble. A person must look at this."),
    "rate": msg("Thank you. I cannot keep ratings yet."),
    "make_offer": msg("I cannot pass on another price yet. You can book at the price that is asked."),
    "counter_offer": msg("I cannot pass on another price yet. You can confirm or refuse."),
}


def answer_plainly(turn: Turn) -> Steps[bool]:
    """True when the intent has a ready answer; what was pending is then put again."""
    intent = turn.heard.intent
    said = SHORT.get(intent) or NOT_YET.get(intent)
    if not said:
        return False
    turn.say(said)
    if intent in NOT_YET:
        turn.say(msg("A person can help you now."))
    if turn.state.top:
        yield from ask_again(turn)
    elif intent in NOT_YET:
        turn.offer(PERSON, MENU)
    else:
        main_menu(turn, greeting=False)
    return True
