"""`mandi templates sync`: makes what is missing, asks for approval, deletes nothing, and can be run again."""

import json
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from bot.carriers.refusals import Refused
from bot.carriers.twilio.content import NAMES
from bot.carriers.twilio.syncing import sync
from bot.carriers.twilio.templates import definitions
from bot.console.simulator import contents
from bot.console.simulator.templates import Templates, shipped
from bot.settings import Settings

OPENERS = {name: wanted.approved_as for name, wanted in definitions().items() if wanted.approved_as}


class ContentApi:
    """Twilio's Content API at the wire; Meta's word comes when `approve` is called."""

    def __init__(self, page: int = 40) -> None:
        self.page = page
        self.kept: list[dict[str, Any]] = []
        self.calls: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.calls.append(f"{request.method} {request.url.host}{request.url.path}")
        if request.url.path == "/v1/ContentAndApprovals":
            start = int(request.url.params.get("Page", 0)) * self.page
            more = f"https://content.twilio.com/v1/ContentAndApprovals?Page={start // self.page + 1}"
            meta = {"next_page_url": more if start + self.page < len(self.kept) else None}
            return httpx.Response(200, json={"contents": self.kept[start : start + self.page], "meta": meta})
        if request.url.path == "/v1/Content":
            made = json.loads(request.content) | {"sid": f"HX{len(self.kept):032x}"}
            # Twilio fills in what was left out
            made["types"] = {kind: shape | {"footer": None} for kind, shape in made["types"].items()}
            self.kept.append(made | {"approval_requests": {"status": "unsubmitted"}})
            return httpx.Response(201, json=made)
        sid = request.url.path.split("/")[3]
        asked = json.loads(request.content)
        assert asked["category"] == "UTILITY"
        (one,) = [each for each in self.kept if each["sid"] == sid]
        one["approval_requests"] = {"status": "received", "name": asked["name"]}
        return httpx.Response(201, json=one["approval_requests"])

    def meta_says(self, status: str) -> None:
        for each in self.kept:
            if each["approval_requests"]["status"] == "received":
                each["approval_requests"]["status"] = status

    def made(self) -> int:
        return sum(call.startswith("POST") and call.endswith("/v1/Content") for call in self.calls)


SETTINGS = Settings(_env_file=None, twilio_auth_token=(SecretStr("token"),))


async def run(api: ContentApi, dry_run: bool = False) -> tuple[list[str], dict[str, str]]:
    *lines, last = await sync(SETTINGS, dry_run=dry_run, transport=httpx.MockTransport(api))
    return lines, json.loads(last.removeprefix("TWILIO_CONTENT_SIDS="))


async def test_a_dry_run_says_all_and_changes_nothing() -> None:
    api = ContentApi()
    lines, sids = await run(api, dry_run=True)
    assert len([line for line in lines if line.startswith("make")]) == len(definitions())
    assert sids == {}
    assert {call.split()[0] for call in api.calls} == {"GET"}


async def test_what_is_made_once_is_found_the_next_time_on_whatever_page_it_stands() -> None:
    api = ContentApi()
    _, first = await run(api)
    assert api.made() == len(definitions())
    assert set(first) == set(NAMES), "the others wait for Meta's word"
    lines, second = await run(api)
    assert api.made() == len(definitions())
    assert second == first
    assert len([line for line in lines if line.startswith("received")]) == len(OPENERS)


async def test_what_meta_approved_is_good_to_be_used_and_what_it_rejected_is_not() -> None:
    api = ContentApi()
    await run(api)
    api.meta_says("approved")
    _, sids = await run(api)
    assert set(sids) == set(definitions())
    api.kept[-1]["approval_requests"]["status"] = "rejected"
    lines, sids = await run(api)
    assert len(sids) == len(definitions()) - 1
    assert [line.split()[0] for line in lines[:1]] == ["rejected"]
    assert api.made() == len(definitions())


async def test_a_template_whose_shape_has_changed_is_made_anew_and_the_old_one_stays() -> None:
    api = ContentApi()
    await run(api)
    (old,) = [each for each in api.kept if each["friendly_name"] == "mandi_buttons_2"]
    old["types"]["twilio/quick-reply"]["body"] = "{{1}}!"
    _, sids = await run(api)
    assert sids["buttons_2"] != old["sid"]
    assert old in api.kept
    assert not any(call.startswith("DELETE") for call in api.calls)


async def test_our_token_follows_no_page_to_another_host() -> None:
    asked = []

    def astray(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        meta = {"next_page_url": "https://content.twilio.com.evil.example/v1/ContentAndApprovals"}
        return httpx.Response(200, json={"contents": [], "meta": meta})

    await sync(SETTINGS, dry_run=True, transport=httpx.MockTransport(astray))
    assert asked == ["content.twilio.com"]


async def test_a_refusal_ends_it_in_words() -> None:
    def refuse(_: httpx.Request) -> httpx.Response:
        return httpx.Response(401, json={"code": 20003, "message": "no"})

    with pytest.raises(Refused, match="account or token wrong"):
        await sync(SETTINGS, dry_run=True, transport=httpx.MockTransport(refuse))


@pytest.mark.parametrize("known", [shipped(), Templates()], ids=["as it comes", "emptied"])
async def test_the_simulator_understands_it(known: Templates) -> None:
    app = FastAPI()
    local = Settings(_env_file=None, twilio_api_url="http://127.0.0.1:8000/simulator/twilio")
    app.include_router(contents.rest(local, known), prefix="/simulator/twilio")
    await sync(local, dry_run=False, transport=httpx.ASGITransport(app))
    *lines, last = await sync(local, dry_run=False, transport=httpx.ASGITransport(app))
    assert set(json.loads(last.removeprefix("TWILIO_CONTENT_SIDS="))) == set(definitions())
    assert lines == [f"{len(definitions())} are good to be used:"]
