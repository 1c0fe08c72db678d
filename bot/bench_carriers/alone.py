"""The same words, in the order in which they were heard, by people to whom nothing happens."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.bench_carriers.arrivals import Message, address_of
from bot.bench_carriers.delivery import Door, bring
from bot.bench_carriers.judge import Delivery
from bot.bench_carriers.records import standing, waiting
from marketplace_core.accounts import commands as accounts
from marketplace_core.desk import open_desk
from marketplace_core.places.place import Place
from marketplace_core.seed import TENANT

MOGA = Place("142001", "Moga", "Moga", "Punjab", 30.8, 75.17)

#: What decides where somebody stands: the channel, whether the house knew them, and their words in order.
Course = tuple[bool, bool, tuple[str, ...]]


def courses(
    brought: Sequence[Delivery], heard: Sequence[str], joined: Mapping[str, bool]
) -> dict[str, Course]:
    """By address; somebody of whom nothing was heard said nothing."""
    by_sid = {one.sid: one for one in brought}
    said: dict[str, list[str]] = defaultdict(list)
    for sid in heard:
        said[by_sid[sid].address].append(by_sid[sid].words)
    return {
        address: (address.startswith("whatsapp:"), known, tuple(said[address]))
        for address, known in joined.items()
    }


@dataclass
class Alone:
    """Each course is run once, however many people took it."""

    engine: AsyncEngine
    door: Door
    numbers: Iterator[int]
    ended: dict[Course, str] = field(default_factory=dict)

    async def end_of(self, course: Course) -> str:
        if course not in self.ended:
            self.ended[course] = await self._run(course)
        return self.ended[course]

    async def _run(self, course: Course) -> str:
        on_whatsapp, joined, said = course
        address = address_of(2 * next(self.numbers) + on_whatsapp)
        if joined:
            await join(self.engine, [address])
        for words in said:
            letter = self.door.letter(Message(address, words, 0.0))
            await bring(self.door, letter, asyncio.get_running_loop().time())
            if letter.delivery.taken_at is None or letter.delivery.told_away:
                raise RuntimeError(f"Nothing is broken any more, and “{words}” was not taken.")
            while any(row.state == "not heard" for row in await waiting(self.engine)):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        async with open_desk(self.engine, TENANT, datetime.now(UTC)) as desk:
            return (await standing(desk, [address])).get(address, "nowhere")


async def join(engine: AsyncEngine, addresses: Sequence[str]) -> None:
    """They are known from before: registered, in English."""
    async with open_desk(engine, TENANT, datetime.now(UTC)) as desk:
        for address in addresses:
            channel = "whatsapp" if address.startswith("whatsapp:") else "sms"
            phone = address.removeprefix("whatsapp:")
            reached = await accounts.reach(desk, channel=channel, value=address, phone=phone)
            await accounts.register(desk, reached.person.id, name="Bench", place=MOGA)
            await accounts.set_language(desk, reached.person.id, language="en", script="native")
