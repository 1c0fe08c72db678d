"""The door Razorpay knocks at: signed, capped, read, heard once, answered 2xx after the commit."""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolIsEmpty
from sqlalchemy.ext.asyncio import AsyncEngine

from marketplace_core.desk import Desk, open_desk
from marketplace_core.errors import Refused
from marketplace_core.payments.errors import Forged, TooLarge, Unreadable
from marketplace_core.payments.hearing import Heard, Word, hear
from marketplace_core.payments.razorpay.wire import (
    PaymentEntity,
    RefundEntity,
    payment_word,
    refund_word,
)

PREFIX = "/provider/razorpay"
LARGEST = 64 * 1024
SIGNATURE, EVENT_ID = "x-razorpay-signature", "x-razorpay-event-id"
LARGEST_TENANT = 2**31 - 1


def sign(body: bytes, secret: str) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _payment(payload: Any, event_id: str, kind: str) -> Word:
    return payment_word(PaymentEntity.model_validate(payload["payment"]["entity"]), event_id, kind)


def _refund(payload: Any, event_id: str, kind: str) -> Word:
    return refund_word(RefundEntity.model_validate(payload["refund"]["entity"]), event_id, kind)


#: Which part of it each event is about. What stands in no line is acknowledged and let go.
KINDS: Mapping[str, Callable[[Any, str, str], Word]] = {
    "payment.authorized": _payment,
    "payment.captured": _payment,
    "payment.failed": _payment,
    "order.paid": _payment,
    "refund.created": _refund,
    "refund.processed": _refund,
    "refund.failed": _refund,
}


def read_webhook(raw_body: bytes, headers: Mapping[str, str], secrets: Sequence[str]) -> Word | None:
    """What Razorpay says, if it is Razorpay; None for what does not concern us. Asks nobody and changes nothing."""
    if len(raw_body) > LARGEST:
        raise TooLarge
    given = {name.lower(): value for name, value in headers.items()}
    signature = given.get(SIGNATURE, "").encode()
    fits = [hmac.compare_digest(sign(raw_body, secret).encode(), signature) for secret in secrets]
    if not any(fits):
        raise Forged
    try:
        body = json.loads(raw_body)
        kind = body["event"]
        read = KINDS.get(kind) if isinstance(kind, str) else None
        if read is None:
            return None
        # The signature does not cover the header: whoever repeats a body under another id says nothing new.
        event_id = given.get(EVENT_ID) or hashlib.sha256(raw_body).hexdigest()
        return read(body["payload"], event_id[:200], kind)
    except (ValueError, KeyError, TypeError, ValidationError, RecursionError):
        raise Unreadable from None


async def receive_webhook(
    desk: Desk, raw_body: bytes, headers: Mapping[str, str], *, secrets: Sequence[str]
) -> Heard | None:
    """Verify, read and hear one delivery; None where there was nothing for us in it."""
    word = read_webhook(raw_body, headers, secrets)
    return await hear(desk, word) if word else None


def routes(
    engine: Callable[[], AsyncEngine],
    secrets: Sequence[str],
    clock: Callable[[], datetime],
    after_commit: Callable[[int], object] = lambda _tenant: None,
) -> APIRouter:
    """`POST /provider/razorpay/webhook/{tenant}`: the address that is entered at Razorpay names the tenant."""
    router = APIRouter(prefix=PREFIX)

    @router.post("/webhook/{tenant}", include_in_schema=False)
    async def webhook(request: Request, tenant: int = Path(ge=1, le=LARGEST_TENANT)) -> JSONResponse:
        try:
            word = read_webhook(await _capped(request), request.headers, secrets)
            if word is None:
                return JSONResponse({"heard": "nothing"})
            async with open_desk(engine(), tenant, clock()) as desk:
                heard = await hear(desk, word)
        except Refused as refused:
            return JSONResponse({"error": type(refused).__name__}, refused.http)
        except (DBAPIError, PoolIsEmpty, OSError):
            return JSONResponse({"error": "away"}, 503, {"Retry-After": "5"})
        after_commit(tenant)
        return JSONResponse({"heard": heard.outcome, "repeated": heard.repeated})

    return router


async def _capped(request: Request) -> bytes:
    """The body, as far as we are ready to hold it in memory."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            raise TooLarge
    return bytes(body)
