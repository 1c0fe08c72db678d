"""How fast a number sends. Each process keeps the pace by itself: carriers queue a burst of several for hours."""

import asyncio
from dataclasses import dataclass, field


@dataclass
class Pace:
    """By number, the moment from which its next message may leave."""

    free_at: dict[str, float] = field(default_factory=dict)

    async def keep(self, number: str, per_second: float) -> None:
        now = asyncio.get_running_loop().time()
        starts = max(now, self.free_at.get(number, 0.0))
        self.free_at[number] = starts + 1 / per_second
        await asyncio.sleep(starts - now)
