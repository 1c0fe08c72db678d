"""A phone call: everything is said, every choice is a key."""

from bot.channels.choices import InWords, choices, numbered, paragraphs
from bot.channels.limits import VOICE
from bot.message import Outgoing
from flows.say import Reply, msg


def render(reply: Reply, say: InWords) -> Outgoing:
    def spoken(key: int, choice: str) -> str:
        return say(msg("For {choice}, press {key}.", choice=choice, key=key))

    return Outgoing(numbered(paragraphs(reply, say, "\n"), choices(reply, say), VOICE.text, line=spoken))
