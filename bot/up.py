"""`mandi up`: everything a first run needs, started in order, watched, and stopped again."""

import os
import secrets
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from types import FrameType
from typing import NoReturn

import httpx

from bot import needs
from bot.needs import say
from bot.processes import Child, look_after, start, stop
from bot.settings import Settings, settings

HOST = "127.0.0.1"
UNTIL_SERVING = 60.0
UNTIL_UNDERSTANDING = 180.0
WISHES_TO_LEAVE = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def up(port: int) -> int:
    """Runs until it is told to stop; the exit code."""
    for wish in WISHES_TO_LEAVE:
        signal.signal(wish, _leave)
    if is_taken(port):
        say(f"Port {port} is taken by another program; choose another: make run PORT={port + 1}")
        return 1
    try:
        with ExitStack() as stack:
            return _run(settings(), port, stack)
    except KeyboardInterrupt:
        say("stopped")
        return 0


def _run(house: Settings, port: int, stack: ExitStack) -> int:
    since = time.monotonic()
    logs = house.mandi_home / "logs"
    models: list[Child] = []
    if not house.rasa_url:
        rasa, url = needs.rasa(house)
        models.append(rasa)
        house = house.model_copy(update={"rasa_url": url})
        stack.callback(stop, models)
        _start(models)  # it takes longest to load, so it goes first
    if not house.database_url:
        house = stack.enter_context(needs.own_database(house))
        needs.fill_market(house)
    elif house.database_owner_url:
        needs.prepare_database(house)
    told = surroundings(house, port)
    environment = {**os.environ, **told}
    mandi = (sys.executable, "-m", "bot.cli")
    servers = [
        Child("web server", (*mandi, "web", "--port", str(port)), environment, logs / "web.log"),
        Child("worker", (*mandi, "worker"), environment, logs / "worker.log"),
    ]
    stack.callback(stop, servers)  # before the database goes
    _start(servers)
    children = [*models, *servers]

    if not _until(port, children, _serves, UNTIL_SERVING):
        say(f"the web server does not answer; its log is {logs / 'web.log'}")
        return 1
    if not _until(port, children, _understands, UNTIL_UNDERSTANDING if models else 0):
        say("the language model does not answer; keywords are understood meanwhile")
    say(f"up in {time.monotonic() - since:.1f} s; logs are in {logs}; Ctrl-C stops everything")
    if house.simulator or "SIMULATOR" in told:
        print(f"\n    http://{HOST}:{port}/simulator\n", flush=True)
    while True:
        look_after(children, say)
        time.sleep(0.2)


def _start(children: Sequence[Child]) -> None:
    for child in children:
        child.log.unlink(missing_ok=True)
        start(child)


def is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return True
    return False


def surroundings(house: Settings, port: int) -> Mapping[str, str]:
    """What the children are told; where somebody has set a value already, that one stands."""
    here = f"http://{HOST}:{port}"
    told = {"PUBLIC_BASE_URL": here, "MEDIA_FOLDER": str(house.mandi_home / "media")}
    if "twilio_account_sid" not in house.model_fields_set:
        told |= {
            "SIMULATOR": "true",
            "TWILIO_API_URL": f"{here}/simulator/twilio",
            "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
        }
    told = {name: value for name, value in told.items() if name.lower() not in house.model_fields_set}
    return told | {"DATABASE_URL": house.database_url or "", "RASA_URL": house.rasa_url or ""}


def _serves(said: Mapping[str, str]) -> bool:
    return said.get("database") == "ready" and said.get("understanding") != "opening"


def _understands(said: Mapping[str, str]) -> bool:
    return said.get("understanding") == "rasa"


def _until(
    port: int, children: Sequence[Child], true: Callable[[Mapping[str, str]], bool], seconds: float
) -> bool:
    deadline = time.monotonic() + seconds
    while not true(_readiness(port)):
        if time.monotonic() > deadline:
            return False
        look_after(children, say)
        time.sleep(0.1)
    return True


def _readiness(port: int) -> Mapping[str, str]:
    try:
        answer: dict[str, str] = httpx.get(f"http://{HOST}:{port}/ready", timeout=5, trust_env=False).json()
    except (httpx.HTTPError, ValueError):
        return {}
    return answer


def _leave(_signal: int, _frame: FrameType | None) -> NoReturn:
    # From here on we are leaving; a second Ctrl-C must not make us leave half of it behind.
    for wish in WISHES_TO_LEAVE:
        signal.signal(wish, signal.SIG_IGN)
    raise KeyboardInterrupt
