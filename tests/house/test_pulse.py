"""A worker that hangs is noticed: its sign of life is renewed only while its event loop turns."""

import asyncio
import time

from bot import pulse


async def test_the_sign_of_life_is_given_while_work_goes_on() -> None:
    before = time.time() - 1
    await pulse.with_pulse(asyncio.sleep(0.1))
    assert pulse.ALIVE.stat().st_mtime > before


async def test_no_sign_is_given_after_the_work_has_ended() -> None:
    await pulse.with_pulse(asyncio.sleep(0))
    beating = [task for task in asyncio.all_tasks() if "_beat" in repr(task)]
    await asyncio.gather(*beating, return_exceptions=True)
    assert all(task.cancelled() for task in beating)
