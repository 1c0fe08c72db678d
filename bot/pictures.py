"""Pictures and voice notes that we send: carriers fetch them at an address that only we can make and that soon is
worth nothing.

It is sealed with the carrier's own token, so that a rotated token keeps the links of the former one good.
"""

import asyncio
import hmac
from collections.abc import Callable
from datetime import datetime, timedelta

from fastapi import APIRouter, Response

from bot.settings import Settings
from marketplace_core.photos.copies import copy_of
from marketplace_core.store import MediaMissing, NotAPhoto, Storage, type_of

PATH = "/pictures"
#: A carrier fetches within seconds; a queue of its own may keep a message for a while.
LASTS = timedelta(hours=1)


def address(settings: Settings, key: str, now: datetime) -> str:
    until = int((now + LASTS).timestamp())
    seal = _seal(settings.twilio_auth_token[0].get_secret_value(), key, until)
    return f"{settings.public_base_url}{PATH}/{until}/{seal}/{key}"


def routes(settings: Settings, store: Storage, clock: Callable[[], datetime]) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    tokens = [token.get_secret_value() for token in settings.twilio_auth_token]

    @router.api_route(PATH + "/{until}/{seal}/{key:path}", methods=["GET", "HEAD"])
    async def picture(until: str, seal: str, key: str) -> Response:
        if not _sealed(tokens, key, until, seal):
            return Response(status_code=404)
        if int(until) <= clock().timestamp():
            return Response(status_code=410)
        try:
            content = await store.load(key)
            content_type = type_of(content)
            if content_type != "audio/ogg":  # our own sound leaves as it is, a picture as a copy
                content, content_type = await asyncio.to_thread(copy_of, content), "image/jpeg"
        except (MediaMissing, NotAPhoto):
            return Response(status_code=404)
        headers = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}
        return Response(content, headers=headers, media_type=content_type)

    return router


def _sealed(tokens: list[str], key: str, until: str, seal: str) -> bool:
    if not (until.isascii() and until.isdecimal() and len(until) <= 12):
        return False
    return any(hmac.compare_digest(_seal(token, key, int(until)).encode(), seal.encode()) for token in tokens)


def _seal(token: str, key: str, until: int) -> str:
    own = hmac.digest(token.encode(), b"mandi pictures", "sha256")
    return hmac.digest(own, f"{until}:{key}".encode(), "sha256").hex()
