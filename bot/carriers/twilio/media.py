"""Photos, voice notes and papers that lie at Twilio."""

import asyncio
import re

import httpx

from bot.carriers.refusals import MediaFailed
from marketplace_core.store import LARGEST, type_of

PAUSES = (1.0, 3.0)  # the webhook can arrive before the media does: Twilio then answers 404 for a moment
MOST_REDIRECTS = 3
CDN = ".twiliocdn.com"

_PATH = "/2010-04-01/Accounts/{account}/Messages/(?:SM|MM|IM)[0-9A-Za-z]{{32}}/Media/ME[0-9A-Za-z]{{32}}"


def ours(url: httpx.URL, api_url: str, account: str) -> bool:
    """Credentials go to no other address than media of our own account at the API itself."""
    api = httpx.URL(api_url)
    path = re.escape(api.path.rstrip("/")) + _PATH.format(account=re.escape(account))
    return _same_origin(url, api) and not url.userinfo and bool(re.fullmatch(path, url.raw_path.decode()))


def _same_origin(one: httpx.URL, other: httpx.URL) -> bool:
    return (one.scheme, one.host, one.port) == (other.scheme, other.host, other.port)


def _on_the_way(url: httpx.URL, api_url: str) -> bool:
    """Where Twilio may send us on to; never with credentials."""
    return (url.scheme == "https" and url.host.endswith(CDN)) or _same_origin(url, httpx.URL(api_url))


async def fetch_media(
    http: httpx.AsyncClient,
    url: str,
    api_url: str,
    account: str,
    token: str,
    *,
    pauses: tuple[float, ...] = PAUSES,
) -> tuple[bytes, str]:
    """The content and its type by its first bytes: the sender's word for the type is not asked."""
    start = _checked(url, api_url, account)
    try:
        for pause in (*pauses, None):
            response_status, content = await follow(http, start, api_url, httpx.BasicAuth(account, token))
            if response_status == 200:
                return content, type_of(content) or "application/octet-stream"
            if response_status != 404 or pause is None:
                break
            await asyncio.sleep(pause)
    except httpx.RequestError as error:
        raise MediaFailed(type(error).__name__, temporary=True) from error
    raise _failed(response_status)


async def forget_media(http: httpx.AsyncClient, url: str, api_url: str, account: str, token: str) -> None:
    """Twilio keeps what a person sent until it is told to delete it; what is gone already is well."""
    lying = _checked(url, api_url, account)
    try:
        response = await http.delete(f"{lying}.json", auth=httpx.BasicAuth(account, token))
    except httpx.RequestError as error:
        raise MediaFailed(type(error).__name__, temporary=True) from error
    if response.status_code not in (204, 404):
        raise _failed(response.status_code)


def _checked(url: str, api_url: str, account: str) -> httpx.URL:
    try:
        start = httpx.URL(url)
    except httpx.InvalidURL:
        raise MediaFailed("not an address") from None
    if not ours(start, api_url, account):
        raise MediaFailed("not an address of our account's media")
    return start


def _failed(status: int) -> MediaFailed:
    return MediaFailed(f"HTTP {status}", temporary=status == 429 or status >= 500)


async def follow(
    http: httpx.AsyncClient, url: httpx.URL, api_url: str, auth: httpx.BasicAuth
) -> tuple[int, bytes]:
    """Follows redirects by hand, for only the first request may carry the credentials."""
    credentials: httpx.BasicAuth | None = auth
    for _ in range(MOST_REDIRECTS + 1):
        request = http.build_request("GET", url)
        response = await http.send(request, auth=credentials, stream=True, follow_redirects=False)
        try:
            if not response.is_redirect:
                return response.status_code, await _read(response)
            url = url.join(response.headers["location"])
        except httpx.InvalidURL:
            raise MediaFailed("sent on to no address") from None
        finally:
            await response.aclose()
        if not _on_the_way(url, api_url):
            raise MediaFailed("sent on to a foreign address")
        credentials = None
    raise MediaFailed("sent on too often")


async def _read(response: httpx.Response) -> bytes:
    content = bytearray()
    async for chunk in response.aiter_bytes():
        content += chunk
        if len(content) > LARGEST:
            raise MediaFailed(f"larger than {LARGEST} bytes")
    return bytes(content)
