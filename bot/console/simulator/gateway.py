"""A pretend Indian aggregator for the SMS phones: JSON with a bearer secret in, signed JSON out.

It speaks the profile "simulator" and is written from that contract, not with the bot's own code for it.
"""

import asyncio
import hmac
import json
import re
from dataclasses import replace
from typing import Any

import httpx
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from bot.console.simulator import webhook
from bot.console.simulator.phones import Letter, Phone, new_sid, now, segments_of
from bot.console.simulator.webhook import TROUBLE, Line, Refused, arrive, inside, plugged
from bot.console.simulator.wire import receiver

MESSAGE = "/carrier/gateway/message"
INDIAN = re.compile(r"91[6-9]\d{9}", re.ASCII)
TEMPLATE_ID = re.compile(r"\d{6,25}", re.ASCII)
LONGEST = 1600


def serves(line: Line, phone: Phone) -> bool:
    return phone.channel == "sms" and line.settings.sms_carrier == "gateway"


async def deliver(line: Line, phone: Phone, letter: Letter) -> Letter:
    """A person's message goes to the bot by whichever carrier has their phone."""
    if not serves(line, phone):
        return await webhook.deliver(line, phone, letter)
    letter = line.phones.show(replace(letter, status="sending", error=""))
    told = {
        "messageId": letter.sid,
        "from": phone.number.removeprefix("+"),
        "to": line.settings.sms_number,
        "text": letter.text,
        "receivedAt": letter.at.isoformat(),
    }
    try:
        answer = await _knock(line, MESSAGE, told)
        if not answer.is_success:
            raise Refused(f"the bot answered {answer.status_code}")
    except Refused as trouble:
        return line.phones.show(replace(letter, status="failed", error=str(trouble)))
    return line.phones.show(replace(letter, status="delivered"))


async def _knock(line: Line, path: str, told: dict[str, Any]) -> httpx.Response:
    """Signed over the very bytes that are sent, to our own socket."""
    body = json.dumps(told, ensure_ascii=False).encode()
    secret = line.settings.sms_gateway_knock[0].get_secret_value()
    signature = "sha256=" + hmac.digest(secret.encode(), body, "sha256").hex()
    try:
        return await line.http.post(
            line.socket + path,
            content=body,
            headers={"Content-Type": "application/json", "X-Gateway-Signature": signature},
        )
    except httpx.TimeoutException:
        raise Refused(TROUBLE["slow"]) from None
    except httpx.HTTPError:
        raise Refused(TROUBLE["away"]) from None


def complaint(line: Line, sent: dict[str, Any]) -> tuple[int, str] | None:
    """What is wrong with a message, as HTTP status and the gateway's own code."""
    text = str(sent.get("text", ""))
    if not INDIAN.fullmatch(str(sent.get("to", ""))):
        return 400, "NUMBER"
    if not text or len(text) > LONGEST:
        return 400, "TEXT"
    if (segments_of(text).encoding == "UCS-2") != (sent.get("encoding") == "unicode"):
        return 400, "ENCODING"
    if line.settings.sms_dlt_entity != str(sent.get("entityId", "")):
        return 400, "ENTITY"
    if line.settings.sms_dlt_templates and not TEMPLATE_ID.fullmatch(str(sent.get("templateId", ""))):
        return 400, "TEMPLATE"
    return None


def routes(line: Line) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.post("/messages", status_code=202)
    async def take(request: Request) -> JSONResponse:
        secret = line.settings.sms_gateway_secret.get_secret_value()
        shown = request.headers.get("authorization", "")
        if not hmac.compare_digest(shown.encode(), f"Bearer {secret}".encode()):
            return _refusal(401, "LOGIN")
        try:
            sent = await request.json()
        except ValueError:
            return _refusal(400, "JSON")
        if not isinstance(sent, dict):
            return _refusal(400, "JSON")
        if wrong := complaint(line, sent):
            return _refusal(*wrong)
        phone = receiver(line, f"+{sent['to']}")
        known = phone.id in line.phones.on_desk
        letter = Letter(new_sid("GW"), phone.id, "from_bot", "text", now(), text=str(sent["text"]))
        arrive(line, phone, letter)
        errand = asyncio.create_task(_report(plugged(line, request), letter.sid, sent, known))
        line.errands.add(errand)
        errand.add_done_callback(line.errands.discard)
        return JSONResponse({"data": {"messageId": letter.sid}}, 202)

    return router


def _refusal(status: int, code: str) -> JSONResponse:
    return JSONResponse({"error": {"code": code}}, status)


async def _report(line: Line, sid: str, sent: dict[str, Any], known: bool) -> None:
    url = str(sent.get("reportUrl", ""))
    if not inside(line.settings, url):
        return
    for status in ("SUBMITTED", "DELIVERED" if known else "UNDELIVERED"):
        told = {"messageId": sid, "reference": sent.get("reference", ""), "status": status}
        try:
            await _knock(line, url.removeprefix(line.settings.public_base_url), told)
        except Refused:
            return
