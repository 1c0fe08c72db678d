"""Requests as Twilio sends them: urlencoded forms, signed by Twilio's own library over the public address."""

from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

import httpx
from starlette.datastructures import FormData
from twilio.request_validator import RequestValidator

Fields = Mapping[str, str] | Iterable[tuple[str, str]]


def pairs(fields: Fields) -> list[tuple[str, str]]:
    return list(fields.items() if isinstance(fields, Mapping) else fields)


def signature(url: str, fields: Fields, token: str) -> str:
    return str(RequestValidator(token).compute_signature(url, FormData(pairs(fields))))


async def signed_post(
    client: httpx.AsyncClient, path: str, fields: Fields, token: str, base_url: str
) -> httpx.Response:
    """Posts to `path` (with its query) what Twilio would post to `base_url + path`."""
    fields = pairs(fields)
    return await client.post(
        path,
        content=urlencode(fields),
        headers={
            "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
            "x-twilio-signature": signature(base_url + path, fields, token),
        },
    )


def message(**fields: str) -> dict[str, str]:
    """The fields that every message has, with those of this one."""
    return {
        "MessageSid": "SM" + "1" * 32,
        "SmsMessageSid": "SM" + "1" * 32,
        "AccountSid": "AC" + "0" * 32,
        "From": "whatsapp:+919876543210",
        "To": "whatsapp:+14155238886",
        "Body": "",
        "NumMedia": "0",
        "NumSegments": "1",
        "SmsStatus": "received",
        "ApiVersion": "2010-04-01",
        **fields,
    }
