"""Our store beside an S3 over the wire that we did not write (moto's server), and over a bad line to it."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from urllib.parse import parse_qs, urlsplit

import boto3
import httpx
import pytest
import time_machine
from botocore.config import Config
from botocore.exceptions import ClientError, ReadTimeoutError
from fastapi import FastAPI

from bot import pictures
from bot.settings import Settings
from marketplace_core.settings import MarketSettings
from marketplace_core.store import PATIENCE, Bucket, MediaMissing, Storage, key_of, storage
from tests.marketplace_core.pictures import file_of, picture
from tests.processes import answering, free_port, running

JPEG = file_of(picture(7))
REGION = "ap-south-1"
SILENCE = -1


@dataclass
class Line:
    """Between us and S3: for each request to come, a status to refuse it with; SILENCE keeps it waiting."""

    beyond: str
    trouble: list[int] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    url: str = ""
    over: Event = field(default_factory=Event)

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        self.asked.append(request.command)
        content = request.rfile.read(int(request.headers.get("content-length") or 0))
        trouble = self.trouble.pop(0) if self.trouble else None
        if trouble == SILENCE:
            self.over.wait(60)
            return
        if trouble:
            _reply(request, trouble, {}, b"")
            return
        headers = {name: value for name, value in request.headers.items() if name.lower() != "expect"}
        got = httpx.request(request.command, self.beyond + request.path, headers=headers, content=content)
        _reply(request, got.status_code, dict(got.headers), got.content)


def _reply(request: BaseHTTPRequestHandler, status: int, headers: dict[str, str], content: bytes) -> None:
    request.send_response(status)
    for name, value in headers.items():
        if name.lower() not in ("content-length", "connection", "transfer-encoding", "date", "server"):
            request.send_header(name, value)
    length = headers.get("content-length", "0") if request.command == "HEAD" else str(len(content))
    request.send_header("Content-Length", length)
    request.end_headers()
    if request.command != "HEAD":
        request.wfile.write(content)


@pytest.fixture(scope="module")
def s3_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with running(command, answering(url), tmp_path_factory.mktemp("s3")):
        yield url


@pytest.fixture
def line(s3_url: str) -> Iterator[Line]:
    line = Line(s3_url)

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def handle_any(self) -> None:
            line.answer(self)

        do_GET = do_HEAD = do_PUT = do_DELETE = do_POST = handle_any  # noqa: N815 - http.server's own names

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    line.url = f"http://127.0.0.1:{server.server_port}"
    yield line
    line.over.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def shelf(line: Line, monkeypatch: pytest.MonkeyPatch) -> Storage:
    """The store as the house opens it, told by its environment where S3 is."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", line.url)
    client = boto3.client("s3")
    with suppress(client.exceptions.BucketAlreadyOwnedByYou):
        client.create_bucket(Bucket="photos", CreateBucketConfiguration={"LocationConstraint": REGION})
    line.asked.clear()
    return storage(MarketSettings(_env_file=None, media_bucket="photos"))


async def test_what_is_stored_comes_back_and_goes(shelf: Storage, line: Line) -> None:
    key = await shelf.store(JPEG, "image/jpeg")
    assert await shelf.store(JPEG, "image/jpeg") == key
    assert await shelf.load(key) == JPEG
    assert isinstance(shelf, Bucket)
    seen = shelf.s3.head_object(Bucket="photos", Key=key)
    assert (seen["ContentType"], seen["ContentLength"]) == ("image/jpeg", len(JPEG))
    for _ in range(2):
        await shelf.remove(key)
    with pytest.raises(MediaMissing):
        await shelf.load(key)


async def test_a_bucket_that_is_not_there_is_a_fault_of_ours_and_no_missing_photo(
    shelf: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = storage(MarketSettings(_env_file=None, media_bucket="fotos"))
    key = key_of(JPEG, "image/jpeg")
    for work in (wrong.store(JPEG, "image/jpeg"), wrong.load(key), wrong.remove(key)):
        with pytest.raises(ClientError) as refused:
            await work
        assert refused.value.response["Error"]["Code"] == "NoSuchBucket"


async def test_a_busy_s3_is_asked_again_and_not_for_ever(shelf: Storage, line: Line) -> None:
    line.trouble = [503, 500]
    key = await shelf.store(JPEG, "image/jpeg")
    assert line.asked == ["PUT"] * 3
    line.trouble = [503]
    assert await shelf.load(key) == JPEG
    line.asked.clear()
    line.trouble = [503] * 20
    with pytest.raises(ClientError):
        await shelf.load(key)
    assert line.asked == ["GET"] * 3


async def test_a_slow_s3_is_asked_again_and_not_for_ever(shelf: Storage, line: Line) -> None:
    key = await shelf.store(JPEG, "image/jpeg")
    hasty = Bucket("photos", boto3.client("s3", config=PATIENCE.merge(Config(read_timeout=2))))
    line.asked.clear()
    line.trouble = [SILENCE]
    assert await hasty.load(key) == JPEG
    assert line.asked == ["GET"] * 2
    line.asked.clear()
    line.trouble = [SILENCE] * 20
    with pytest.raises(ReadTimeoutError):
        await hasty.load(key)
    assert line.asked == ["GET"] * 3


def test_a_worker_waits_a_minute_at_most() -> None:
    assert PATIENCE.read_timeout * PATIENCE.retries["total_max_attempts"] <= 60


async def test_an_address_of_s3s_own_is_good_for_one_verb_and_carriers_use_two(shelf: Storage) -> None:
    """They ask HEAD, then GET. S3 signs the verb (moto does not look), so what we send is served by a route of ours."""
    assert isinstance(shelf, Bucket)
    about = {"Bucket": "photos", "Key": await shelf.store(JPEG, "image/jpeg")}
    with time_machine.travel(datetime(2026, 11, 22, tzinfo=UTC), tick=False):
        get, head = (
            urlsplit(shelf.s3.generate_presigned_url(verb, Params=about))
            for verb in ("get_object", "head_object")
        )
    assert get.path == head.path
    assert _signature(get.query) != _signature(head.query)


def _signature(query: str) -> str:
    (found,) = (value for name, (value,) in parse_qs(query).items() if name.endswith("Signature"))
    return found


async def test_our_own_address_answers_head_and_get_alike(shelf: Storage) -> None:
    now = datetime.now(UTC)
    settings = Settings(_env_file=None, public_base_url="https://mandi.example")
    app = FastAPI()
    app.include_router(pictures.routes(settings, shelf, lambda: now))
    key = await shelf.store(JPEG, "image/jpeg")
    url = pictures.address(settings, key, now)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as carrier:
        head, get = await asyncio.gather(carrier.head(url), carrier.get(url))
    assert (head.status_code, get.status_code) == (200, 200)
    for name in ("content-type", "content-length"):
        assert head.headers[name] == get.headers[name]
    assert get.headers["content-type"] == "image/jpeg"
    assert get.content.startswith(b"\xff\xd8\xff")
