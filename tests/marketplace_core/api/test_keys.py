"""The same request twice is done once."""

import asyncio
from typing import Any

import httpx
from sqlalchemy import text
from structlog.testing import capture_logs

from marketplace_core.accounts import commands as accounts
from marketplace_core.api import keys, rates
from marketplace_core.desk import open_desk
from marketplace_core.logins import commands as logins
from marketplace_core.seed import TENANT
from tests.conftest import NOW
from tests.marketplace_core.api.conftest import Town


async def admin(town: Town) -> dict[str, str]:
    async with open_desk(town.engine, TENANT, NOW) as desk:
        reached = await accounts.reach(desk, channel="sms", value="+919800000008", phone="+919800000008")
        await accounts.add_role(desk, reached.person.id, "admin")
    return await town.sign_in("+919800000008")


async def names(town: Town, who: dict[str, str]) -> list[str]:
    listed = (await town.client.get("/organisations", headers=who)).json()
    return [each["name"] for each in listed if each["id"] != TENANT]


async def add(town: Town, who: dict[str, str], name: str, key: str | None, **more: Any) -> httpx.Response:
    headers = who | ({"Idempotency-Key": key} if key else {})
    return await town.client.post("/organisations", json={"name": name} | more, headers=headers)


async def test_the_same_key_and_body_get_the_same_answer(town: Town) -> None:
    who = await admin(town)
    first = await add(town, who, "Moga FPO", "k-1")
    again = await add(town, who, "Moga FPO", "k-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert await names(town, who) == ["Moga FPO"]

    differs = await add(town, who, "Ludhiana FPO", "k-1")
    assert (differs.status_code, differs.json()["error"]["code"]) == (409, "key_used")
    assert await names(town, who) == ["Moga FPO"]

    await add(town, who, "Moga FPO", None)  # without a key it is simply done again
    assert await names(town, who) == ["Moga FPO", "Moga FPO"]


async def test_ten_at_once_with_one_key_do_it_once(town: Town) -> None:
    who = await admin(town)
    said = await asyncio.gather(*(add(town, who, "Moga FPO", "k-1") for _ in range(10)))
    assert {each.status_code for each in said} == {201}
    assert len({each.content for each in said}) == 1
    assert sum("Idempotent-Replayed" in each.headers for each in said) == 9
    assert await names(town, who) == ["Moga FPO"]
    # and without the key each is done: the race is real
    await asyncio.gather(*(add(town, who, "Other", None) for _ in range(3)))
    assert (await names(town, who)).count("Other") == 3


async def test_a_refusal_is_kept_too_but_not_a_mistake(town: Town, farmer: dict[str, str]) -> None:
    wrong = {"where": {"pincode": "999999"}}
    key = {"Idempotency-Key": "k-2"}
    first = await town.client.patch("/me", json=wrong, headers=farmer | key)
    again = await town.client.patch("/me", json=wrong, headers=farmer | key)
    assert (first.status_code, first.json()["error"]["code"]) == (422, "bad_terms")
    assert (again.content, again.headers["Idempotent-Replayed"]) == (first.content, "true")
    mistaken = await town.client.patch("/me", json={"name": 5}, headers=farmer | {"Idempotency-Key": "k-3"})
    assert mistaken.json()["error"]["code"] == "not_valid"
    mended = await town.client.patch("/me", json={"name": "G"}, headers=farmer | {"Idempotency-Key": "k-3"})
    assert (mended.status_code, mended.json()["name"]) == (200, "G")


async def test_a_broken_request_leaves_its_key_free(
    town: Town, farmer: dict[str, str], monkeypatch: Any
) -> None:
    key = farmer | {"Idempotency-Key": "k-4"}
    with monkeypatch.context() as patched, capture_logs():
        patched.setattr("marketplace_core.accounts.queries.addresses", lambda *_: 1 / 0)
        assert (await town.client.patch("/me", json={"name": "New"}, headers=key)).status_code == 500
    assert (await town.client.get("/me", headers=farmer)).json()["name"] == "Gurpreet"
    assert (await town.client.patch("/me", json={"name": "New"}, headers=key)).json()["name"] == "New"


async def test_keys_are_each_callers_own(town: Town, farmer: dict[str, str], buyer: dict[str, str]) -> None:
    key = {"Idempotency-Key": "k-5"}
    for who, name in ((farmer, "A"), (buyer, "B")):
        assert (await town.client.patch("/me", json={"name": name}, headers=who | key)).json()["name"] == name


async def test_keys_that_are_none(town: Town, farmer: dict[str, str]) -> None:
    for key in ("", "k" * 256, "tab\there"):
        said = await town.client.patch("/me", json={"name": "X"}, headers=farmer | {"Idempotency-Key": key})
        assert said.status_code == 422, key
    longest = farmer | {"Idempotency-Key": "k" * 255}
    assert (await town.client.patch("/me", json={"name": "X"}, headers=longest)).status_code == 200


async def test_what_is_old_is_forgotten(town: Town, farmer: dict[str, str]) -> None:
    key = farmer | {"Idempotency-Key": "k-6"}
    await town.client.patch("/me", json={"name": "X"}, headers=key)

    async def sweep(**later: float) -> tuple[int, int, int]:
        town.now = NOW
        town.later(**later)
        async with open_desk(town.engine, TENANT, town.now) as desk:
            return await keys.forget(desk), await logins.forget_old(desk), await rates.forget(desk)

    assert await sweep(hours=24) == (0, 1, 0)  # the code's row; its session lives for thirty days
    assert await sweep(hours=49) == (1, 0, 1)
    assert await sweep(days=30) == (0, 1, 0)
    async with open_desk(town.engine, TENANT, town.now) as desk:
        assert (await desk.db.execute(text("SELECT count(*) FROM refresh_token"))).scalar() == 0
