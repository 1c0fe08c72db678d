"""All that the documentation promises is attacked, by each role, over HTTP; nothing breaks, nothing surprises."""

import asyncio
import itertools
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
import uvicorn
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.config import PhasesConfig, ProjectConfig, ProjectsConfig, SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from marketplace_core.accounts import commands as accounts
from marketplace_core.accounts.rules import ROLES
from marketplace_core.api.app import PREFIX, create_api, mount_api
from marketplace_core.api.office import make_office
from marketplace_core.db.engine import make_engine
from marketplace_core.desk import Desk, open_desk
from marketplace_core.offers import commands as offers
from marketplace_core.seed import TENANT
from marketplace_core.settings import MarketSettings
from tests.conftest import NOW, sweep
from tests.marketplace_core.people import MOGA, book_as_shown, straw

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
#: Signing out ends what the other attacks need; it has a test of its own.
LEFT_OUT = r"/auth/logout"


class Attacked:
    """A served market with somebody of each role in it, and a lot, an offer and a booking."""

    def __init__(self, database_url: str, home: Path) -> None:
        self.database_url, self.home = database_url, home
        self.tokens: list[str] = []
        self.codes: dict[str, str] = {}
        self.sms: dict[str, str] = {}
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}{PREFIX}"
        self.server: uvicorn.Server | None = None
        self.thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    async def _serve(self) -> None:
        engine = make_engine(self.database_url)

        async def keep(desk: Desk, *, phone: str, code: str) -> None:
            self.sms[phone] = code

        await self._settle(engine)
        chosen = MarketSettings(  # type: ignore[call-arg]
            _env_file=None,
            mandi_home=self.home,
            media_folder=self.home / "media",
            api_requests_a_minute=10**6,
            api_codes_an_hour=10**6,
        )
        app = FastAPI()
        mount_api(app, make_office(lambda: engine, chosen, send_code=keep, clock=lambda: NOW))
        self.server = uvicorn.Server(
            uvicorn.Config(app, port=self.port, log_level="critical", access_log=False, lifespan="off")
        )
        await self.server.serve()
        await engine.dispose()

    async def _settle(self, engine: Any) -> None:
        async with open_desk(engine, TENANT, NOW) as desk:
            people = {}
            for number, role in enumerate(ROLES):
                phone = f"+9198000010{number:02d}"
                reached = await accounts.reach(desk, channel="sms", value=phone, phone=phone)
                await accounts.register(desk, reached.person.id, name=role, place=MOGA)
                await accounts.add_role(desk, reached.person.id, role)
                people[role] = reached.person.id
            lot = await straw(desk, people["farmer"])
            offer = await offers.make(
                desk, buyer_id=people["buyer"], code=lot.code, kg=1000, price_paise=24_000, per="quintal"
            )
            booking = await book_as_shown(desk, buyer_id=people["buyer"], code=lot.code, kg=2000)
            self.codes = {"/listings": lot.code, "/offers": offer.code, "/bookings": booking.code}

    def start(self) -> None:
        self.thread.start()
        deadline = time.monotonic() + 30
        while self.server is None or not self.server.started:
            assert time.monotonic() < deadline and self.thread.is_alive()
            time.sleep(0.05)
        with httpx.Client(base_url=self.url, trust_env=False, timeout=60) as client:
            for number in range(len(ROLES)):
                phone = f"+9198000010{number:02d}"
                client.post("/auth/otp", json={"phone": phone}).raise_for_status()
                said = client.post("/auth/token", json={"phone": phone, "code": self.sms[phone]})
                self.tokens.append(said.json()["access_token"])

    def stop(self) -> None:
        assert self.server
        self.server.should_exit = True
        self.thread.join(timeout=10)


@pytest.fixture(scope="module")
def attacked(
    database_url: str, owner_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Attacked]:
    sweep(owner_url)
    market = Attacked(database_url, tmp_path_factory.mktemp("attacked"))
    market.start()
    yield market
    market.stop()
    sweep(owner_url)


def documented() -> schemathesis.BaseSchema:
    """From the application itself: which tests there are must be known before anything is served."""
    office = make_office(
        lambda: None,  # type: ignore[arg-type, return-value]
        MarketSettings(_env_file=None, mandi_jwt_secret=("s" * 40,)),  # type: ignore[call-arg]
    )
    project = ProjectConfig()
    project.phases = PhasesConfig()
    project.phases.coverage.enabled = False  # hundreds of requests; what it finds has tests of its own
    config = SchemathesisConfig(projects=ProjectsConfig(default=project))
    return schemathesis.openapi.from_dict(create_api(office).openapi(), config=config)


schema = documented().exclude(path_regex=LEFT_OUT)
turns = itertools.count()


@schema.parametrize()
@settings(
    max_examples=6,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_nothing_breaks(case: schemathesis.Case, attacked: Attacked) -> None:
    turn = next(turns)
    # Nobody guesses a code of six letters: every other request goes to a thing that is there.
    if turn % 2 and "code" in (case.path_parameters or {}):
        for start, code in attacked.codes.items():
            if case.path.startswith(start):
                case.path_parameters["code"] = code
    token = attacked.tokens[turn % len(attacked.tokens)]
    case.headers = {name: value for name, value in (case.headers or {}).items() if name != "Authorization"}
    case.call_and_validate(base_url=attacked.url, checks=CHECKS, headers={"Authorization": f"Bearer {token}"})


async def test_every_request_says_what_it_may_answer(attacked: Attacked) -> None:
    async with httpx.AsyncClient(base_url=attacked.url, trust_env=False, timeout=60) as client:
        spec = (await client.get("/openapi.json")).json()
    for path, operations in spec["paths"].items():
        for method, operation in operations.items():
            where = f"{method} {path}"
            assert operation["summary"] and len(operation["tags"]) == 1, where
            assert {"400", "413", "422", "429", "503"} <= set(operation["responses"]), where
            assert operation.get("security") or path.startswith("/auth/"), where
            for status, answer in operation["responses"].items():
                if int(status) >= 400:
                    shape = answer["content"]["application/json"]["schema"]
                    assert shape == {"$ref": "#/components/schemas/Problem"}, (where, status)
