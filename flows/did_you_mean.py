"""When the reading was not sure enough to act on: asks once, and keeps every value that was heard."""

from flows import agenda
from flows.asks import YesNo
from flows.filling import fill
from flows.flow import Flow, Question
from flows.heard import Heard
from flows.registry import flow_for
from flows.repair import call_a_person, stop
from flows.say import Say, msg
from flows.state import Frame
from flows.turn import Steps, Turn
from nlu.understanding import Understanding

GUESSES: dict[str, Say] = {
    "sell": msg("Do you want to sell something?"),
    "ask_price": msg("Do you want to know a price?"),
    "price_forecast": msg("Do you want to know where a price is going?"),
    "alerts": msg("Shall I tell you when a price is reached?"),
    "buy": msg("Do you want to buy something?"),
    "my_listings": msg("Do you want to see your listings?"),
    "cancel_listing": msg("Do you want to see your listings?"),
    "edit_listing": msg("Do you want to see your listings?"),
    "booking_status": msg("Do you want to see your bookings?"),
    "cancel_booking": msg("Do you want to see your bookings?"),
    "schedule_pickup": msg("Do you want to see your bookings?"),
    "dispute": msg("Do you want to see your bookings?"),
    "my_offers": msg("Do you want to see your offers?"),
    "make_offer": msg("Do you want to offer a price?"),
    "payment_status": msg("Do you want to see your money?"),
    "grade_photo": msg("Shall I look at a photo of your crop?"),
    "change_language": msg("Do you want another language?"),
    "register": msg("Do you want to join?"),
    "talk_to_human": msg("Do you want to talk to a person?"),
    "stop": msg("Do you want no more messages from me?"),
}


class Guess(YesNo):
    def question(self, turn: Turn, frame: Frame) -> Steps[Question]:
        return Question((GUESSES[frame.note["intent"]],), (self.yes, self.no))
        yield


def offer_guess(turn: Turn) -> Steps[None]:
    understood = turn.heard.understood
    assert understood
    frame = agenda.open_flow(turn, DID_YOU_MEAN)
    frame.note |= {"intent": understood.intent, "values": dict(understood.values)}
    yield from agenda.proceed(turn)


def _go(turn: Turn, frame: Frame) -> Steps[None]:
    if not frame.slots["yes"]:
        turn.say(msg("Then say it in other words, please."))
        if len(turn.state.frames) == 1:
            turn.offer(agenda.MENU, agenda.PERSON)
        return
    intent = frame.note["intent"]
    flow = flow_for(intent)
    if intent == "stop":
        yield from stop(turn)
    elif intent == "talk_to_human":
        call_a_person(turn)
    elif flow:
        understood = Understanding(intent, 1.0, values=frame.note["values"])
        turn.heard = Heard(turn.heard.text, understood)
        opened = agenda.open_flow(turn, flow)
        yield from fill(turn, opened)


DID_YOU_MEAN = Flow(
    "did_you_mean",
    title=msg("your question"),
    asks=(
        Guess(
            "yes",
            text=msg("Is that right?"),
            name=msg("Right"),
            example=msg("Answer Yes or No."),
            why=msg("I was not sure what you meant."),
        ),
    ),
    commit=_go,
    members=False,
)
