"""Razorpay's API as far as we need it, and its entities in our words. Never called inside a transaction."""

import asyncio
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Literal, Self, TypeVar
from uuid import UUID

import httpx
from pydantic import BaseModel, ConfigDict, Field, StrictInt, ValidationError

from marketplace_core.payments.hearing import PaymentWord, RefundWord

PROVIDER = "razorpay"
SECONDS = 10.0
#: Between one try and the next.
WAITS: Sequence[float] = (0.5, 2.0)
LONGEST_WAIT = 10.0


class ProviderAway(Exception):
    """Timed out, overloaded or broken: whether it did what we asked is unknown. Ask again with the same ids."""


class ProviderRefused(Exception):
    """It will not; its own code says why. Its description may quote what we sent, and is not kept."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}")
        self.status, self.code = status, code


class _Entity(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str = Field(min_length=1, max_length=64)
    amount: StrictInt
    currency: str = Field(max_length=3)


class Order(_Entity):
    receipt: str | None = None


class PaymentEntity(_Entity):
    order_id: str | None = Field(None, max_length=64)
    status: Literal["created", "authorized", "captured", "refunded", "failed"]


class RefundEntity(_Entity):
    payment_id: str = Field(max_length=64)
    receipt: str | None = None
    status: Literal["pending", "processed", "failed"] = "pending"


E = TypeVar("E", bound=_Entity)

PAYMENT_STATES: Mapping[str, Literal["attempted", "authorised", "paid", "refunded", "failed"]] = {
    "created": "attempted",
    "authorized": "authorised",
    "captured": "paid",
    "refunded": "refunded",
    "failed": "failed",
}
REFUND_STATES: Mapping[str, Literal["pending", "done", "failed"]] = {
    "pending": "pending",
    "processed": "done",
    "failed": "failed",
}


def payment_word(entity: PaymentEntity, event_id: str, kind: str) -> PaymentWord:
    return PaymentWord(
        provider=PROVIDER,
        event_id=event_id,
        kind=kind,
        order=entity.order_id or "",
        payment=entity.id,
        paise=entity.amount,
        currency=entity.currency,
        status=PAYMENT_STATES[entity.status],
    )


def refund_word(entity: RefundEntity, event_id: str, kind: str) -> RefundWord:
    try:
        ours = UUID(hex=entity.receipt or "")
    except ValueError:
        ours = None
    return RefundWord(
        provider=PROVIDER,
        event_id=event_id,
        kind=kind,
        refund=entity.id,
        payment=entity.payment_id,
        ours=ours,
        paise=entity.amount,
        currency=entity.currency,
        status=REFUND_STATES[entity.status],
    )


class Razorpay:
    """One pool of connections; tries again where that is safe, because every request carries an id of ours."""

    def __init__(
        self,
        key_id: str,
        secret: str,
        url: str,
        *,
        waits: Sequence[float] = WAITS,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._waits = waits
        self._http = httpx.AsyncClient(
            base_url=url, auth=(key_id, secret), timeout=SECONDS, follow_redirects=False, transport=transport
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        await self._http.aclose()

    async def create_order(self, receipt: UUID, paise: int) -> Order:
        """The order of our payment with this id. Made once: a second one with its receipt is refused there."""
        wanted = {
            "amount": paise,
            "currency": "INR",
            "receipt": receipt.hex,
            "unique_receipt": True,
            "payment": {"capture": "automatic"},
        }
        try:
            made = _read(Order, await self._call("POST", "/v1/orders", json=wanted))
        except ProviderRefused:
            # An answer of before may have been lost: then the order is there.
            there = await self.order_of(receipt)
            if there is None:
                raise
            made = there
        if (made.amount, made.currency) != (paise, "INR"):
            raise ProviderRefused(200, "OTHER_AMOUNT")
        return made

    async def order_of(self, receipt: UUID) -> Order | None:
        found = await self._call("GET", "/v1/orders", params={"receipt": receipt.hex})
        items = found.get("items") or []
        return _read(Order, items[0]) if items else None

    async def payments_of(self, order_id: str) -> list[PaymentEntity]:
        found = await self._call("GET", f"/v1/orders/{order_id}/payments")
        return [_read(PaymentEntity, item) for item in found.get("items") or []]

    async def refund(self, payment_id: str, refund_id: UUID, paise: int) -> RefundEntity:
        answer = await self._call(
            "POST",
            f"/v1/payments/{payment_id}/refund",
            json={"amount": paise, "receipt": refund_id.hex, "speed": "normal"},
            headers={"X-Refund-Idempotency": refund_id.hex},
        )
        return _read(RefundEntity, answer)

    async def refunds_of(self, payment_id: str) -> list[RefundEntity]:
        found = await self._call("GET", f"/v1/payments/{payment_id}/refunds")
        return [_read(RefundEntity, item) for item in found.get("items") or []]

    async def _call(self, method: str, path: str, **what: Any) -> dict[str, Any]:
        for wait in (*self._waits, None):
            asked_to_wait = ""
            try:
                answer = await self._http.request(method, path, **what)
            except httpx.HTTPError as error:
                away = type(error).__name__
            else:
                if answer.status_code != 429 and answer.status_code < 500:
                    return _body(answer)
                away = str(answer.status_code)
                asked_to_wait = answer.headers.get("retry-after", "")
            if wait is None:
                raise ProviderAway(away)
            await asyncio.sleep(
                min(float(asked_to_wait), LONGEST_WAIT) if asked_to_wait.isdecimal() else wait
            )
        raise AssertionError  # the last wait is None


def _body(answer: httpx.Response) -> dict[str, Any]:
    try:
        body = answer.json()
    except ValueError:
        raise ProviderAway("not JSON") from None
    if not isinstance(body, dict):
        raise ProviderAway("not an object")
    if answer.status_code >= 300:
        error = body.get("error")
        code = error.get("code") if isinstance(error, dict) else None
        raise ProviderRefused(answer.status_code, str(code)[:64])
    return body


def _read(kind: type[E], body: Any) -> E:
    try:
        return kind.model_validate(body)
    except ValidationError:
        raise ProviderAway("not what its documentation says") from None
