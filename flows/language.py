"""Another language or other letters; whatever was under way goes on in it."""

from dataclasses import replace

from flows.asks import Choice
from flows.flow import Filled, Flow, Over, Question, Taken
from flows.heard import Heard
from flows.say import Option, msg, verbatim
from flows.state import Frame
from flows.turn import Steps, Turn, market
from marketplace_core.accounts import commands as accounts
from nlu.understanding import Script

#: Choice id → language and script. Each is written as its own readers write it.
TONGUES: dict[str, tuple[str, Script, str]] = {
    "en": ("en", "native", "English"),
    "hi": ("hi", "native", "हिंदी"),
    "hi_latin": ("hi", "latin", "Hindi (abc)"),
    "kn": ("kn", "native", "ಕನ್ನಡ"),
    "kn_latin": ("kn", "latin", "Kannada (abc)"),
}


LATIN_ONLY = (
    Option("en", verbatim("English")),
    Option("hi_latin", verbatim("Hindi")),
    Option("kn_latin", verbatim("Kannada")),
)


def speak(turn: Turn, tongue: str) -> Steps[None]:
    language, script, _ = TONGUES[tongue]
    yield from market(accounts.set_language, turn.person.id, language=language, script=script)
    turn.person = replace(turn.person, language=language, script=script)


def _speak_chosen(turn: Turn, frame: Frame) -> Steps[None]:
    yield from speak(turn, frame.slots["language"])


class Tongue(Choice):
    """ "Kannada", "hindi roman": the language and the letters in one choice.

    Where every line costs money only Latin letters are offered: one native name would make it three segments.
    Whoever writes the native name still gets native letters.
    """

    def question(self, turn: Turn, frame: Frame) -> Steps[Question | Over]:
        question = yield from super().question(turn, frame)
        if turn.channel.terse and isinstance(question, Question):
            return replace(question, options=LATIN_ONLY)
        return question

    def hear(self, turn: Turn, frame: Frame, heard: Heard) -> Steps[Taken]:
        language = heard.values.get("language")
        said = f"{language}_latin" if heard.values.get("script") == "latin" else language
        return Filled(said) if said in TONGUES else None
        yield


LANGUAGE_ASK = Tongue(
    "language",
    text=msg("Which language?"),
    name=msg("Language"),
    example=msg("Choose one of the languages below."),
    why=msg("I will write to you in this language."),
    choices=tuple(Option(tongue, verbatim(name)) for tongue, (_, _, name) in TONGUES.items()),
    value="language",
    not_among=msg("I do not write that language yet."),
    then=_speak_chosen,
)


def _done(turn: Turn, frame: Frame) -> Steps[None]:
    turn.say(msg("From now on I write {language:language}.", language=turn.person.language))
    return
    yield


LANGUAGE = Flow(
    "language",
    title=msg("the language"),
    asks=(LANGUAGE_ASK,),
    commit=_done,
    deed=(),
    intents=("change_language",),
    members=False,
)
