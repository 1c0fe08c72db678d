"""A language model that misbehaves, at the wire: a real HTTP server on a real port."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass


@dataclass
class Wire:
    """`answer` may be changed while the server runs; `asked` counts the requests that arrived."""

    answer: Callable[[], Awaitable[bytes]]
    url: str = ""
    asked: int = 0


def saying(body: str, status: str = "200 OK") -> Callable[[], Awaitable[bytes]]:
    async def answer() -> bytes:
        data = body.encode()
        head = f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {len(data)}\r\n\r\n"
        return head.encode() + data

    return answer


def meaning(intent: str, confidence: float) -> Callable[[], Awaitable[bytes]]:
    return saying(f'{{"intent": {{"name": "{intent}", "confidence": {confidence}}}, "intent_ranking": []}}')


async def silence() -> bytes:
    await asyncio.sleep(60)
    return b""


@asynccontextmanager
async def served(answer: Callable[[], Awaitable[bytes]]) -> AsyncIterator[Wire]:
    wire = Wire(answer)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while request := await _request(reader):
                wire.asked += request.startswith(b"POST /model/parse ")
                writer.write(await wire.answer())
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    wire.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield wire
    server.close()


async def _request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")
    )
    return head + await reader.readexactly(length)
