"""What a gateway brings to our doors: read with bounds, proven, and put into our own words."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request

from bot.carriers.gateway.api import CARRIER
from bot.carriers.gateway.numbers import e164, own
from bot.carriers.gateway.profile import Heard, Proof, Reported, found
from bot.channels.text import clean
from bot.message import Address, Inbound

FIELDS = 300
LONGEST_ID = 200


class KnockRefused(Exception):
    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


@dataclass(frozen=True)
class Knock:
    """`document` is the JSON or form of the body, `asked` what stands in the address: no signature covers that."""

    body: bytes
    document: dict[str, Any]
    asked: dict[str, str]
    headers: Mapping[str, str]

    @property
    def all(self) -> dict[str, Any]:
        return self.asked | self.document


async def read(request: Request, limit: int) -> Knock:
    """The body is counted as it arrives, whatever Content-Length claims."""
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > limit:
                raise KnockRefused(413, f"The body is larger than {limit} bytes.")
    except ClientDisconnect:
        raise KnockRefused(400, "The body ended early.") from None
    document = _parsed(bytes(body), request.headers)
    return Knock(bytes(body), document, dict(request.query_params), request.headers)


def _parsed(body: bytes, headers: Mapping[str, str]) -> dict[str, Any]:
    if not body.strip():
        return {}
    try:
        if headers.get("content-type", "").partition(";")[0].strip().lower().endswith("json"):
            document = json.loads(body)
            return document if isinstance(document, dict) else {"*": document}
        return dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True, max_num_fields=FIELDS))
    except (ValueError, RecursionError):
        raise KnockRefused(400, "The body is neither JSON nor a form.") from None


def proven(proof: Proof, knock: Knock, secrets: Sequence[str]) -> bool:
    shown = knock.headers.get(proof.header, "") if proof.header else found(knock.all, proof.field)
    shown = shown.removeprefix(proof.prefix)
    return any(
        hmac.compare_digest(_wanted(proof, knock.body, secret).encode(), shown.encode())
        for secret in secrets
        if secret
    )


def _wanted(proof: Proof, body: bytes, secret: str) -> str:
    if proof.kind == "secret":
        return secret
    digest = hmac.digest(secret.encode(), body, proof.kind.removeprefix("hmac-"))
    return digest.hex() if proof.encoding == "hex" else base64.b64encode(digest).decode()


def items(proof: Proof, knock: Knock, way: str | None) -> list[Any]:
    """What it brings: one thing, or as many as stand in the list there."""
    document = knock.all if proof.kind == "secret" else knock.document
    if way is None:
        return [document]
    here: Any = document
    for step in way.split("."):
        here = here.get(step) if isinstance(here, dict) else None
    return here if isinstance(here, list) else []


def heard(how: Heard, item: Any, now: datetime) -> Inbound:
    """Raises `KnockRefused` when nobody can have sent it."""
    phone = e164(found(item, how.sender))
    if phone is None:
        raise KnockRefused(400, "The sender has no phone number.")
    text = clean(found(item, how.text)).strip()
    recipient = own(found(item, how.recipient))
    inbound = Inbound(
        carrier=CARRIER,
        carrier_id=clean(found(item, how.id))[:LONGEST_ID],
        sender=Address("sms", phone, phone),
        recipient=recipient,
        received_at=now,
        text=text,
    )
    return (
        inbound
        if inbound.carrier_id
        else replace(inbound, carrier_id=_told_apart(inbound, found(item, how.at)))
    )


def _told_apart(inbound: Inbound, written_at: str) -> str:
    """For a gateway whose messages have no id: the same words of one moment, or else of one minute, are one message."""
    moment = written_at or inbound.received_at.strftime("%Y-%m-%dT%H:%M")
    parts = (inbound.sender.value, inbound.recipient, inbound.text, moment)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


@dataclass(frozen=True)
class Report:
    carrier_id: str
    status: str
    error: int | None
    tenant: int | None
    own_id: str | None


def reported(how: Reported, item: Any) -> Report | None:
    """None: a status that says nothing to us."""
    status = how.statuses.get(found(item, how.status))
    if status is None:
        return None
    tenant, _, own_id = found(item, how.own_id).partition(".")
    code = found(item, how.error)
    return Report(
        carrier_id=clean(found(item, how.id))[:LONGEST_ID] or own_id,
        status=status,
        error=int(code) if code.isdecimal() and 0 < len(code) < 10 else None,
        tenant=int(tenant) if own_id and tenant.isdecimal() and len(tenant) < 10 else None,
        own_id=own_id or None,
    )
