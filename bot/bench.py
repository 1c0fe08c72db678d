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
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import aiohttp
import psycopg
from fastapi import FastAPI, Request, Response
from sqlalchemy import make_url, text
from twilio.request_validator import RequestValidator

from bot import needs
from bot.carriers.twilio.form import FormRefused, carrier_id, field, read_form
from bot.carriers.twilio.signature import genuine, signed_url
from bot.carriers.twilio.twiml import message as twiml_message
from bot.processes import Child, start, stop
from bot.settings import Settings, settings
from marketplace_core.accounts import commands as accounts
from marketplace_core.db.engine import make_engine
from marketplace_core.desk import Desk
from marketplace_core.places.place import Place
from marketplace_core.seed import TENANT

PEOPLE = 32
SECONDS = 10
MOST_REQUESTS = 20_000
DOOR = "/carrier/twilio/message"
MOGA = Place("142001", "Moga", "Moga", "Punjab", 30.8, 75.17)

BARE_TABLES = """
    CREATE TABLE IF NOT EXISTS bench_person (phone text PRIMARY KEY, messages int NOT NULL DEFAULT 0);
    CREATE TABLE IF NOT EXISTS bench_inbound (carrier_id text PRIMARY KEY, answer text NOT NULL);
    GRANT SELECT, INSERT, UPDATE ON bench_person, bench_inbound TO mandi_app;
"""


@dataclass(frozen=True)
class Load:
    """One kind of message: what the n-th message of a person carries beside its addresses."""

    name: str
    server: tuple[str, ...]
    fields: Callable[[int], Mapping[str, str]]


WEB = ("bot.cli", "web", "--port")
BARE = ("uvicorn", "--factory", "bot.bench:bare", "--no-access-log", "--log-level", "warning", "--port")
LOADS = (
    Load("bare webhook", BARE, lambda n: {"Body": str(n)}),
    Load("menu tap", WEB, lambda n: {"Body": "Help", "ButtonText": "Help", "ButtonPayload": "go:help"}),
    Load("sentence", WEB, lambda n: {"Body": f"what is the price of {n} quintal wheat today"}),
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


LOCK = text("SELECT messages FROM bench_person WHERE phone = :phone FOR UPDATE")
REMEMBER = text("INSERT INTO bench_inbound VALUES (:sid, :answer) ON CONFLICT DO NOTHING")
COUNT = text("UPDATE bench_person SET messages = messages + 1 WHERE phone = :phone")


def bench() -> int:
    house = settings()
    home = house.mandi_home / "bench"
    with ExitStack() as stack:
        database = stack.enter_context(needs.database(house.model_copy(update={"mandi_home": home})))
        rasa_url = stack.enter_context(needs.language_model(house))
        port = needs.free_port()
        told = {
            "PUBLIC_BASE_URL": f"http://127.0.0.1:{port}",
            "DATABASE_URL": database.app_url,
            "RASA_URL": rasa_url,
            "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
            # Nothing is sent: without templates every answer is text in the webhook's own reply.
            "TWILIO_API_URL": "http://127.0.0.1:9",
            "LOG_LEVEL": "WARNING",
        }
        phones = [f"whatsapp:+9198450{n:05d}" for n in range(PEOPLE)]
        asyncio.run(_prepare(database, phones))
        print(_conditions(database))
        print(f"{'':16}{'turns/s':>10}{'p50 ms':>10}{'p95 ms':>10}{'p99 ms':>10}")
        rates = {load.name: _measure(load, port, told, phones, home) for load in LOADS}
        print(
            f"a menu tap runs at {rates['menu tap'] / rates['bare webhook']:.2f} of the bare webhook's rate"
        )
    return 0


async def _prepare(database: needs.DatabaseUrls, phones: Sequence[str]) -> None:
    owner = make_engine(database.owner_url or "")
    async with owner.begin() as db:
        for statement in BARE_TABLES.strip().split(";\n"):
            await db.execute(text(statement))
        for phone in phones:
            await db.execute(
                text("INSERT INTO bench_person VALUES (:p) ON CONFLICT DO NOTHING"), {"p": phone}
            )
    await owner.dispose()
    engine = make_engine(database.app_url)
    async with engine.begin() as db:
        desk = Desk(db, TENANT, datetime.now(UTC))
        for phone in phones:
            number = phone.removeprefix("whatsapp:")
            reached = await accounts.reach(desk, channel="whatsapp", value=phone, phone=number)
            await accounts.register(desk, reached.person.id, name="Bench", place=MOGA)
    await engine.dispose()


def _conditions(database: needs.DatabaseUrls) -> str:
    url = make_url(database.app_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as db:
        shown = {
            name: db.execute(f"SHOW {name}").fetchone()
            for name in ("server_version", "fsync", "synchronous_commit")
        }
    facts = ", ".join(f"{name} {value[0] if value else '?'}" for name, value in shown.items())
    return f"{os.cpu_count()} processors, {PEOPLE} people, {SECONDS} s each; PostgreSQL {facts}"


def _measure(load: Load, port: int, told: Mapping[str, str], phones: Sequence[str], home: Path) -> float:
    child = Child(load.name, (sys.executable, "-m", *load.server, str(port)), told, home / "logs" / "web.log")
    start(child)
    try:
        return asyncio.run(_drive(load, told, phones))
    finally:
        stop([child])


async def _drive(load: Load, told: Mapping[str, str], phones: Sequence[str]) -> float:
    url = told["PUBLIC_BASE_URL"] + DOOR
    sign = partial(RequestValidator(told["TWILIO_AUTH_TOKEN"]).compute_signature, url)
    each = MOST_REQUESTS // len(phones)
    ready = {phone: [_signed(load, sign, phone, n) for n in range(each)] for phone in phones}
    times: list[float] = []
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=len(phones))) as http:
        await _until_open(http, url)

        async def person(messages: Sequence[tuple[bytes, str]], until: float) -> None:
            for body, signature in messages:
                if time.perf_counter() > until:
                    return
                times.append(await _post(http, url, body, signature))

        for seconds in (2, SECONDS):  # the first lap warms up
            times.clear()
            since = time.perf_counter()
            laps = [
                person([ready[phone].pop() for _ in range(len(ready[phone]) // 2)], since + seconds)
                for phone in phones
            ]
            await asyncio.gather(*laps)
            took = time.perf_counter() - since
    cuts = statistics.quantiles(times, n=100)
    rate = len(times) / took
    print(f"{load.name:16}{rate:10.0f}{cuts[49] * 1e3:10.1f}{cuts[94] * 1e3:10.1f}{cuts[98] * 1e3:10.1f}")
    return rate
