"""What a turn ends with: its answer in the shape of the channel, and the way it leaves."""

from collections.abc import Callable
from dataclasses import replace

import bot.channels
from bot.conversations import Sending
from bot.message import Channel, Outgoing
from bot.openers import notice_of
from bot.outbox.hours import Purpose
from bot.outbox.writing import kept
from flows.engine import Outcome
from flows.heard import Heard
from flows.words import Words, words_of
from marketplace_core.accounts import Person


def rendered(channel: Channel, outcome: Outcome, speaks: Callable[[str], bool]) -> Outgoing | None:
    if outcome.reply is None:
        return None
    outgoing = bot.channels.render(channel, outcome.reply, words_for(channel, outcome.person))
    aloud = channel == "whatsapp" and outcome.state.spoken_to and not outcome.listening
    if aloud and speaks(outcome.person.language):
        return replace(outgoing, voice=bot.channels.aloud(outcome.reply, outcome.person.language))
    return outgoing


def words_for(channel: Channel, person: Person) -> Words:
    """A voice reads the letters of its own language, whatever its listener reads."""
    return words_of(person.language, "native" if channel == "voice" else person.script)


def sending(channel: Channel, value: str, outcome: Outcome, began: Heard | None = None) -> Sending:
    """`began` is what made the bot speak up by itself; without it, it answers."""
    assert outcome.reply is not None
    notice = notice_of(began.news, outcome.reply, outcome.person) if began and began.news else None
    purpose: Purpose = "notice" if began else "answer"
    return Sending(channel, value, purpose, kept(outcome.reply, outcome.person), notice)
