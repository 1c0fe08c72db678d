"""A reply as a voice note says it: the words, then each choice with its number."""

from bot.channels.choices import choices, paragraphs
from bot.channels.text import cut
from bot.message import Voice
from bot.speech.spoken import spoken
from flows.say import Reply
from flows.words import words_of

#: Nobody listens for longer than a minute; what is cut off stands in the written message.
LONGEST = 900


def aloud(reply: Reply, language: str) -> Voice:
    say = words_of(language, "native")
    lines = [f"{choice.whole}: {number}." for number, choice in enumerate(choices(reply, say), 1)]
    written = "\n".join([paragraphs(reply, say, "\n"), *lines])
    return Voice(cut(spoken(written, language), LONGEST, mark=""), language)
