"""One round of the webhook worker. As many workers as needed, each in its own process or task."""

import asyncio
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from marketplace_core.desk import open_desk
from marketplace_core.spreading import spread
from marketplace_core.tenants.queries import everyone
from marketplace_core.webhooks.commands import secrets_of
from marketplace_core.webhooks.deliveries import Claimed, claim, write_down
from marketplace_core.webhooks.signing import signed
from marketplace_core.webhooks.wire import Answer, Wire

log = structlog.get_logger()

#: Answers that come together are written down together: a commit costs more than all of them.
MOMENT = 0.02
USER_AGENT = "MandiMitra-Webhooks/1"


async def deliver_round(engine: AsyncEngine, wire: Wire, now: datetime) -> int:
    """Spread what happened, send what is due; how much was sent. More may be due when it was not zero."""
    rounds = await asyncio.gather(
        *(_at_desk(engine, tenant, wire, now) for tenant in await everyone(engine)), return_exceptions=True
    )
    faults = [each for each in rounds if isinstance(each, Exception)]
    if faults:
        raise ExceptionGroup("not delivered for every tenant", faults)
    return sum(each for each in rounds if isinstance(each, int))


async def _at_desk(engine: AsyncEngine, tenant: int, wire: Wire, now: datetime) -> int:
    async with open_desk(engine, tenant, now) as desk:
        await spread(desk)
    async with open_desk(engine, tenant, now) as desk:
        claimed = await claim(desk)
        keys = await secrets_of(desk, list({each.endpoint_id for each in claimed})) if claimed else {}
    # From here to the end of an attempt no transaction is open. What a crash leaves claimed is due again when its
    # lease ends: the receiver may see it twice, under the same webhook-id.
    under_way = {asyncio.create_task(_send(wire, each, keys[each.endpoint_id], now)) for each in claimed}
    while under_way:
        await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.sleep(MOMENT)
        done = {task for task in under_way if task.done()}
        under_way -= done
        results = [(each, answer) for each, answer in map(asyncio.Task.result, done) if answer]
        if not results:
            continue
        async with open_desk(engine, tenant, now) as desk:
            await write_down(desk, results)
    return len(claimed)


async def _send(wire: Wire, each: Claimed, keys: list[str], now: datetime) -> tuple[Claimed, Answer | None]:
    headers = {
        "content-type": "application/json",
        "user-agent": USER_AGENT,
        **signed(each.id, now, each.body, keys),
    }
    try:
        return each, await wire.post(each.url, headers, each.body.encode())
    except Exception as fault:  # ours, not theirs: nothing is counted against them, the lease runs out
        log.error("webhook not sent", fault=type(fault).__name__, exc_info=fault)
        return each, None
