"""A Razorpay for whoever has no keys: the same wire, the same signatures, nobody's money.

    python -m marketplace_core.payments.razorpay.standin --webhook http://127.0.0.1:8000/provider/razorpay/webhook/1

It takes orders, payments and refunds over HTTP as Razorpay does, and delivers signed webhooks. `POST /pay/{order_id}`
plays the payer; `POST /troubles` names what shall go wrong next. What real life does to webhooks (repeats, another
order, late ones) it does on demand. It never pretends to be more: its ids begin with `standin_`.
"""

import argparse
import asyncio
import base64
import json
import random
import secrets
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from marketplace_core.payments.razorpay.webhook import EVENT_ID, SIGNATURE, sign

KEY_ID, KEY_SECRET, WEBHOOK_SECRET = "standin_key", "standin_secret", "standin_webhook"
#: What may go wrong at the next request: before anything was done, or after it with the answer lost.
TROUBLES: Mapping[str, int] = {"busy": 429, "broken": 500, "lost": 504}
SETTLED = ("captured", "refunded", "failed")

Send = Callable[[bytes, Mapping[str, str]], Awaitable[int]]


@dataclass(frozen=True)
class Delivery:
    event_id: str
    body: bytes

    def headers(self, secret: str) -> dict[str, str]:
        return {
            "content-type": "application/json",
            SIGNATURE: sign(self.body, secret),
            EVENT_ID: self.event_id,
        }


@dataclass
class Till:
    """What the stand-in remembers. `outgoing` holds webhooks that were not delivered yet."""

    key_id: str = KEY_ID
    key_secret: str = KEY_SECRET
    webhook_secret: str = WEBHOOK_SECRET
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    payments: dict[str, dict[str, Any]] = field(default_factory=dict)
    refunds: dict[str, dict[str, Any]] = field(default_factory=dict)
    refund_keys: dict[str, str] = field(default_factory=dict)
    outgoing: list[Delivery] = field(default_factory=list)
    troubles: deque[str] = field(default_factory=deque)
    run: str = field(default_factory=lambda: secrets.token_hex(4))
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    def new_id(self, kind: str) -> str:
        """Never seen before, also not by a database that outlived the last stand-in."""
        return f"standin_{kind}_{self.run}{next(self.numbers):06}"

    def pay(self, order_id: str, outcome: str = "captured", amount: int | None = None) -> dict[str, Any]:
        """What the payer does at the checkout: `created`, `authorized`, `captured` or `failed`."""
        order = self.orders[order_id]
        payment: dict[str, Any] = {
            "id": self.new_id("pay"),
            "entity": "payment",
            "amount": order["amount"] if amount is None else amount,
            "currency": order["currency"],
            "status": "created",
            "order_id": order_id,
            "method": "upi",
            "vpa": "somebody@standin",
            "contact": "+910000000000",
            "email": "somebody@standin.invalid",
            "amount_refunded": 0,
            "notes": [],
            "created_at": int(time.time()),
        }
        self.payments[payment["id"]] = payment
        order["attempts"] += 1
        order["status"] = "attempted"
        if outcome in ("authorized", "captured"):
            self.become(payment["id"], "authorized")
        if outcome in ("captured", "failed"):
            self.become(payment["id"], outcome)
        return payment

    def become(self, payment_id: str, status: str) -> None:
        """Also what happens late: a failed payment that is authorised after all."""
        payment = self.payments[payment_id]
        payment["status"] = status
        self.tell(f"payment.{status}", payment=payment)
        if status == "captured":
            order = self.orders[payment["order_id"]]
            order |= {"status": "paid", "amount_paid": payment["amount"], "amount_due": 0}
            self.tell("order.paid", payment=payment, order=order)

    def refund(self, payment_id: str, amount: int, receipt: str | None) -> dict[str, Any]:
        refund: dict[str, Any] = {
            "id": self.new_id("rfnd"),
            "entity": "refund",
            "amount": amount,
            "currency": "INR",
            "payment_id": payment_id,
            "receipt": receipt,
            "status": "pending",
            "created_at": int(time.time()),
        }
        self.refunds[refund["id"]] = refund
        self.payments[payment_id]["amount_refunded"] += amount
        self.tell("refund.created", refund=refund, payment=self.payments[payment_id])
        return refund

    def settle_refund(self, refund_id: str, status: str = "processed") -> None:
        refund = self.refunds[refund_id]
        refund["status"] = status
        payment = self.payments[refund["payment_id"]]
        if status == "failed":
            payment["amount_refunded"] -= refund["amount"]
        elif payment["amount_refunded"] == payment["amount"]:
            payment["status"] = "refunded"
        self.tell(f"refund.{status}", refund=refund, payment=payment)

    def tell(self, kind: str, **entities: dict[str, Any]) -> None:
        """A webhook is a picture of the moment; it does not change with what it shows."""
        payload = {name: {"entity": entity} for name, entity in entities.items()}
        event = {"entity": "event", "event": kind, "contains": list(entities), "payload": payload}
        body = json.dumps(event | {"created_at": int(time.time())}).encode()
        self.outgoing.append(Delivery(self.new_id("event"), body))

    def take_outgoing(self, *, repeats: int = 1, shuffled: random.Random | None = None) -> list[Delivery]:
        """What is to be delivered now, so often and in whatever order."""
        taken, self.outgoing = self.outgoing * repeats, []
        if shuffled:
            shuffled.shuffle(taken)
        return taken

    async def deliver(
        self, send: Send, *, repeats: int = 1, shuffled: random.Random | None = None
    ) -> list[int]:
        """`send` answers with the HTTP status; what was not taken is brought again next time."""
        answers = []
        for each in self.take_outgoing(repeats=repeats, shuffled=shuffled):
            answers.append(await send(each.body, each.headers(self.webhook_secret)))
            if not 200 <= answers[-1] < 300:
                self.outgoing.append(each)
        return answers


def _no(description: str, status: int = 400) -> JSONResponse:
    return JSONResponse({"error": {"code": "BAD_REQUEST_ERROR", "description": description}}, status)


def _collection(items: list[dict[str, Any]]) -> dict[str, Any]:
    return {"entity": "collection", "count": len(items), "items": items}


def app(till: Till, after: Callable[[], Awaitable[object]] | None = None) -> FastAPI:
    """`after` is called whenever something happened that webhooks tell of."""
    api = FastAPI(title="A stand-in for Razorpay")
    wanted = "Basic " + base64.b64encode(f"{till.key_id}:{till.key_secret}".encode()).decode()

    @api.middleware("http")
    async def door(request: Request, call_next: Callable[[Request], Awaitable[Any]]) -> Any:
        if not request.url.path.startswith("/v1/"):
            answer = await call_next(request)
            if after and request.method == "POST":
                await after()
            return answer
        if request.headers.get("authorization") != wanted:
            return _no("Authentication failed", 401)
        trouble = till.troubles.popleft() if till.troubles else None
        if trouble == "lost":
            await call_next(request)
        if trouble:
            return _no(trouble, TROUBLES[trouble])
        return await call_next(request)

    _orders(api, till)
    _refunds(api, till)
    _hands(api, till)
    return api


def _orders(api: FastAPI, till: Till) -> None:
    @api.post("/v1/orders")
    async def create(wanted: dict[str, Any]) -> Any:
        receipt, amount = wanted.get("receipt"), wanted.get("amount")
        if type(amount) is not int or amount < 100 or wanted.get("currency") != "INR":
            return _no("The amount must be at least INR 1.00")
        if receipt is not None and len(receipt) > 40:
            return _no("receipt: the length must be no more than 40.")
        if wanted.get("unique_receipt") and any(o["receipt"] == receipt for o in till.orders.values()):
            return _no("Order receipt should be unique.")
        order: dict[str, Any] = {
            "id": till.new_id("order"),
            "entity": "order",
            "amount": amount,
            "amount_paid": 0,
            "amount_due": amount,
            "currency": "INR",
            "receipt": receipt,
            "status": "created",
            "attempts": 0,
            "notes": wanted.get("notes") or [],
            "created_at": int(time.time()),
        }
        till.orders[order["id"]] = order
        return order

    @api.get("/v1/orders")
    async def of_receipt(receipt: str | None = None) -> Any:
        return _collection([o for o in till.orders.values() if receipt in (None, o["receipt"])])

    @api.get("/v1/orders/{order_id}/payments")
    async def payments(order_id: str) -> Any:
        if order_id not in till.orders:
            return _no("The id provided does not exist")
        return _collection([p for p in till.payments.values() if p["order_id"] == order_id])


def _refunds(api: FastAPI, till: Till) -> None:
    @api.post("/v1/payments/{payment_id}/refund")
    async def refund(payment_id: str, wanted: dict[str, Any], request: Request) -> Any:
        key = request.headers.get("x-refund-idempotency", "")
        if key and len(key) < 10:
            return _no("The idempotency key must be at least 10 characters.")
        if key in till.refund_keys:
            return till.refunds[till.refund_keys[key]]
        payment = till.payments.get(payment_id)
        if payment is None or payment["status"] != "captured":
            return _no("The payment status should be captured for action to be taken")
        amount = wanted.get("amount", payment["amount"] - payment["amount_refunded"])
        if type(amount) is not int or not 0 < amount <= payment["amount"] - payment["amount_refunded"]:
            return _no("The refund amount provided is greater than amount captured")
        made = till.refund(payment_id, amount, wanted.get("receipt"))
        if key:
            till.refund_keys[key] = made["id"]
        return dict(made)

    @api.get("/v1/payments/{payment_id}/refunds")
    async def refunds(payment_id: str) -> Any:
        return _collection([r for r in till.refunds.values() if r["payment_id"] == payment_id])


def _hands(api: FastAPI, till: Till) -> None:
    """What people and banks do; Razorpay has no such doors."""

    @api.post("/pay/{order_id}")
    async def pay(order_id: str, outcome: str = "captured") -> Any:
        if order_id not in till.orders:
            return _no("There is no such order", 404)
        return till.pay(order_id, outcome)

    @api.post("/refunds/{refund_id}")
    async def settle(refund_id: str, outcome: str = "processed") -> Any:
        if refund_id not in till.refunds:
            return _no("There is no such refund", 404)
        till.settle_refund(refund_id, outcome)
        return till.refunds[refund_id]

    @api.post("/troubles")
    async def troubles(next_ones: list[str]) -> Any:
        unknown = set(next_ones) - set(TROUBLES)
        if unknown:
            return _no(f"Troubles are {', '.join(TROUBLES)}")
        till.troubles.extend(next_ones)
        return list(till.troubles)


async def serve(port: int, webhook: str) -> None:
    till = Till()
    async with httpx.AsyncClient(timeout=10) as client:

        async def send(body: bytes, headers: Mapping[str, str]) -> int:
            try:
                return (await client.post(webhook, content=body, headers=headers)).status_code
            except httpx.HTTPError:
                return 504

        async def deliver() -> None:
            await till.deliver(send)

        config = uvicorn.Config(app(till, deliver), host="127.0.0.1", port=port, log_level="warning")
        print(f"RAZORPAY_URL=http://127.0.0.1:{port} RAZORPAY_KEY_ID={KEY_ID}")
        print(f"RAZORPAY_KEY_SECRET={KEY_SECRET} RAZORPAY_WEBHOOK_SECRET={WEBHOOK_SECRET}")
        await uvicorn.Server(config).serve()


def main() -> None:
    parser = argparse.ArgumentParser(description="A stand-in for Razorpay, for trying out without keys")
    parser.add_argument("--port", type=int, default=8099)
    parser.add_argument("--webhook", default="http://127.0.0.1:8000/provider/razorpay/webhook/1")
    said = parser.parse_args()
    asyncio.run(serve(said.port, said.webhook))


if __name__ == "__main__":
    main()
