"""Another language or other letters; whatever was under way goes on in it."""

from dataclasses import replace
from typing import Any

from flows.asks import Choice
from flows.flow import Filled, Flow, Over, Question, Taken
from flows.heard import Heard
from flows.languages import LANGUAGES
from flows.say import Option, Say, msg, verbatim
from flows.state import Frame
from flows.turn import Steps, Turn, market
from marketplace_core.accounts import commands as accounts
from nlu.understanding import Script

#: Choice id → language and script.
TONGUES: dict[str, tuple[str, Script]] = {
    f"{language.code}_latin" if script == "latin" else language.code: (language.code, script)
    for language in LANGUAGES.values()
    for script in language.scripts
}
#: Each as its own readers write it; a WhatsApp list holds ten and not one more.
NATIVE = tuple(
    Option(
        one.code,
        verbatim(one.endonym),
        hint=verbatim(one.latin_name) if one.endonym != one.latin_name else None,
    )
    for one in LANGUAGES.values()
)
LATIN_ONLY = tuple(
    Option(f"{one.code}_latin" if "latin" in one.scripts else one.code, verbatim(one.latin_name))
    for one in LANGUAGES.values()
)


def speak(turn: Turn, tongue: str) -> Steps[None]:
    language, script = TONGUES[tongue]
    yield from market(accounts.set_language, turn.person.id, language=language, script=script)
    turn.person = replace(turn.person, language=language, script=script)


def _speak_chosen(turn: Turn, frame: Frame) -> Steps[None]:
    yield from speak(turn, frame.slots["language"])


class Tongue(Choice):
    """ "Kannada", "hindi roman": the language and the letters in one choice; Latin letters for who asks for them.

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
        said = said if said in TONGUES else language  # English has no other letters
        return Filled(said) if said in TONGUES else None
        yield

    def pick(self, turn: Turn, frame: Frame, choice: str) -> Steps[Taken]:
        return Filled(choice) if choice in TONGUES else None
        yield

    def show(self, value: Any) -> Say:
        return msg("{language:language}", language=TONGUES[value][0])


LANGUAGE_ASK = Tongue(
    "language",
    text=msg("Which language?"),
    name=msg("Language"),
    example=msg("Choose one of the languages below."),
    why=msg("I will write to you in this language."),
    choices=NATIVE,
    value="language",
    not_among=msg("I do not write that language yet."),
    then=_speak_chosen,
)


def _done(turn: Turn, frame: Frame) -> Steps[None]:
    turn.say(msg("From now on I write {language:language}.", language=turn.person.language))
    language = LANGUAGES[turn.person.language]
    if turn.person.script == "native" and "latin" in language.scripts and not turn.channel.terse:
        turn.say(msg("To get it in English letters, write {name} ABC.", name=language.latin_name.upper()))
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
