"""What a command needs around it, started when missing and stopped again: a database, a language model."""

import asyncio
import socket
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.processes import Child, start, stop
from bot.settings import NotConfigured, Settings, settings
from marketplace_core.db.embedded import embedded
from marketplace_core.db.engine import make_engine, migrate
from marketplace_core.desk import Desk, open_desk
from marketplace_core.seed import seed, seed_reference
from nlu import server

T = TypeVar("T")


def say(line: str) -> None:
    """Progress goes to standard error: standard output belongs to what a command was asked for."""
    print(line, file=sys.stderr, flush=True)


@contextmanager
def timed(what: str) -> Iterator[None]:
    since = time.monotonic()
    yield
    say(f"{what} in {time.monotonic() - since:.1f} s")


@contextmanager
def surroundings(*, database: bool = True, rasa: bool = True) -> Iterator[Settings]:
    """The settings, completed by what had to be started here."""
    house = settings()
    with ExitStack() as stack:
        if rasa and not house.rasa_url:
            house = stack.enter_context(own_rasa(house))
        if database and not house.database_url:
            house = stack.enter_context(own_database(house))
        yield house


@contextmanager
def own_rasa(house: Settings) -> Iterator[Settings]:
    child, url = rasa(house)
    start(child)
    try:
        with timed("language model loaded"), _in_a_sentence():
            assert child.process
            server.wait_until_ready(url, child.process, child.log.parent)
        yield house.model_copy(update={"rasa_url": url})
    finally:
        stop([child])


def rasa(house: Settings) -> tuple[Child, str]:
    """Our Rasa with its model trained, yet to be started, and the address it will have."""
    with _in_a_sentence():
        model = server.ensure_model(say)
        home = server.ensure_environment(say)
    folder = house.mandi_home.resolve() / "rasa"
    port = free_port()
    command = server.serving(home, model, port)
    child = Child("language model", command, server.environment(folder), folder / "rasa.log", folder)
    return child, f"http://127.0.0.1:{port}"


@contextmanager
def _in_a_sentence() -> Iterator[None]:
    try:
        yield
    except (server.NoPython310, server.RasaFailed) as missing:
        raise NotConfigured(str(missing)) from missing


@contextmanager
def own_database(house: Settings) -> Iterator[Settings]:
    """The embedded PostgreSQL with its tables, gazetteer and prices."""
    with ExitStack() as stack:
        with timed("database started"):
            urls = stack.enter_context(embedded(house.mandi_home / "postgres"))
        house = house.model_copy(update={"database_url": urls.app_url, "database_owner_url": urls.owner_url})
        prepare_database(house)
        yield house


def prepare_database(house: Settings) -> None:
    """The newest tables, made by their owner, and the reference data that comes with the house."""
    if not house.database_owner_url:
        raise NotConfigured(
            "DATABASE_OWNER_URL is empty: only the owner of the tables can bring them up to date."
        )
    with timed("tables, gazetteer and prices ready"):
        migrate(house.database_owner_url)
        with_engine(house, seed_reference)


def fill_market(house: Settings) -> None:
    with timed("demo market ready"):
        with_engine(house, seed)


def at_desk(house: Settings, tenant: int, work: Callable[[Desk], Awaitable[T]]) -> T:
    async def sitting(engine: AsyncEngine) -> T:
        async with open_desk(engine, tenant, datetime.now(UTC)) as desk:
            return await work(desk)

    return with_engine(house, sitting)


def with_engine(house: Settings, work: Callable[[AsyncEngine], Awaitable[T]]) -> T:
    async def run() -> T:
        engine = make_engine(house.database_url or "")
        try:
            return await work(engine)
        finally:
            await engine.dispose()

    return asyncio.run(run())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
