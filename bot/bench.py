"""`mandi bench`: turns per second over HTTP, beside the least that any signed and stored webhook must do.

Each load runs against a web server of its own, on a database of its own with fsync on. Every message is new, signed
and from one of many people; a person waits for the answer before the next message. Requests are made ready before
the clock starts, so that signing them is not measured.
"""

import asyncio
import os
import secrets
import statistics
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

import aiohttp
from fastapi import FastAPI, Request, Response
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from twilio.request_validator import RequestValidator

from bot import needs
from bot.carriers.twilio.form import FormRefused, carrier_id, field, read_form
from bot.carriers.twilio.signature import genuine, signed_url
from bot.carriers.twilio.twiml import message as twiml_message
from bot.processes import Child, start, stop
from bot.settings import settings
from marketplace_core.accounts import commands as accounts
from marketplace_core.db.engine import make_engine
from marketplace_core.desk import open_desk
from marketplace_core.places.place import Place
from marketplace_core.seed import TENANT

PHONES = [f"whatsapp:+9198450{n:05d}" for n in range(32)]
SECONDS = 10
MOST_EACH = 1000
"""Messages made ready for each person; 3,200 turns a second would use them up."""

DOOR = "/carrier/twilio/message"
MOGA = Place("142001", "Moga", "Moga", "Punjab", 30.8, 75.17)

BARE_TABLES = (
    "CREATE TABLE IF NOT EXISTS bench_person (phone text PRIMARY KEY, messages int NOT NULL DEFAULT 0)",
    "CREATE TABLE IF NOT EXISTS bench_inbound (carrier_id text PRIMARY KEY, answer text NOT NULL)",
    "GRANT SELECT, INSERT, UPDATE ON bench_person, bench_inbound TO mandi_app",
)
BARE_PERSON = text("INSERT INTO bench_person VALUES (:phone) ON CONFLICT DO NOTHING")
LOCK = text("SELECT messages FROM bench_person WHERE phone = :phone FOR UPDATE")
REMEMBER = text("INSERT INTO bench_inbound VALUES (:sid, :answer) ON CONFLICT DO NOTHING")
COUNT = text("UPDATE bench_person SET messages = messages + 1 WHERE phone = :phone")


def _word(n: int) -> str:
    """A different word for every number: sentences that differ in amounts alone are understood from memory."""
    letters = []
    while n:
        n, letter = divmod(n, 26)
        letters.append(chr(ord("a") + letter))
    return "q" + "".join(letters)


@dataclass(frozen=True)
class Load:
    """One kind of message: what the n-th one carries beside its addresses."""

    name: str
    server: tuple[str, ...]
    people: int
    fields: Callable[[int], Mapping[str, str]]


WEB = ("bot.cli", "web", "--port")
BARE = ("uvicorn", "--factory", "bot.bench:bare", "--no-access-log", "--log-level", "warning", "--port")
LOADS = (
    Load("bare webhook", BARE, 32, lambda n: {"Body": str(n)}),
    Load("menu tap", WEB, 32, lambda n: {"Body": "Help", "ButtonText": "Help", "ButtonPayload": "go:help"}),
    Load("sentence", WEB, 4, lambda n: {"Body": f"what is the price of wheat in {_word(n)}"}),
)


def bare() -> FastAPI:
    """What our webhook is measured against: a checked signature and one transaction of three statements."""
    house = settings()
    engine = make_engine(house.database_url or "")
    tokens = [token.get_secret_value() for token in house.twilio_auth_token]

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await engine.dispose()

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)

    @app.post(DOOR)
    async def message(request: Request) -> Response:
        try:
            form = await read_form(request, house.body_limit)
        except FormRefused as refused:
            return Response(str(refused), refused.status)
        url = signed_url(house.public_base_url, request.scope)
        if not genuine(url, form, request.headers.get("x-twilio-signature"), tokens):
            return Response("forged", 403)
        about = {"phone": field(form, "From"), "sid": carrier_id(form), "answer": field(form, "Body")}
        async with engine.begin() as db:
            await db.execute(LOCK, about)
            await db.execute(REMEMBER, about)
            await db.execute(COUNT, about)
        return Response(twiml_message(about["answer"]), media_type="text/xml")

    return app


def bench() -> int:
    with ExitStack() as stack:
        house = settings()
        if not house.rasa_url:
            house = stack.enter_context(needs.own_rasa(house))
        own = house.model_copy(update={"mandi_home": house.mandi_home / "bench"})
        own = stack.enter_context(needs.own_database(own))
        needs.with_engine(own.model_copy(update={"database_url": own.database_owner_url}), _make_bare_tables)
        conditions = needs.with_engine(own, _prepare)
        port = needs.free_port()
        told = {
            **os.environ,
            "PUBLIC_BASE_URL": f"http://127.0.0.1:{port}",
            "DATABASE_URL": own.database_url or "",
            "RASA_URL": own.rasa_url or "",
            "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
            # Nothing is sent: without templates every answer is text in the webhook's own reply.
            "TWILIO_API_URL": "http://127.0.0.1:9",
            "LOG_LEVEL": "WARNING",
        }
        print(conditions)
        print(f"{'':16}{'people':>10}{'turns/s':>10}{'p50 ms':>10}{'p95 ms':>10}{'p99 ms':>10}")
        rates = {load.name: _measure(load, port, told, own.mandi_home / "logs") for load in LOADS}
        share = rates["menu tap"] / rates["bare webhook"]
        print(f"a menu tap runs at {share:.2f} of the rate of the bare webhook")
    return 0


async def _make_bare_tables(engine: AsyncEngine) -> None:
    async with engine.begin() as db:
        for statement in BARE_TABLES:
            await db.execute(text(statement))


async def _prepare(engine: AsyncEngine) -> str:
    """Everybody who will write has joined; returns the conditions of the measurement."""
    async with open_desk(engine, TENANT, datetime.now(UTC)) as desk:
        for phone in PHONES:
            number = phone.removeprefix("whatsapp:")
            reached = await accounts.reach(desk, channel="whatsapp", value=phone, phone=number)
            await accounts.register(desk, reached.person.id, name="Bench", place=MOGA)
            await desk.db.execute(BARE_PERSON, {"phone": phone})
        shown = [
            f"{name} {(await desk.db.execute(text(f'SHOW {name}'))).scalar_one()}"
            for name in ("server_version", "fsync", "synchronous_commit")
        ]
    return f"{os.cpu_count()} processors, {SECONDS} s each; PostgreSQL {', '.join(shown)}"


def _measure(load: Load, port: int, told: Mapping[str, str], logs: Path) -> float:
    child = Child(load.name, (sys.executable, "-m", *load.server, str(port)), told, logs / "bench.log")
    start(child)
    try:
        times, took = asyncio.run(_drive(load, told["PUBLIC_BASE_URL"] + DOOR, told["TWILIO_AUTH_TOKEN"]))
    finally:
        stop([child])
    cuts = statistics.quantiles(times, n=100)
    rate = len(times) / took
    p50, p95, p99 = (cuts[percent - 1] * 1000 for percent in (50, 95, 99))
    print(f"{load.name:16}{load.people:10}{rate:10.0f}{p50:10.1f}{p95:10.1f}{p99:10.1f}", flush=True)
    return rate


async def _drive(load: Load, url: str, token: str) -> tuple[list[float], float]:
    """The seconds of each answer, and how long it all took; a first short lap warms up and is forgotten."""
    signer = RequestValidator(token)
    times: list[float] = []
    numbers = count(1)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=load.people)) as http:
        await _until_open(http, url)
        for seconds, most in ((2, 50), (SECONDS, MOST_EACH)):
            ready = [
                [_signed(load, signer, url, phone, next(numbers)) for _ in range(most)]
                for phone in PHONES[: load.people]
            ]
            times.clear()
            since = time.perf_counter()
            await asyncio.gather(*(_person(http, url, letters, since + seconds, times) for letters in ready))
            took = time.perf_counter() - since
    return times, took


async def _until_open(http: aiohttp.ClientSession, url: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with suppress(aiohttp.ClientError):
            async with http.post(url) as answer:
                if answer.status < 500:
                    return
        await asyncio.sleep(0.1)
    raise RuntimeError("The measured web server does not answer; its log is beside the database.")


def _signed(
    load: Load, signer: RequestValidator, url: str, phone: str, n: int
) -> tuple[bytes, dict[str, str]]:
    form = {
        "MessageSid": "SM" + secrets.token_hex(16),
        "From": phone,
        "To": "whatsapp:+14155238886",
        "NumMedia": "0",
        **load.fields(n),
    }
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Twilio-Signature": signer.compute_signature(url, form),
    }
    return urlencode(form).encode(), headers


async def _person(
    http: aiohttp.ClientSession,
    url: str,
    letters: Sequence[tuple[bytes, dict[str, str]]],
    until: float,
    times: list[float],
) -> None:
    for body, headers in letters:
        since = time.perf_counter()
        if since > until:
            return
        async with http.post(url, data=body, headers=headers) as answer:
            answer.raise_for_status()
            said = await answer.read()
        if b"<Message" not in said:
            raise RuntimeError("The measured web server answered without a message; nothing was measured.")
        times.append(time.perf_counter() - since)
