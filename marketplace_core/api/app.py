"""The API as an application of its own: mounted by the bot, or served alone."""

import re
from collections.abc import Sequence

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import Mount

from marketplace_core.accounts.transitions import ACTING_LIFE
from marketplace_core.api import (
    acting,
    analytics,
    auth,
    batches,
    bookings,
    commodities,
    console,
    disputes,
    docs,
    eyes,
    faults,
    grading_files,
    gradings,
    kyc,
    listings,
    me,
    notifications,
    offers,
    organisations,
    payments,
    payouts,
    people,
    photos,
    places,
    pricing,
    privacy,
    reviews,
    webhooks,
    window,
    wishes,
)
from marketplace_core.api.envelope import Envelope
from marketplace_core.api.office import Office
from marketplace_core.bookings.transitions import BOOKING_LIFE
from marketplace_core.disputes.transitions import DISPUTE_LIFE
from marketplace_core.errors import Refused
from marketplace_core.fraud.transitions import FLAG
from marketplace_core.grading.transitions import GRADING
from marketplace_core.kyc.transitions import KYC
from marketplace_core.listings.transitions import LISTING_LIFE
from marketplace_core.lots.transitions import BATCH_LIFE
from marketplace_core.offers.transitions import OFFER_LIFE
from marketplace_core.payments.transitions import PAYMENT
from marketplace_core.payouts.transitions import PAYOUT
from marketplace_core.privacy.transitions import DELETION
from marketplace_core.transitions import Life, as_markdown
from marketplace_core.webhooks.transitions import ENDPOINT
from marketplace_core.wishes.transitions import WISH_LIFE

PREFIX = "/api/v1"

ROUTERS = (
    auth.router,
    auth.signed_in,
    me.router,
    acting.router,
    listings.router,
    window.router,
    offers.router,
    bookings.router,
    disputes.router,
    batches.router,
    batches.outside,
    payments.outside,
    payments.router,
    payouts.router,
    payouts.secrets,
    kyc.router,
    kyc.secrets,
    kyc.outside,
    console.router,
    console.secrets,
    wishes.router,
    pricing.router,
    pricing.outside,
    photos.router,
    gradings.router,
    grading_files.router,
    eyes.router,
    commodities.router,
    places.router,
    analytics.router,
    notifications.router,
    privacy.router,
    webhooks.router,
    webhooks.secrets,
    reviews.router,
    people.router,
    organisations.router,
)

#: What each group of requests is about, and the life its things lead.
TAGS: tuple[tuple[str, str, tuple[Life, ...]], ...] = (
    (
        "signing in",
        "A phone number is enough: a code comes by SMS, and is traded for an access token (an hour) and a refresh "
        "token (thirty days).",
        (),
    ),
    ("me", "Who I am here, and where I am reached.", ()),
    ("acting for others", "An agent for farmers, one of a family, an organisation.", (ACTING_LIFE,)),
    ("listings", "Lots for sale.", (LISTING_LIFE,)),
    ("window", "Every open lot of every market, as strangers see it.", ()),
    ("offers", "Haggling over a lot.", (OFFER_LIFE,)),
    ("bookings", "From the yes to the bill.", (BOOKING_LIFE,)),
    ("disputes", "What both sides say, and what the office decides.", (DISPUTE_LIFE,)),
    ("batches", "Small lots gathered into one load, and the round that fetches it.", (BATCH_LIFE,)),
    ("payments", "Money in; what comes out of it stands in the bill of a booking.", (PAYMENT,)),
    ("payouts", "Money out: what is mine here, where it goes, and on its way there.", (PAYOUT,)),
    ("kyc", "Papers that say who somebody is: above 50,000 rupees money waits for them.", (KYC,)),
    ("office", "What waits for operators, and what only they do.", ()),
    ("wishes", "What a buyer waits for.", (WISH_LIFE,)),
    ("pricing", "Fair ranges with their reasons and their age.", ()),
    ("photos", "Sent once, shown with a lot or graded.", ()),
    ("gradings", "Our eyes look at photos, and field agents where they are not sure.", (GRADING,)),
    ("eyes", "By which limits grades are given, which models look, and whether they still see well.", ()),
    ("commodities", "What the market trades.", ()),
    ("places", "India's pincodes and villages.", ()),
    ("analytics", "The market at a glance, and what it keeps out of the air.", ()),
    ("notifications", "What happened to my things.", ()),
    ("privacy", "What is known about me, what I agreed to, and leaving.", (DELETION,)),
    ("webhooks", "Events to partners' programs.", (ENDPOINT,)),
    ("reviews", "What looked wrong, for operators. A flag has stopped nothing.", (FLAG,)),
    ("people", "People and their roles, for those in charge.", ()),
    ("organisations", "Markets of their own, for the house's admins.", ()),
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


def create_api(office: Office, more: Sequence[APIRouter] = ()) -> FastAPI:
    """`more` is what whoever mounts it keeps beside the market."""
    app = FastAPI(
        title="Mandi Mitra",
        version="1",
        summary="A market for farmers: crop residue and produce.",
        description=ABOUT,
        openapi_tags=[{"name": name, "description": _described(words, lives)} for name, words, lives in TAGS],
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # a redirect would go to whatever host the request names
        servers=[{"url": PREFIX}],
        root_path_in_servers=False,
    )
    app.state.office = office
    for kind in (Refused, RequestValidationError, HTTPException, *faults.AWAY):
        app.add_exception_handler(kind, faults.handle)
    app.add_middleware(Envelope, office=office)
    for router in (*ROUTERS, *more):
        app.include_router(router)
    app.include_router(docs.routes(app))
    return app


def mount_api(app: FastAPI, office: Office, more: Sequence[APIRouter] = ()) -> None:
    """Under `PREFIX`, whatever the path: an ordinary mount ends at a line's end, and answers in another shape."""
    there = Mount(PREFIX, app=create_api(office, more))
    there.path_regex = re.compile(there.path_regex.pattern, re.DOTALL)
    app.router.routes.append(there)


def _described(words: str, lives: Sequence[Life]) -> str:
    """With the tables that move the rows."""
    return f"{words}\n\n{as_markdown(lives)}".strip()
