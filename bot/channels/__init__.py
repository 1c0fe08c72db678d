"""The same words in the shape of each channel."""

from collections.abc import Callable, Mapping

from bot.channels import sms, voice, whatsapp
from bot.channels.aloud import aloud
from bot.channels.choices import InWords
from bot.channels.limits import CAPABILITIES, Capabilities
from bot.message import Channel, Outgoing
from flows.say import Reply

__all__ = ["CAPABILITIES", "Capabilities", "aloud", "render"]

RENDERINGS: Mapping[Channel, Callable[[Reply, InWords], Outgoing]] = {
    "whatsapp": whatsapp.render,
    "sms": sms.render,
    "voice": voice.render,
}


def render(channel: Channel, reply: Reply, say: InWords) -> Outgoing:
    return RENDERINGS[channel](reply, say)
