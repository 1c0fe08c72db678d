"""Is this request really from the carrier?

Twilio's own Python `RequestValidator` is not used: it fails one of Twilio's published vectors (an apostrophe
in the query), mangles URLs with credentials or IPv6 when it strips ports, and raises on a missing header.
"""

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Sequence

from starlette.datastructures import FormData
from starlette.types import Scope


def signed_url(base_url: str, scope: Scope) -> str:
    """The address as the carrier called it: our public one and the path and query exactly as they arrived.

    Neither the Host header nor the decoded path is asked, proxies and routers change both.
    """
    raw_path: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope.get("query_string", b"")
    return base_url + raw_path.decode("latin-1") + ("?" + query.decode("latin-1") if query else "")


def genuine(url: str, form: FormData, header: str | None, tokens: Sequence[str]) -> bool:
    """True if `header` signs this form under any of the tokens (two while a token is rotated)."""
    message = url + "".join(
        key + value
        for key in sorted(set(form))
        for value in sorted({value for value in form.getlist(key) if isinstance(value, str)})
    )
    return _signed(message, header, tokens)


def sign(message: str, token: str) -> str:
    return b64encode(hmac.new(token.encode(), message.encode(), hashlib.sha1).digest()).decode()


def _signed(message: str, header: str | None, tokens: Sequence[str]) -> bool:
    given = (header or "").encode()
    matches = [hmac.compare_digest(sign(message, token).encode(), given) for token in tokens]
    return any(matches)
