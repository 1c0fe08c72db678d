"""What Twilio reads in the answer to its webhook."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import regex
from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import VoiceResponse

from bot.channels.text import clean
from bot.speech.spoken import spoken

#: The only voices we use. A voice that does not exist, or not in its language, ends the call,
#: and the library checks neither.
VOICES: Mapping[str, tuple[str, str]] = {
    code: (locale, f"Google.{locale}-Standard-A")
    for code, locale in (
        ("en", "en-IN"),
        ("hi", "hi-IN"),
        ("kn", "kn-IN"),
        ("pa", "pa-IN"),
        ("mr", "mr-IN"),
        ("te", "te-IN"),
        ("ta", "ta-IN"),
        ("bn", "bn-IN"),
        ("gu", "gu-IN"),
        ("ml", "ml-IN"),
    )
}
#: What Twilio's ears call the same languages: Punjabi has another name there.
EARS: Mapping[str, str] = {code: locale for code, (locale, _) in VOICES.items()} | {"pa": "pa-guru-IN"}

MOST_HINTS, LONGEST_HINT = 500, 100
#: A <Say> takes 4,096 characters; some room for what XML makes longer.
MOST_SAID = 3500
LONGEST_MESSAGE_SECONDS = 120
#: Seconds: until the caller must begin, and from one key to the next.
PATIENCE = 6

#: Whose letters they are; Devanagari is left to Marathi where Marathi is spoken.
_LETTERS = (
    ("hi", regex.compile(r"[\u0900-\u0963\u0970-\u097f]")),  # without the danda, which others write too
    ("bn", regex.compile(r"[\u0980-\u09ff]")),
    ("pa", regex.compile(r"[\u0a00-\u0a7f]")),
    ("gu", regex.compile(r"[\u0a80-\u0aff]")),
    ("ta", regex.compile(r"[\u0b80-\u0bff]")),
    ("te", regex.compile(r"[\u0c00-\u0c7f]")),
    ("kn", regex.compile(r"[\u0c80-\u0cff]")),
    ("ml", regex.compile(r"[\u0d00-\u0d7f]")),
)

#: A text and the language it is in.
Saying = tuple[str, str]


def message(text: str | None) -> str:
    """The library lets control characters through, with which Twilio drops the whole answer (12100)."""
    response = MessagingResponse()
    if text:
        response.message(clean(text))
    return str(response)


def goodbye(said: Iterable[Saying]) -> str:
    response = VoiceResponse()
    _say(response, said)
    response.hangup()
    return str(response)


def gather(
    said: Iterable[Saying], *, language: str, action: str, hints: Sequence[str] = (), one_key: bool = False
) -> str:
    """Says it, and listens for keys and words alike while it is still speaking. The end comes to `action` also when
    nothing was heard."""
    listening = {
        "input": "dtmf speech",
        "language": EARS[language],
        "action": action,
        "method": "POST",
        "timeout": PATIENCE,
        "speechTimeout": "auto",
        "bargeIn": True,
        "actionOnEmptyResult": True,
    }
    if one_key:
        listening["numDigits"] = 1
    if known := hints_line(hints):
        listening["hints"] = known
    response = VoiceResponse()
    _say(response.gather(**listening), said)
    return str(response)


def hints_line(hints: Sequence[str]) -> str:
    """A comma separates them, so none may hold one."""
    plain = (" ".join(clean(hint).replace(",", " ").split())[:LONGEST_HINT].strip() for hint in hints)
    return ",".join([*dict.fromkeys(hint for hint in plain if hint)][:MOST_HINTS])


def record(said: Iterable[Saying], *, action: str, callback: str) -> str:
    """Without an `action` the same document would run again, and record again, for ever."""
    response = VoiceResponse()
    _say(response, said)
    response.record(
        action=action,
        method="POST",
        max_length=LONGEST_MESSAGE_SECONDS,
        finish_on_key="#",
        play_beep=True,
        recording_status_callback=callback,
        recording_status_callback_method="POST",
        recording_status_callback_event="completed",
    )
    return str(response)


def dial(said: Iterable[Saying], *, number: str, caller: str, action: str) -> str:
    response = VoiceResponse()
    _say(response, said)
    response.dial(number, caller_id=caller, timeout=30, action=action, method="POST")
    return str(response)


def busy() -> str:
    """The call is not taken, so it costs the caller nothing."""
    response = VoiceResponse()
    response.reject(reason="busy")
    return str(response)


def nothing() -> str:
    return str(VoiceResponse())


def _say(where: VoiceResponse, said: Iterable[Saying]) -> None:
    for text, language in said:
        for piece, voice_of in in_voices(text, language):
            locale, voice = VOICES[voice_of]
            where.say(piece, language=locale, voice=voice)


def in_voices(text: str, language: str) -> Iterator[Saying]:
    """Words in another language's letters, as in a list of languages or a name, are said by a voice that has them."""
    words = spoken(text, language).split()
    piece: list[str] = []
    speaking = language
    for word in words:
        speaker = _speaker(word, language) or (language if word.isascii() and word.isalpha() else speaking)
        if piece and (speaker != speaking or len(" ".join((*piece, word))) > MOST_SAID):
            yield " ".join(piece), speaking
            piece = []
        speaking = speaker
        piece.append(word[:MOST_SAID])
    if piece:
        yield " ".join(piece), speaking


def _speaker(word: str, language: str) -> str | None:
    owner = next((code for code, letters in _LETTERS if letters.search(word)), None)
    return "mr" if (owner, language) == ("hi", "mr") else owner


def language_of(text: str) -> str:
    """Of words that nobody said the language of: whose letters they begin with."""
    return next((owner for word in text.split() if (owner := _speaker(word, "en"))), "en")
