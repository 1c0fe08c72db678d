"""A partner's server on this machine: takes webhooks over real sockets and answers as it is told."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Got:
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def said(self) -> Any:
        return json.loads(self.body)

    @property
    def subject(self) -> str:
        return self.said["data"]["subject"]

    @property
    def kind(self) -> str:
        return self.said["type"]


@dataclass(frozen=True)
class Says:
    status: int = 204
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    after: float = 0
    hang_up: bool = False


@dataclass
class Receiver:
    """`answer` decides by what came; `got` is everything that came, in order."""

    answer: Callable[[Got], Says] = lambda _: Says()
    got: list[Got] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)
    port: int = 0
    _more: asyncio.Event = field(default_factory=asyncio.Event)

    async def got_so_many(self, count: int) -> None:
        while len(self.got) < count:
            self._more.clear()
            await self._more.wait()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks"

    @property
    def subjects(self) -> list[str]:
        return [each.subject for each in self.got]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._one(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {}
        for line in head[1:]:
            name, found, value = line.partition(":")
            if found:
                headers[name.lower()] = value.strip()
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        got = Got(head[0].split()[1], headers, body)
        self.got.append(got)
        self._more.set()
        says = self.answer(got)
        await asyncio.sleep(says.after)
        if says.hang_up:
            return False
        lines = [f"HTTP/1.1 {says.status} X", f"Content-Length: {len(says.body)}"]
        lines += [f"{name}: {value}" for name, value in says.headers]
        writer.write("\r\n".join([*lines, "", ""]).encode() + says.body)
        await writer.drain()
        return True


@asynccontextmanager
async def receiving(
    answer: Callable[[Got], Says] = lambda _: Says(), tls: ssl.SSLContext | None = None
) -> AsyncIterator[Receiver]:
    receiver = Receiver(answer)
    if tls:
        tls.sni_callback = lambda _socket, name, _context: receiver.names.append(name)
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0, ssl=tls, limit=2**20)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
