"""A real browser, and the simulator with a bot that only repeats what it heard."""

import os
import shutil
import socket
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.async_api import Browser, Page, async_playwright

from bot.app import create_app
from bot.demo.straw import straw_heap
from bot.settings import Settings
from tests.browser.echo import app_for
from tests.browser.phone import Phone
from tests.processes import opened, running, works

DESK = {"width": 1400, "height": 900}
POCKET = {"width": 390, "height": 844}

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass(frozen=True)
class Desk:
    """The simulator beside a bot: where it is, and the app they share."""

    url: str
    app: FastAPI
    settings: Settings


def heard(desk: Desk) -> list[dict[str, str]]:
    forms: list[dict[str, str]] = desk.app.state.heard
    return forms


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    assert chromium, "These tests need Chromium on PATH, or its path in CHROMIUM."
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=QUIET)
        yield browser
        await browser.close()


@contextmanager
def served(make_app: Callable[[Settings], FastAPI], **more: Any) -> Iterator[Desk]:
    """An app with the simulator beside it, on a port of its own; the carrier it knows is the simulator."""
    with socket.socket() as ours:
        ours.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{ours.getsockname()[1]}"
        settings = Settings(
            _env_file=None,
            public_base_url=url,
            twilio_api_url=url + "/simulator/twilio",
            simulator=True,
            **more,
        )
        app = make_app(settings)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=5))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [ours]})
        thread.start()
        try:
            while not server.started:
                assert thread.is_alive(), "the server did not start"
                time.sleep(0.01)
            yield Desk(url, app, settings)
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A fresh one for each test: nobody has written yet."""
    with served(app_for) as desk:
        yield desk


@pytest.fixture
def real_bot(clean: None, database_url: str, rasa_url: str, tmp_path: Path) -> Iterator[Desk]:
    """The bot itself in the echo's place, and the worker that sends: a module makes it its `desk`."""
    with served(create_app, database_url=database_url, rasa_url=rasa_url, rasa_timeout=60.0) as desk:
        ready = opened(desk.url)
        while not ready(tmp_path):
            time.sleep(0.1)
        worker = [sys.executable, "-m", "bot.cli", "worker"]
        environment = {
            "NOTICES_FROM": "0",  # a sale is told at any hour of the day
            "NOTICES_UNTIL": "24",
            "DATABASE_URL": database_url,
            "RASA_URL": rasa_url,  # or it would start one of its own
            "PUBLIC_BASE_URL": desk.url,
            "TWILIO_API_URL": desk.settings.twilio_api_url,
            "SIMULATOR": "true",
        }
        with running(worker, works, tmp_path, environment):
            yield desk


@pytest.fixture
async def page(browser: Browser, desk: Desk) -> AsyncIterator[Page]:
    """The simulator page at desk size; anything the browser complains about fails the test."""
    context = await browser.new_context(viewport=DESK)
    page = await context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if "Security Policy" in said.text else None)
    page.on("request", lambda r: None if r.url.startswith((desk.url, "blob:")) else complaints.append(r.url))
    await page.goto(desk.url + "/simulator")
    await page.locator(".phone").first.wait_for()
    yield page
    await context.close()
    assert complaints == []


@pytest.fixture
def gurpreet(page: Page) -> Phone:
    return Phone(page, "gurpreet")


@pytest.fixture
def manjula(page: Page) -> Phone:
    return Phone(page, "manjula")


@pytest.fixture
def rafiq(page: Page) -> Phone:
    return Phone(page, "rafiq")


@pytest.fixture
def lakshmi(page: Page) -> Phone:
    return Phone(page, "lakshmi")


@pytest.fixture
def straw(tmp_path: Path) -> Path:
    """A photo of what is for sale."""
    path = tmp_path / "straw.jpg"
    straw_heap().save(path, "JPEG")
    return path
