"""A phone is enough to sign in, and only the phone."""

import asyncio
import stat
from pathlib import Path
from uuid import uuid4

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from marketplace_core.accounts import commands as accounts
from marketplace_core.desk import open_desk
from marketplace_core.logins.tokens import ISSUER, Claims, Seal, own_secret
from marketplace_core.seed import TENANT
from tests.conftest import NOW
from tests.marketplace_core.api.conftest import BUYER, FARMER, Town

STRANGER = "+919800000077"


async def ask(town: Town, phone: str) -> int:
    return (await town.client.post("/auth/otp", json={"phone": phone})).status_code


async def try_code(town: Town, phone: str, code: str) -> tuple[int, str]:
    said = await town.client.post("/auth/token", json={"phone": phone, "code": code})
    return said.status_code, said.json().get("error", {}).get("code", "")


def other(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


async def test_who_proves_a_new_number_becomes_a_person_and_not_before(town: Town) -> None:
    known = await town.client.post("/auth/otp", json={"phone": STRANGER})
    assert (known.status_code, known.json()) == (202, {"expires_in": 300})
    async with town.engine.begin() as db:
        await db.execute(text("SELECT set_config('app.tenant', '1', true)"))
        assert (await db.execute(text("SELECT count(*) FROM person"))).scalar() == 0
    town.later(seconds=30)
    me = await town.sign_in(STRANGER)
    assert (await town.client.get("/me", headers=me)).status_code == 200
    async with town.engine.begin() as db:
        await db.execute(text("SELECT set_config('app.tenant', '1', true)"))
        assert (await db.execute(text("SELECT count(*) FROM person"))).scalar() == 1


async def test_the_answer_never_says_whether_a_number_is_known(town: Town, farmer: dict[str, str]) -> None:
    town.later(minutes=1)
    known = await town.client.post("/auth/otp", json={"phone": FARMER})
    unknown = await town.client.post("/auth/otp", json={"phone": STRANGER})
    assert (known.status_code, known.json()) == (unknown.status_code, unknown.json())
    assert await try_code(town, BUYER, "000000") == (401, "wrong_code")  # nobody ever asked for a code


async def test_a_code_opens_once_its_own_phone_within_five_minutes(town: Town) -> None:
    await ask(town, FARMER)
    await ask(town, BUYER)
    mine = town.sms[FARMER]
    if mine != town.sms[BUYER]:
        assert await try_code(town, BUYER, mine) == (401, "wrong_code")
    assert (await try_code(town, FARMER, mine))[0] == 200
    assert await try_code(town, FARMER, mine) == (401, "wrong_code")
    town.later(minutes=5)
    assert await try_code(town, BUYER, town.sms[BUYER]) == (401, "wrong_code")


async def test_five_wrong_codes_lock_for_fifteen_minutes_also_a_new_code(town: Town) -> None:
    await ask(town, FARMER)
    for _ in range(4):
        assert await try_code(town, FARMER, other(town.sms[FARMER])) == (401, "wrong_code")
    town.later(minutes=1)
    await ask(town, FARMER)  # a new code does not wash away four wrong ones
    assert await try_code(town, FARMER, other(town.sms[FARMER])) == (401, "wrong_code")
    assert await try_code(town, FARMER, town.sms[FARMER]) == (429, "locked_out")
    town.later(minutes=14, seconds=59)
    assert await ask(town, FARMER) == 429
    assert await try_code(town, FARMER, town.sms[FARMER]) == (429, "locked_out")
    town.later(seconds=1)
    assert await ask(town, FARMER) == 202
    assert (await try_code(town, FARMER, town.sms[FARMER]))[0] == 200


async def test_guessing_at_once_is_counted_guess_by_guess(town: Town) -> None:
    await ask(town, FARMER)
    wrong = other(town.sms[FARMER])
    tried = await asyncio.gather(*(try_code(town, FARMER, wrong) for _ in range(8)))
    assert sorted(code for _, code in tried) == ["locked_out"] * 3 + ["wrong_code"] * 5


async def test_codes_are_not_sent_again_and_again(town: Town) -> None:
    assert await ask(town, FARMER) == 202
    again = await town.client.post("/auth/otp", json={"phone": FARMER})
    assert (again.status_code, again.json()["error"]["code"]) == (429, "asked_too_often")
    assert again.headers["Retry-After"] == "30"
    for _ in range(4):
        town.later(seconds=30)
        assert await ask(town, FARMER) == 202
    town.later(seconds=30)
    assert await ask(town, FARMER) == 429
    town.later(hours=1)
    assert await ask(town, FARMER) == 202


async def test_the_database_knows_neither_code_nor_number_nor_token(town: Town) -> None:
    await ask(town, STRANGER)
    given = await town.client.post("/auth/token", json={"phone": STRANGER, "code": town.sms[STRANGER]})
    kept = ""
    async with town.engine.begin() as db:
        await db.execute(text("SELECT set_config('app.tenant', '1', true)"))
        for table in ("login_code", "session", "refresh_token"):
            kept += str((await db.execute(text(f"SELECT * FROM {table}"))).all())
    assert "9800000077" not in kept
    assert given.json()["refresh_token"] not in kept
    assert town.sms[STRANGER] not in kept.replace("datetime", "")


async def tokens(town: Town, phone: str = FARMER) -> dict[str, str]:
    await ask(town, phone)
    said = await town.client.post("/auth/token", json={"phone": phone, "code": town.sms[phone]})
    given: dict[str, str] = said.json()
    return given


async def mine(town: Town, access: str) -> int:
    headers = {"Authorization": f"Bearer {access}"}
    return (await town.client.get("/me", headers=headers)).status_code


async def renew(town: Town, refresh: str) -> tuple[int, dict[str, str]]:
    said = await town.client.post("/auth/refresh", json={"refresh_token": refresh})
    return said.status_code, said.json()


async def test_tokens_last_an_hour_and_thirty_days(town: Town) -> None:
    first = await tokens(town)
    town.later(minutes=59, seconds=59)
    assert await mine(town, first["access_token"]) == 200
    town.later(seconds=1)
    assert await mine(town, first["access_token"]) == 401
    status, second = await renew(town, first["refresh_token"])
    assert status == 200
    assert await mine(town, second["access_token"]) == 200
    town.later(days=30)
    assert (await renew(town, second["refresh_token"]))[0] == 401


async def test_a_refresh_token_that_comes_twice_ends_the_session(town: Town) -> None:
    first = await tokens(town)
    _, second = await renew(town, first["refresh_token"])
    status, error = await renew(town, first["refresh_token"])
    assert (status, error["error"]["code"]) == (401, "session_over")  # type: ignore[index]
    assert (await renew(town, second["refresh_token"]))[0] == 401
    assert await mine(town, second["access_token"]) == 401


async def test_of_two_renewals_at_once_one_wins_and_the_session_ends(town: Town) -> None:
    first = await tokens(town)
    both = await asyncio.gather(*(renew(town, first["refresh_token"]) for _ in range(2)))
    assert sorted(status for status, _ in both) == [200, 401]
    (won,) = (given for status, given in both if status == 200)
    assert await mine(town, won["access_token"]) == 401


async def test_leaving_ends_this_session_alone(town: Town) -> None:
    here = await tokens(town)
    town.later(minutes=1)
    there = await tokens(town)
    left = await town.client.post("/auth/logout", headers={"Authorization": f"Bearer {here['access_token']}"})
    assert (left.status_code, left.content) == (204, b"")
    assert await mine(town, here["access_token"]) == 401
    assert (await renew(town, here["refresh_token"]))[0] == 401
    assert await mine(town, there["access_token"]) == 200


async def test_refresh_tokens_that_are_none(town: Town) -> None:
    for refresh in ("1.", "x", "2.AAAAAAAAAAAAAAAAAAAAAAAA", "99999999999.AAAAAAAAAAAAAAAAAAAAAA"):
        assert (await renew(town, refresh))[0] in (401, 422), refresh


async def test_tokens_that_somebody_else_made(town: Town, farmer: dict[str, str]) -> None:
    claims = {
        "iss": ISSUER,
        "aud": "mandi-mitra-api",
        "sub": str(uuid4()),
        "sid": str(uuid4()),
        "tenant": TENANT,
        "exp": int(NOW.timestamp()) + 600,
    }
    foreign = jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(b"x" * 40))
    unsigned = f"eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{foreign.split('.')[1]}."
    real = farmer["Authorization"].removeprefix("Bearer ")
    head, body, sign = real.split(".")
    for token in (
        foreign,
        unsigned,
        f"{head}.{foreign.split('.')[1]}.{sign}",
        f"{head}.{body}.",
        "",
        "x.y.z",
    ):
        assert await mine(town, token) == 401
    assert await mine(town, real) == 200


def test_a_secret_is_rotated_without_throwing_anybody_out() -> None:
    old, new = "o" * 32, "n" * 32
    claims = Claims(TENANT, uuid4(), uuid4())
    before = Seal([old]).access(claims, NOW)
    assert Seal([new, old]).read(before, NOW) == claims
    assert Seal([new]).read(before, NOW) is None
    with pytest.raises(ValueError, match="at least 32"):
        Seal(["short"])


def test_the_first_run_makes_a_secret_nobody_else_reads(tmp_path: Path) -> None:
    first = own_secret(tmp_path)
    assert own_secret(tmp_path) == first
    assert len(first) >= 32
    assert stat.S_IMODE((tmp_path / "jwt-secret").stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["jwt-secret"]


async def test_a_token_of_one_market_opens_no_other(town: Town, engine: AsyncEngine) -> None:
    nowhere = await town.client.post("/auth/otp", json={"phone": FARMER}, headers={"X-Tenant": "77"})
    assert (nowhere.status_code, nowhere.json()["error"]["code"]) == (404, "not_found")
    async with open_desk(engine, TENANT, NOW) as desk:
        await accounts.reach(desk, channel="sms", value=FARMER, phone=FARMER)
    assert FARMER not in town.sms
