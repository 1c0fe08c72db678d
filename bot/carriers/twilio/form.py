"""Twilio's form, read with bounds, and what a farmer said in it."""

import json
import math
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Literal
from urllib.parse import parse_qsl, quote

from starlette.datastructures import FormData, UploadFile
from starlette.requests import ClientDisconnect, Request

from bot.channels.text import clean
from bot.message import Address, Attachment, Inbound

CARRIER = "twilio"
PREFIX = "/carrier/twilio"
FIELDS = 300  # a message with ten media and an advert has about sixty
MEDIA = 10
ON_WHATSAPP = "whatsapp:"
WEBP = "image/webp"
NO_STICKER = ("image", "document")

#: What it has answered in its own words, where the service does so.
ANSWERED: Mapping[str, Literal["stop", "start", "help"]] = {"STOP": "stop", "START": "start", "HELP": "help"}

_CARRIER_ID = re.compile(r"\w{2,64}", re.ASCII)
_PHONE = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
_WHATSAPP = re.compile(r"whatsapp:(?P<phone>\+[1-9]\d{6,14})|whatsapp:[A-Z]{2}\.[\w.-]{1,128}", re.ASCII)


def status_url(public_base_url: str, tenant: int, outbox_id: str) -> str:
    """Where to report what became of the tenant's message with this outbox id; the carrier signs all of it."""
    return f"{public_base_url}{PREFIX}/status?tenant={tenant}&outbox={quote(outbox_id, safe='')}"


class FormRefused(Exception):
    """Answered with `status` and the exception's own words."""

    status = 400


class TooLarge(FormRefused):
    status = 413


class NotAForm(FormRefused):
    status = 415


class Forged(FormRefused):
    status = 403


class BadForm(FormRefused):
    pass


class UnknownChannel(BadForm):
    pass


async def read_form(request: Request, limit: int) -> FormData:
    """The body is counted as it arrives, whatever Content-Length claims, and parsed only if it is small."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise NotAForm("Only application/x-www-form-urlencoded is read here.")
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > limit:
                raise TooLarge(f"The body is larger than {limit} bytes.")
    except ClientDisconnect:
        raise BadForm("The body ended early.") from None
    try:
        pairs: list[tuple[str, str | UploadFile]] = [
            *parse_qsl(body.decode(errors="replace"), keep_blank_values=True, max_num_fields=FIELDS)
        ]
    except ValueError:
        raise BadForm(f"The form has more than {FIELDS} fields.") from None
    return FormData(pairs)


def field(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return clean(value) if isinstance(value, str) else ""


def carrier_id(form: FormData, name: str = "MessageSid") -> str:
    value = field(form, name)
    if not _CARRIER_ID.fullmatch(value):
        raise BadForm(f"{name} is missing or unusable.")
    return value


def inbound(form: FormData, received_at: datetime) -> Inbound:
    return Inbound(
        carrier=CARRIER,
        carrier_id=carrier_id(form),
        sender=sender(address(form)),
        recipient=field(form, "To"),
        received_at=received_at,
        text=field(form, "Body").strip(),
        tap=tapped(form),
        attachments=tuple(attachments(form)),
        location=location(form),
        replies_to=quoted(form),
        forwarded=any(field(form, name).lower() == "true" for name in ("Forwarded", "FrequentlyForwarded")),
        carrier_said=ANSWERED.get(field(form, "OptOutType").upper()),
    )


def address(form: FormData) -> str:
    """Who hides the phone number may be named in ExternalUserId alone, and the prefix has been seen missing."""
    value = field(form, "From") or field(form, "ExternalUserId")
    if value and field(form, "To").startswith(ON_WHATSAPP):
        return ON_WHATSAPP + value.removeprefix(ON_WHATSAPP)
    return value


def sender(value: str) -> Address:
    if not value:
        raise BadForm("From is missing.")
    if _PHONE.fullmatch(value):
        return Address("sms", value, value)
    if found := _WHATSAPP.fullmatch(value):
        return Address("whatsapp", value, found["phone"])
    raise UnknownChannel("From is no WhatsApp address and no phone number.")


def quoted(form: FormData) -> str | None:
    """Named only while the quoted message is less than seven days old."""
    value = field(form, "OriginalRepliedMessageSid")
    return value if _CARRIER_ID.fullmatch(value) else None


def tapped(form: FormData) -> str | None:
    """The payload of a tapped button or row. Which field carries a row is documented nowhere: all are read.

    Body holds only the title: it is matched as text, like a typed answer.
    """
    return (
        field(form, "ButtonPayload")
        or field(form, "ListId")
        or _interactive_id(field(form, "InteractiveData"))
        or None
    )


def _interactive_id(data: str) -> str | None:
    try:
        interactive: Any = json.loads(data)
    except (ValueError, RecursionError):
        return None
    for part in _objects(interactive):
        if isinstance(part.get("id"), str) and part["id"]:
            return clean(part["id"])
    return None


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """The object itself, then the replies inside it (`button_reply`, `list_reply`, `interactive.…`)."""
    level = [value]
    for _ in range(3):
        level = [part for part in level if isinstance(part, dict)]
        yield from level
        level = [inner for part in level for inner in part.values()]


def attachments(form: FormData) -> Iterator[Attachment]:
    """NumMedia is not asked: it has been seen missing and wrong, the URLs are what counts.

    WhatsApp sends stickers as WebP and makes a JPEG of every photo; who sends a WebP as a photo has it called an image.
    """
    message_type = field(form, "MessageType").lower()
    for n in range(MEDIA):
        if url := field(form, f"MediaUrl{n}"):
            content_type = field(form, f"MediaContentType{n}").lower() or "application/octet-stream"
            yield Attachment(
                url, content_type, sticker=content_type == WEBP and message_type not in NO_STICKER
            )


def location(form: FormData) -> tuple[float, float] | None:
    try:
        latitude, longitude = float(field(form, "Latitude")), float(field(form, "Longitude"))
    except ValueError:
        return None
    if not (math.isfinite(latitude) and math.isfinite(longitude)):
        return None
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None
