"""A conversation in the terminal, through the same turn as any carrier's message."""

import asyncio
import sys
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

from bot.house import open_house
from bot.message import Address, Channel, DatabaseAway, Inbound
from bot.settings import Settings
from bot.speech.spoken import spoken
from bot.turn import Office, take
from marketplace_core.accounts import commands as accounts


async def chat(house: Settings, channel: Channel, phone: str, language: str | None) -> None:
    """Lines come from standard input until it ends; a choice is made by its number, on the phone by its key."""
    async with open_house(house, ring=lambda _: None) as opened:
        # Here every answer is text: a terminal has no buttons.
        await _converse(replace(opened.office, fits_reply=lambda *_: True), channel, phone, language)


async def _converse(office: Office, channel: Channel, phone: str, language: str | None) -> None:
    value = f"whatsapp:{phone}" if channel == "whatsapp" else phone
    sender = Address(channel, value, phone)
    if language:
        await _speaks(office, sender, language)
    while line := await asyncio.to_thread(_next_line):
        heard = Inbound("terminal", uuid4().hex, sender, "terminal", datetime.now(UTC), text=line.strip())
        try:
            answer = await take(office, heard)
        except DatabaseAway:
            print("The database is away; please try again.")
            continue
        said = answer.text or "(no answer)"
        print(await _spoken(office, sender, said) if channel == "voice" else said, end="\n\n")


async def _spoken(office: Office, sender: Address, said: str) -> str:
    """As a caller hears it: amounts as words, codes letter by letter."""
    async with office.desk(datetime.now(UTC)) as desk:
        reached = await accounts.reach(desk, channel=sender.channel, value=sender.value, phone=sender.phone)
    return spoken(said, reached.person.language)


async def _speaks(office: Office, sender: Address, language: str) -> None:
    async with office.desk(datetime.now(UTC)) as desk:
        reached = await accounts.reach(desk, channel=sender.channel, value=sender.value, phone=sender.phone)
        await accounts.set_language(desk, reached.person.id, language=language, script="native")


def _next_line() -> str:
    """Empty at the end of the input."""
    if sys.stdin.isatty():
        print("> ", end="", flush=True)
    return sys.stdin.readline()
