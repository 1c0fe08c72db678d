"""The way out: one POST to an address that was looked at before it was called.

A name is resolved here, every address it has must be public, and the connection goes to exactly what was looked at;
`Host` and the name in TLS stay those of the URL. No redirects, no proxies, and little of the answer is read.
"""

import asyncio
import ipaddress
import socket
import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import httpcore

from marketplace_core.webhooks.rules import is_public

SECONDS = 15.0
#: The pool looks through all its connections for every request: with 200 it spent most of its time on that.
MOST_AT_ONCE = 50
MOST_OF_AN_ANSWER = 64 * 1024


class NotPublic(Exception):
    """That name leads into a private network."""


@dataclass(frozen=True)
class Answer:
    """`status` is what the receiver said; without it `fault` is one of: private, unreachable, timeout, protocol."""

    status: int | None
    fault: str | None
    retry_after: str | None
    ms: int


#: By the exception that ended the attempt; the first that fits.
FAULTS: tuple[tuple[type[BaseException], str], ...] = (
    (NotPublic, "private"),
    (TimeoutError, "timeout"),
    (httpcore.TimeoutException, "timeout"),
    (httpcore.ProtocolError, "protocol"),
    (httpcore.UnsupportedProtocol, "protocol"),
    (httpcore.NetworkError, "unreachable"),
    (OSError, "unreachable"),
    (UnicodeError, "unreachable"),  # no name at all
)


class Guarded(httpcore.AnyIOBackend):
    """Connects to public addresses alone."""

    def __init__(self, *, loopback: bool) -> None:
        self._loopback = loopback

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's own signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
        for address in addresses:  # all of them: a name that mixes is a trick
            self._check(address)
        for number, address in enumerate(addresses, start=1):
            try:
                return await super().connect_tcp(address, port, timeout, local_address, socket_options)
            except httpcore.ConnectError:
                if number == len(addresses):
                    raise
        raise httpcore.ConnectError("no address")

    def _check(self, address: str) -> None:
        ip = ipaddress.ip_address(address.partition("%")[0])
        if not (is_public(ip) or (self._loopback and address == "127.0.0.1")):
            raise NotPublic


class Wire:
    def __init__(
        self, *, loopback: bool = False, seconds: float = SECONDS, trust: ssl.SSLContext | None = None
    ) -> None:
        self._seconds = seconds
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=trust or ssl.create_default_context(),
            max_connections=MOST_AT_ONCE,
            max_keepalive_connections=MOST_AT_ONCE,  # opening one costs more than what it carries
            keepalive_expiry=5,
            network_backend=Guarded(loopback=loopback),
        )

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Never raises for what a receiver does or is."""
        since = time.perf_counter()
        status = fault = retry_after = None
        try:
            async with asyncio.timeout(self._seconds):  # over all: a receiver that drips is slow as well
                async with self._pool.stream(
                    "POST", url, headers=list(headers.items()), content=body
                ) as response:
                    status = response.status
                    retry_after = _header(response, b"retry-after")
                    read = 0
                    async for part in response.aiter_stream():
                        read += len(part)
                        if read > MOST_OF_AN_ANSWER:
                            break
        except Exception as ended:
            if status is None:
                fault = next((name for kind, name in FAULTS if isinstance(ended, kind)), None)
                if fault is None:
                    raise
        return Answer(status, fault, retry_after, int(1000 * (time.perf_counter() - since)))

    async def aclose(self) -> None:
        await self._pool.aclose()

    async def __aenter__(self) -> "Wire":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


def _header(response: httpcore.Response, name: bytes) -> str | None:
    return next((value.decode("latin-1") for key, value in response.headers if key.lower() == name), None)
