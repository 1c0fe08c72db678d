"""Me: what I am known as, how I am spoken to, and every door to change it."""

from collections.abc import Sequence
from dataclasses import dataclass

from flows.agenda import open_flow
from flows.asks import Choice, Pick, Row
from flows.flow import Flow, Over, Question
from flows.languages import LANGUAGES
from flows.registry import flow_named
from flows.say import Option, Say, label, msg, verbatim
from flows.state import Frame
from flows.turn import Steps, Turn, market
from marketplace_core.accounts import queries as people

#: The flow behind each door and what it is told.
DOORS: tuple[tuple[Row, str, dict[str, str]], ...] = (
    (Row("name", label("Name"), deed="go:profile:name"), "profile", {"what": "name"}),
    (Row("place", label("Place"), deed="go:profile:place"), "profile", {"what": "place"}),
    (Row("language", label("Language"), deed="go:language"), "language", {}),
    (Row("voice", label("Voice answers"), deed="go:voice_answers"), "voice_answers", {}),
    (Row("payout_to", label("UPI id"), deed="go:payout_to"), "payout_to", {}),
    (Row("family", label("Another person"), deed="go:family"), "family", {}),
    (Row("consents", label("What I agreed to"), deed="go:consents"), "consents", {}),
    (Row("my_data", label("My data"), deed="go:my_data"), "my_data", {}),
    (Row("wishes", label("My wishes"), deed="go:my_wishes"), "my_wishes", {}),
)
#: Whether answers are also spoken, as `State.voice_answers` keeps it.
VOICE_ANSWERS = {
    "when_spoken": label("When I speak"),
    "always": label("Always"),
    "never": label("Never"),
}


@dataclass(frozen=True)
class AboutMe(Pick):
    def question(self, turn: Turn, frame: Frame) -> Steps[Question | Over]:
        question = yield from super().question(turn, frame)
        # anybody may call in this number's name: what I know is not read out to them
        if turn.channel.terse or turn.channel.name == "voice" or isinstance(question, Over):
            return question
        return Question((*(yield from _lines(turn)), self.text), question.options)


def _lines(turn: Turn) -> Steps[tuple[Say, ...]]:
    person = turn.person
    addresses = yield from market(people.addresses, person.id)
    phone = next((each.phone for each in addresses if each.phone), None)
    known: list[tuple[Say, Say | None]] = [
        (msg("Name"), verbatim(person.name) if person.name else None),
        (msg("Place"), msg("{place:place}", place=person.place.to_json()) if person.place else None),
        (msg("Language"), _written(turn)),
        (label("Voice answers"), VOICE_ANSWERS[turn.state.voice_answers] if _speaks(turn) else None),
        (msg("Phone"), verbatim(phone) if phone else None),
    ]
    lines = [
        msg("{name:say}: {value:say}", name=name.to_json(), value=value.to_json())
        for name, value in known
        if value
    ]
    return (msg("{lines:lines}", lines=[line.to_json() for line in lines]),)


def _written(turn: Turn) -> Say:
    language = LANGUAGES.get(turn.person.language, LANGUAGES["en"])
    latin = turn.person.script == "latin" and "latin" in language.scripts
    return verbatim(f"{language.latin_name} (ABC)") if latin else verbatim(language.endonym)


def _speaks(turn: Turn) -> bool:
    """Voice notes go where they can be sent; a call is spoken anyway, and an SMS never is."""
    return turn.channel.name == "whatsapp"


def _rows(turn: Turn, frame: Frame) -> Steps[Sequence[Row] | Over]:
    return [row for row, _, _ in DOORS if row.id != "voice" or _speaks(turn)]
    yield


def _open(turn: Turn, frame: Frame) -> Steps[None]:
    flow, told = next((flow, told) for row, flow, told in DOORS if row.id == frame.slots["what"])
    open_flow(turn, flow_named(flow), told)
    return
    yield


ME = Flow(
    "me",
    title=msg("your details"),
    asks=(
        AboutMe(
            "what",
            text=msg("What shall I change?"),
            name=msg("What to do"),
            example=msg("Choose one of these."),
            why=msg("Buyers want to know who they deal with."),
            rows=_rows,
        ),
    ),
    commit=_open,
    deed=(),
)


def _keep(turn: Turn, frame: Frame) -> Steps[None]:
    turn.state.voice_answers = frame.slots["mode"]
    name, value = label("Voice answers"), VOICE_ANSWERS[frame.slots["mode"]]
    turn.say(msg("{name:say}: {value:say}", name=name.to_json(), value=value.to_json()))
    return
    yield


VOICE = Flow(
    "voice_answers",
    title=msg("your details"),
    asks=(
        Choice(
            "mode",
            text=msg("When shall I also answer with a voice note?"),
            name=label("Voice answers"),
            example=msg("Choose one of these."),
            why=msg("When you speak, I answer with a voice note too."),
            choices=tuple(Option(mode, said) for mode, said in VOICE_ANSWERS.items()),
        ),
    ),
    commit=_keep,
    deed=("mode",),
    members=False,
)
