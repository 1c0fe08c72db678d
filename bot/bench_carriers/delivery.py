"""Brings messages to our door when they are due, and insists as Twilio does with `#rc=2`.

After the first try two more on a connection error or a 5xx, then the fallback address, which is the same door with an
ErrorCode. How long Twilio pauses in between is written nowhere; the whole fits into the 15 seconds that it allows.
"""

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

import aiohttp

from bot.bench_carriers.arrivals import Message
from bot.bench_carriers.judge import Delivery
from bot.bench_carriers.signing import signed
from bot.carriers.twilio.webhook import AWAY_ENGLISH

DOOR = "/carrier/twilio/message"
PAUSES = (1.0, 3.0, 5.0)
FALLBACK = {"ErrorCode": "11200"}
READ_SECONDS = 15.0

Signed = tuple[bytes, Mapping[str, str]]


@dataclass(frozen=True)
class Letter:
    """Made before the clock starts, so that signing is not measured."""

    message: Message
    delivery: Delivery
    first: Signed
    fallback: Signed


@dataclass(frozen=True)
class Door:
    http: aiohttp.ClientSession
    base_url: str
    token: str
    whatsapp: str
    sms: str

    @property
    def url(self) -> str:
        return self.base_url + DOOR

    def letter(self, message: Message) -> Letter:
        sid = "SM" + secrets.token_hex(16)
        form = {
            "MessageSid": sid,
            "From": message.address,
            "To": self.whatsapp if message.address.startswith("whatsapp:") else self.sms,
            "Body": message.words,
            "NumMedia": "0",
        }
        return Letter(
            message,
            Delivery(sid, message.address, message.words),
            signed(self.url, form, self.token),
            signed(self.url, form | FALLBACK, self.token),
        )


async def bring_all(door: Door, letters: Sequence[Letter], start: float) -> None:
    """By the schedule, whatever becomes of those before."""
    loop = asyncio.get_running_loop()
    under_way: list[asyncio.Task[None]] = []
    due = [(one.message.due, one) for one in letters]
    due += [(one.message.again, one) for one in letters if one.message.again is not None]
    for at, letter in sorted(due, key=lambda each: each[0]):
        await asyncio.sleep(max(0.0, start + at - loop.time()))
        under_way.append(asyncio.create_task(bring(door, letter, start + at)))
    await asyncio.gather(*under_way)


async def bring(door: Door, letter: Letter, due: float) -> None:
    """`due` by the clock of the event loop: what waits in our own queue is measured too."""
    loop = asyncio.get_running_loop()
    delivery = letter.delivery
    for n, pause in enumerate((0.0, *PAUSES)):
        await asyncio.sleep(pause)
        since = loop.time() if pause else due
        body, headers = letter.fallback if n == len(PAUSES) else letter.first
        if delivery.began is None:
            delivery.began, delivery.due = loop.time(), due
        delivery.tries += 1
        try:
            async with door.http.post(
                door.url, data=body, headers=headers, trace_request_ctx=delivery
            ) as answer:
                said = await answer.text()
                status = answer.status
        except (aiohttp.ClientError, TimeoutError):
            continue
        if status < 500:
            if status != 200:
                raise RuntimeError(f"The door answered {status}: {said}")
            _note(delivery, since, loop.time(), said)
            return


def watched() -> aiohttp.TraceConfig:
    """Notes when all of a message was on the wire."""

    async def sent(_session: aiohttp.ClientSession, context: Any, _sent: Any) -> None:
        delivery: Delivery = context.trace_request_ctx
        if delivery and delivery.left is None:
            delivery.left = asyncio.get_running_loop().time()

    watching = aiohttp.TraceConfig()
    watching.on_request_chunk_sent.append(sent)
    return watching


def _note(delivery: Delivery, since: float, now: float, said: str) -> None:
    text = "".join(ElementTree.fromstring(said).itertext())  # noqa: S314 - our own answer
    if AWAY_ENGLISH in text:
        if delivery.taken_at is None:
            delivery.taken_at, delivery.told_away = now, True
        return
    if delivery.taken_at is None or delivery.told_away:
        delivery.taken_at, delivery.told_away = now, False
    delivery.accepts.append(now - since)
    if text:
        delivery.replies.append((now, text))
