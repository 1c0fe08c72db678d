"""What Twilio reads in the answer to its webhook."""

from collections.abc import Mapping

from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import VoiceResponse

from bot.channels.text import clean

#: The only voices we use. A voice that does not exist, or not in its language, ends the call,
#: and the library checks neither.
VOICES: Mapping[str, str] = {
    "en-IN": "Google.en-IN-Standard-A",
    "hi-IN": "Google.hi-IN-Standard-A",
    "kn-IN": "Google.kn-IN-Standard-A",
}


def message(text: str | None) -> str:
    """The library lets control characters through, with which Twilio drops the whole answer (12100)."""
    response = MessagingResponse()
    if text:
        response.message(clean(text))
    return str(response)


def spoken(sentences: Mapping[str, str]) -> str:
    """Says one sentence per language, each in a voice of that language."""
    response = VoiceResponse()
    for language, sentence in sentences.items():
        response.say(clean(sentence), language=language, voice=VOICES[language])
    return str(response)
