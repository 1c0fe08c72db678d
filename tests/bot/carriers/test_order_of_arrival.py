"""Two messages of one person on two connections while the web server is busy: the earlier one is read first."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr
from starlette.types import ASGIApp

from bot.carriers.doors import HangUp
from bot.carriers.twilio.webhook import routes
from bot.message import Answer, Inbound
from bot.settings import Settings
from tests.bot.carriers.doors import BASE, DOOR, FORM, TOKENS
from tests.bot.twilio_wire import message, signature

STATUS = DOOR.replace("message", "status")
BUSY_SECONDS = 0.5


def door(heard: list[str]) -> FastAPI:
    """It notes what it hears; "busy" keeps the whole server from doing anything else."""

    async def take(inbound: Inbound) -> Answer:
        heard.append(inbound.text)
        if inbound.text == "busy":
            time.sleep(BUSY_SECONDS)  # noqa: ASYNC251 - that is what being busy is
        return Answer()

    async def saw_status(*_: object) -> None:
        pass

    app = FastAPI()
    settings = Settings(_env_file=None, public_base_url=BASE, twilio_auth_token=(SecretStr(TOKENS[0]),))
    app.include_router(routes(settings, take, saw_status))
    return app


@contextmanager
def served(app: ASGIApp) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, lifespan="off"))
    thread = Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def heard_in_order(app: ASGIApp, heard: list[str], first: str) -> list[str]:
    with served(app) as address, httpx.Client() as one, httpx.Client() as other, httpx.Client() as third:

        def write(client: httpx.Client, words: str, path: str = DOOR) -> Thread:
            fields = message(Body=words)
            headers = {**FORM, "x-twilio-signature": signature(BASE + path, fields, TOKENS[0])}
            knock = {"data": fields, "headers": headers}
            thread = Thread(target=client.post, args=(address + path,), kwargs=knock)
            thread.start()
            return thread

        write(one, "hello", first).join()
        writing = []
        for client, words in ((other, "busy"), (third, "earlier"), (one, "later")):
            writing.append(write(client, words))
            time.sleep(BUSY_SECONDS / 5)
        for thread in writing:
            thread.join()
    return heard


@pytest.mark.parametrize("first", [DOOR, STATUS])
def test_the_earlier_message_is_read_first_whatever_connections_were_open(first: str) -> None:
    heard: list[str] = []
    assert heard_in_order(HangUp(door(heard)), heard, first)[-3:] == ["busy", "earlier", "later"]


def test_where_connections_are_kept_the_later_one_overtakes() -> None:
    heard: list[str] = []
    assert heard_in_order(door(heard), heard, STATUS) == ["busy", "later", "earlier"]
