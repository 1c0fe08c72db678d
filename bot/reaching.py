"""Where a person can be written to, when it is the bot that begins."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from bot.message import Channel
from bot.outbox.ways import WHATSAPP_WINDOW
from marketplace_core.accounts import Address


@dataclass(frozen=True)
class Reachable:
    channel: Channel
    value: str


def reachable(addresses: Sequence[Address], now: datetime, opens: bool = False) -> Reachable | None:
    """Where the person was last heard, unless they said stop there. By SMS who called, who is not reached there any
    more, and who has been silent for longer than WhatsApp's window lasts, unless a template `opens` it."""
    no_sms = any(one.opted_out or one.closed for one in addresses if one.channel == "sms")
    for address in addresses:
        if address.opted_out or not address.last_inbound_at:
            continue
        shut = address.channel == "whatsapp" and now - address.last_inbound_at >= WHATSAPP_WINDOW
        if address.channel != "voice" and not address.closed and (opens or not shut):
            return Reachable(cast(Channel, address.channel), address.value)
        if address.phone and not no_sms:
            return Reachable("sms", address.phone)
    return None
