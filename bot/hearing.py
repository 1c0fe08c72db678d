"""The ears at work: voice notes that have come are listened to side by side, and what was said takes the road of every
message. What nobody could make out by its deadline takes it too, and is told so.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog

from bot import turn, voice_notes
from bot.message import Inbound, Note
from bot.speech.ears import Ears
from bot.speech.sound import NotSound, plain
from bot.speech.unheard import Unheard
from bot.turn import Office
from bot.voice_notes import Outcome, Parked
from marketplace_core.store import MediaMissing, Storage

log = structlog.get_logger()

#: Listened to at the same time by one worker: an ear far away takes its time, and works on many.
AT_ONCE = 8


@dataclass
class Hearing:
    ears: Ears
    store: Storage
    under_way: set[asyncio.Task[None]] = field(default_factory=set)

    async def make_round(self, office: Office, now: datetime) -> int:
        """How many were begun; they end by themselves, later notes do not wait for them."""
        few = AT_ONCE - len(self.under_way)
        if few <= 0:
            return 0
        async with office.desk(now) as desk:
            claimed = await voice_notes.claim(desk, few)
        for note in claimed:
            task = asyncio.create_task(self._see_to(office, note))
            self.under_way.add(task)
            task.add_done_callback(self.under_way.discard)
        return len(claimed)

    async def _see_to(self, office: Office, note: Parked) -> None:
        try:
            words, outcome = await self._listen(note)
            await turn.take(office, _inbound(note, words, outcome))
            async with office.desk(datetime.now(UTC)) as desk:
                await voice_notes.done(desk, note, outcome)
        except Exception as fault:  # claimed again when its lease is over; the answer is given once
            log.error("voice note not seen to", fault=type(fault).__name__, exc_info=fault)

    async def _listen(self, note: Parked) -> tuple[str, Outcome]:
        if not note.key:
            return "", Outcome(because=note.lost_because or "not here in time")
        seconds = None
        left = (note.deadline - datetime.now(UTC)).total_seconds()
        try:
            async with asyncio.timeout(max(left, 0)):
                sound = await plain(await self.store.load(note.key))
                seconds = sound.seconds
                heard = await self.ears.hear(sound)
        except TimeoutError:
            return "", Outcome(seconds=seconds, because="not heard in time")
        except (MediaMissing, NotSound, Unheard) as failure:
            return "", Outcome(seconds=seconds, because=f"{type(failure).__name__}: {failure}")
        except Exception as fault:  # whatever a library does: the person is not left waiting
            log.error("ears failed", fault=type(fault).__name__, exc_info=fault)
            return "", Outcome(seconds=seconds, because=type(fault).__name__)
        return heard.text, Outcome(heard.ear, heard.language, seconds)


def _inbound(note: Parked, words: str, outcome: Outcome) -> Inbound:
    return Inbound(
        carrier=note.carrier,
        carrier_id=f"{note.carrier_id}:heard",
        sender=note.sender,
        recipient=note.recipient,
        received_at=datetime.now(UTC),
        text=words,
        note=Note(note.serial, heard=bool(words), language=outcome.language),
    )
