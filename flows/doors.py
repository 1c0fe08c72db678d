"""What stands on our buttons and lists may be written too, long after it was shown: exactly these words open the flow.

Out of the blue a language model reads such words as whatever they resemble: "Mot din" (rate the deal) as a STOP.
"""

from collections.abc import Mapping
from functools import cache

from flows.agenda import open_flow, proceed
from flows.asks import Choice
from flows.filling import fill
from flows.flow import Flow
from flows.languages import LANGUAGES
from flows.options import folded
from flows.registry import asked, flow_named
from flows.say import Say, label
from flows.turn import Steps, Turn
from flows.words import Words
from nlu.understanding import Script

#: By the name of the flow. "Confirm" and "Cancel booking" answer whatever is open, and are understood as such.
PRINTED: Mapping[str, Say] = {
    "sell": label("Sell"),
    "price": label("Price"),
    "grade": label("Photo check"),
    "my_listings": label("My listings"),
    "buy": label("Buy"),
    "my_wishes": label("My wishes"),
    "my_offers": label("My offers"),
    "my_bookings": label("My bookings"),
    "pay": label("Pay now"),
    "pickup": label("Pickup day"),
    "pickup_code": label("Pickup code"),
    "driver": label("Driver"),
    "loading": label("Loaded"),
    "weighing": label("Weighed"),
    "arrival": label("Arrived"),
    "bill": label("Bill"),
    "dispute": label("Complain"),
    "write_to": label("Write to them"),
    "rate": label("Rate the deal"),
    "money": label("My money"),
    "get_paid": label("Get the money"),
    "payout_to": label("UPI id"),
    "price_alert": label("Price alert"),
    "alerts": label("My alerts"),
    "my_answers": label("Read it"),
    "me": label("Me"),
    "language": label("Language"),
    "voice_answers": label("Voice answers"),
    "family": label("Another person"),
    "consents": label("What I agreed to"),
    "my_data": label("My data"),
    "delete_me": label("Delete me"),
}


def names_a_door(turn: Turn) -> Steps[bool]:
    flow = _written(turn)
    if not flow or (yield from _answers_what_is_open(turn, flow)):
        return False
    new = all(frame.flow != flow.name for frame in turn.state.frames)
    frame = open_flow(turn, flow)
    if new:  # the only booking it can be; what lay below with a question of its own is not answered by this
        yield from fill(turn, frame)
    yield from proceed(turn)
    return True


def _written(turn: Turn) -> Flow | None:
    """In either script of the person's language."""
    said, language = folded(turn.heard.text), turn.words.language
    scripts = LANGUAGES[language].scripts
    name = next((on[said] for script in scripts if said in (on := printed(language, script))), None)
    return flow_named(name) if name else None


@cache
def printed(language: str, script: Script) -> Mapping[str, str]:
    """The names of flows by what stands on their doors."""
    words = Words(language, script)
    return {folded(words(text)): name for name, text in PRINTED.items()}


def _answers_what_is_open(turn: Turn, flow: Flow) -> Steps[bool]:
    """The flow is open already, the words are an answer, or they name what was entered: "price" in a sale's review."""
    frame = turn.state.top
    if not frame:
        return False
    ask, under_way = asked(frame), flow_named(frame.flow)
    if flow is under_way or (ask and ask.expecting in ("name", "text")):
        return True
    if isinstance(ask, Choice) and (yield from ask.take(turn, frame)):  # "my money": that is what is wrong
        return True
    language = turn.words.language
    tongues = [Words(language, script) for script in LANGUAGES[language].scripts]
    return folded(turn.heard.text) in {
        folded(words(each.name)) for words in tongues for each in under_way.asks
    }
