"""Starts the whole house on a database of its own, breaks it fault by fault, and prints what came of it."""

import asyncio
import json
import os
import secrets
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from itertools import count
from pathlib import Path
from random import Random

import aiohttp
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import needs
from bot.bench_carriers.alone import Alone, courses, join
from bot.bench_carriers.arrivals import DIALOGUES, arrivals
from bot.bench_carriers.carrier import PretendTwilio
from bot.bench_carriers.delivery import READ_SECONDS, Door, Letter, bring_all, watched
from bot.bench_carriers.faults import FAULTS, Fault, Standing
from bot.bench_carriers.judge import Verdict, judge, moments_of_answers
from bot.bench_carriers.records import records, waiting
from bot.carriers.twilio.content import simulator_sids
from bot.processes import Child, start, stop
from bot.settings import Settings, settings
from marketplace_core.db.embedded import embedded
from marketplace_core.db.engine import make_engine
from nlu import server

#: A row whose end nobody saw is looked up after a minute.
UNTIL_SETTLED = 150.0
#: What is answered twice may be so a little later.
AFTERWARDS = 2.0
PEOPLE_A_FAULT = 10_000
FIRST_ALONE = 20_000_000
SHOWN = 10
HEAD = (
    "messages",
    "given up",
    "lost",
    "doubled",
    "disorder",
    "wrong",
    "accept 50",
    "99",
    "answer 50",
    "95",
    "99",
)


def bench_carriers(seconds: float, rate: float, chosen: Sequence[str]) -> int:
    """0 if nothing was lost, doubled, out of order or wrong."""
    with (
        tempfile.TemporaryDirectory(prefix="mandi-bench-") as folder,
        _house(Path(folder)) as (own, standing),
    ):
        return asyncio.run(_all(own, standing, seconds, rate, chosen))


@contextmanager
def _house(folder: Path) -> Iterator[tuple[Settings, Standing]]:
    """Rasa and the database run; the web server and the worker are yet to be started."""
    house = settings()
    rasa, rasa_url = needs.rasa(house)
    children = [rasa]
    logs = house.mandi_home.resolve() / "bench-carriers"
    with embedded(folder / "postgres") as database:
        urls = {"database_url": database.app_url, "database_owner_url": database.owner_url}
        ports = {name: needs.free_port() for name in ("web", "carrier")}
        own = house.model_copy(
            update={
                **urls,
                "mandi_home": folder,
                "public_base_url": f"http://127.0.0.1:{ports['web']}",
                "twilio_api_url": f"http://127.0.0.1:{ports['carrier']}",
            }
        )
        needs.prepare_database(own)
        token = secrets.token_hex(16)
        told = {
            **os.environ,
            "MANDI_HOME": str(folder),
            "MEDIA_FOLDER": str(folder / "media"),
            "PUBLIC_BASE_URL": own.public_base_url,
            "DATABASE_URL": database.app_url,
            "RASA_URL": rasa_url,
            "TWILIO_AUTH_TOKEN": token,
            "TWILIO_API_URL": own.twilio_api_url,
            # With templates, answers with buttons leave through the outbox, as they do at the real one.
            "TWILIO_CONTENT_SIDS": json.dumps(simulator_sids()),
            # The house is measured, not how fast one number may send: a reply to a webhook is not held to that either.
            "SMS_PER_SECOND": "1000",
            "LOG_LEVEL": "WARNING",
        }
        mandi = (sys.executable, "-m", "bot.cli")
        web = Child("web server", (*mandi, "web", "--port", str(ports["web"])), told, logs / "web.log")
        worker = Child("worker", (*mandi, "worker"), told, logs / "worker.log")
        try:
            for child in (rasa, web, worker):
                child.log.unlink(missing_ok=True)
                children.append(child)
                start(child)
            assert rasa.process
            with needs.timed("language model loaded"):
                server.wait_until_ready(rasa_url, rasa.process, rasa.log.parent)
            yield own, Standing(web, worker, rasa, PretendTwilio(token), database.restart)
        finally:
            stop([web, worker])
            stop([rasa])


async def _all(own: Settings, standing: Standing, seconds: float, rate: float, chosen: Sequence[str]) -> int:
    clean = True
    carrier_port = int(own.twilio_api_url.rpartition(":")[2])
    async with _engine(own) as engine, standing.carrier.standing(carrier_port), _door(own, standing) as door:
        await _until_open(door)
        alone = Alone(engine, door, count(FIRST_ALONE))
        for dialogue in DIALOGUES:  # which warms up too
            for on_whatsapp in (True, False):
                words = dialogue.said(Random(dialogue.name), on_whatsapp)  # noqa: S311
                await alone.end_of((on_whatsapp, dialogue.joined, words))
        print(f"{os.cpu_count()} processors, {seconds:g} s each, {rate:g} messages a second; milliseconds")
        print(f"{'':20}" + "".join(f"{word:>10}" for word in HEAD), flush=True)
        for n, name in enumerate(chosen):
            verdict = await _one(name, (n + 1) * PEOPLE_A_FAULT, standing, alone, seconds=seconds, rate=rate)
            clean = clean and verdict.clean
    return 0 if clean else 1


async def _one(
    name: str, first: int, standing: Standing, alone: Alone, *, seconds: float, rate: float
) -> Verdict:
    plan = arrivals(Random(name), rate=rate, seconds=seconds, first=first)  # noqa: S311 - the same each time
    await join(alone.engine, [each.address for each in plan.writers if each.joined])
    letters = [alone.door.letter(message) for message in plan.messages]
    carrier = standing.carrier
    carrier.sent.clear()
    start_at = asyncio.get_running_loop().time() + 0.5
    breaking = asyncio.create_task(_break(FAULTS[name], standing, start_at, seconds))
    await bring_all(alone.door, letters, start_at)
    await breaking
    left = await _until_settled(alone.engine)
    brought = [one.delivery for one in letters]
    joined = {each.address: each.joined for each in plan.writers}
    found = await records(alone.engine, [one.sid for one in brought], list(joined))
    taken = list(carrier.sent)
    ways = courses(brought, found.heard, joined)
    ends = {address: await alone.end_of(ways[address]) for address in found.standing}
    verdict = judge(brought, taken, found, ends)
    reached = moments_of_answers(brought, taken, found)
    _print(name, letters, reached, verdict)
    for row in left:
        print(f"    still waiting: {row}")
    return verdict


async def _break(fault: Fault, standing: Standing, start_at: float, seconds: float) -> None:
    await asyncio.sleep(start_at + seconds / 3 - asyncio.get_running_loop().time())
    await fault(standing, seconds / 3)


async def _until_settled(engine: AsyncEngine) -> Sequence[object]:
    """What has not left when patience ends."""
    deadline = asyncio.get_running_loop().time() + UNTIL_SETTLED
    while True:
        try:
            left = await waiting(engine)
        except (OperationalError, DBAPIError):
            left = ["the database does not answer"]
        if not left or asyncio.get_running_loop().time() > deadline:
            await asyncio.sleep(AFTERWARDS)
            return left
        await asyncio.sleep(0.5)


def _print(name: str, letters: Sequence[Letter], reached: Mapping[str, float], verdict: Verdict) -> None:
    brought = [one.delivery for one in letters]
    accepts = [1000 * took for one in brought for took in one.accepts]
    answers = [1000 * (reached[one.sid] - one.due) for one in brought if one.sid in reached]
    given_up = sum(one.taken_at is None or one.told_away for one in brought)
    kinds = (verdict.lost, verdict.doubled, verdict.out_of_order, verdict.wrong)
    counts = (len(brought), given_up, *map(len, kinds))
    times = (*_cuts(accepts, 50, 99), *_cuts(answers, 50, 95, 99))
    figures = [f"{each:>10}" for each in counts] + [f"{each:>10.0f}" for each in times]
    print(f"{name:20}" + "".join(figures), flush=True)
    for line in (line for lines in kinds for line in lines[:SHOWN]):
        print(f"    {line}", flush=True)


def _cuts(values: Sequence[float], *percents: int) -> list[float]:
    cuts = statistics.quantiles(values, n=100) if len(values) > 1 else [float("nan")] * 99
    return [cuts[percent - 1] for percent in percents]


@asynccontextmanager
async def _engine(own: Settings) -> AsyncIterator[AsyncEngine]:
    engine = make_engine(own.database_url or "")
    try:
        yield engine
    finally:
        await engine.dispose()


@asynccontextmanager
async def _door(own: Settings, standing: Standing) -> AsyncIterator[Door]:
    patience = aiohttp.ClientTimeout(total=READ_SECONDS)
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0), timeout=patience, trace_configs=[watched()]
    ) as http:
        yield Door(
            http,
            own.public_base_url,
            standing.carrier.token,
            own.twilio_whatsapp_sender,
            own.twilio_sms_sender,
        )


async def _until_open(door: Door) -> None:
    for _ in range(600):
        try:
            async with door.http.post(door.url) as answer:
                if answer.status < 500:
                    return
        except aiohttp.ClientError:
            pass
        await asyncio.sleep(0.1)
    raise RuntimeError(
        "The web server does not answer; its log is in bench-carriers, beside that of mandi up."
    )
