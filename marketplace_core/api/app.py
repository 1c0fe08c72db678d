"""The API as an application of its own: mounted by the bot, or served alone."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from marketplace_core.api import auth, commodities, docs, faults, listings, me, organisations, places
from marketplace_core.api.envelope import Envelope
from marketplace_core.api.office import Office
from marketplace_core.errors import Refused

PREFIX = "/api/v1"

ROUTERS = (
    auth.router,
    auth.signed_in,
    me.router,
    listings.router,
    commodities.router,
    places.router,
    organisations.router,
)

TAGS: tuple[Mapping[str, Any], ...] = (
    {
        "name": "signing in",
        "description": "A phone number is enough: a code comes by SMS, and is traded for an access token (an hour) "
        "and a refresh token (thirty days).",
    },
    {"name": "me", "description": "Who I am here, and where I am reached."},
    {"name": "listings", "description": "Lots for sale."},
    {"name": "commodities", "description": "What the market trades."},
    {"name": "places", "description": "India's pincodes and villages."},
    {"name": "organisations", "description": "Markets of their own, for the house's admins."},
)

ABOUT = """
The market's own interface. Money is whole **paise**, weights are whole **kilograms**, days are India's.

* **Signing in**: `POST /auth/otp`, `POST /auth/token`; then `Authorization: Bearer …`.
* **Errors** have one shape, `{"error": {"code", "message", "field", "details", "request_id"}}`; programs
  look at `code`.
* **Pages**: `limit` (at most 100) and `cursor`; the answer is `{"items": […], "next": cursor or null}`.
* **Sent twice, done once**: give a `POST` an `Idempotency-Key`; the same key with the same body gets the same answer,
  with another body `409 key_used`. Keys are kept for two days. While the first request is still at work, the second
  waits for it.
* **Limits**: 100 requests a minute; `429` says in `Retry-After` when to come again.
"""


def create_api(office: Office) -> FastAPI:
    app = FastAPI(
        title="Mandi Mitra",
        version="1",
        summary="A market for farmers: crop residue and produce.",
        description=ABOUT,
        openapi_tags=[dict(tag) for tag in TAGS],
        docs_url=None,
        redoc_url=None,
        servers=[{"url": PREFIX}],
        root_path_in_servers=False,
    )
    app.state.office = office
    for kind in (Refused, RequestValidationError, HTTPException, *faults.AWAY):
        app.add_exception_handler(kind, faults.handle)
    app.add_middleware(Envelope, office=office)
    for router in ROUTERS:
        app.include_router(router)
    app.include_router(docs.routes(app))
    return app
