"""Welcome and registration: language, name, place, consent."""

from dataclasses import replace

from flows.asks import Text, Where, YesNo
from flows.flow import Flow
from flows.language import LANGUAGE_ASK
from flows.menu import doors
from flows.say import msg
from flows.state import Frame
from flows.turn import Steps, Turn, market
from marketplace_core.accounts import commands as accounts
from marketplace_core.accounts import queries as people
from marketplace_core.places.place import Place

#: Shown and stored word for word in the farmer's language.
CONSENT = msg(
    "May I keep your name, number and place, to show what you sell to buyers? "
    "Strangers see your place only roughly. You can take this back at any time."
)


NAME_ASK = Text(
    "name",
    text=msg("What is your name?"),
    name=msg("Name"),
    example=msg("Write it like this: Gurpreet Singh"),
    why=msg("Buyers want to know who they deal with."),
    longest=60,
    value="name",
)

PLACE_ASK = Where(
    "place",
    text=msg("Where are you? Send your pincode, your village, or your location."),
    name=msg("Place"),
    example=msg("Write it like this: 142001"),
    why=msg("I look for buyers and prices near you."),
)


def _finish(turn: Turn, frame: Frame) -> Steps[None]:
    if not frame.slots["consent"]:
        turn.state.frames.clear()
        turn.say(
            msg("Then I cannot sell or book for you."),
            msg("You can still ask me prices. To join later write JOIN."),
        )
        return
    person = turn.person.id
    name = frame.slots.get("name") or turn.person.name or ""
    yield from market(accounts.register, person, name=name, place=Place.from_json(frame.slots["place"]))
    yield from market(
        accounts.give_consent,
        person,
        purpose="marketplace",
        language=turn.person.language,
        wording=turn.words(CONSENT),
        channel=turn.channel.name,
    )
    turn.person = yield from market(people.person, person)
    turn.say(msg("You have joined, {name}.", name=turn.person.name))
    if len(turn.state.frames) == 1:  # nothing waits behind it
        turn.say(msg("What would you like to do?"))
        turn.offer(*doors(turn))


REGISTER = Flow(
    "register",
    title=msg("joining"),
    asks=(
        # a newcomer who writes in a script of their own has already said it
        replace(LANGUAGE_ASK, when=lambda turn, frame: turn.person.language == "en"),
        # somebody new at a family's phone was just named
        replace(NAME_ASK, when=lambda turn, frame: not turn.person.name),
        PLACE_ASK,
        YesNo(
            "consent",
            text=CONSENT,
            name=msg("Consent"),
            example=msg("Answer Yes or No."),
            why=msg("The law asks me to have your word before I keep anything."),
        ),
    ),
    commit=_finish,
    binds=True,
    intents=("register",),
    members=False,
)
