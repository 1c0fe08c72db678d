"""The market is served without the bot."""

from pathlib import Path

import httpx
from structlog.testing import capture_logs

from marketplace_core.api.__main__ import create_app
from marketplace_core.settings import MarketSettings


async def test_health_metrics_and_a_code_in_the_log(clean: None, database_url: str, tmp_path: Path) -> None:
    settings = MarketSettings(_env_file=None, mandi_home=tmp_path, api_log_codes=True)  # type: ignore[call-arg]
    app = create_app(database_url, settings)
    transport = httpx.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://market") as client,
    ):
        assert (await client.get("/health")).json() == {"status": "alive"}
        assert (await client.get("/ready")).json() == {"database": "ready"}
        with capture_logs() as lines:
            asked = await client.post("/api/v1/auth/otp", json={"phone": "+919800000001"})
        assert asked.status_code == 202
        (line,) = [line for line in lines if "code" in line]
        given = await client.post("/api/v1/auth/token", json={"phone": "+919800000001", "code": line["code"]})
        assert given.status_code == 200
        assert 'route="/api/v1/auth/token"' in (await client.get("/metrics")).text
    assert "+919800000001" not in str(lines)


async def test_without_a_carrier_no_code_is_promised(clean: None, database_url: str, tmp_path: Path) -> None:
    settings = MarketSettings(_env_file=None, mandi_home=tmp_path)  # type: ignore[call-arg]
    app = create_app(database_url, settings)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://market") as client,
    ):
        asked = await client.post("/api/v1/auth/otp", json={"phone": "+919800000001"})
    assert (asked.status_code, asked.json()["error"]["code"]) == (503, "cannot_send")
