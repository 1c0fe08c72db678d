"""Photos and voice notes are fetched from Twilio, and our credentials go nowhere else."""

from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from pydantic import SecretStr

from bot.carriers.twilio.api import Twilio
from bot.carriers.twilio.media import MediaFailed
from bot.settings import Settings
from marketplace_core.store import LARGEST

ACCOUNT = "AC" + "1" * 32
PATH = f"/2010-04-01/Accounts/{ACCOUNT}/Messages/MM{'2' * 32}/Media/ME{'3' * 32}"
CDN = "https://mms.twiliocdn.com/abc?sig=1"
JPEG = b"\xff\xd8\xff\xe0 a field of straw"
APIS = ["https://api.twilio.com", "http://127.0.0.1:8000/simulator/twilio"]

Answer = Callable[[httpx.Request], httpx.Response]


def carrier(answer: Answer, api: str = APIS[0]) -> tuple[Twilio, list[httpx.Request]]:
    seen: list[httpx.Request] = []

    def note(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return answer(request)

    settings = Settings(
        _env_file=None,
        twilio_account_sid=ACCOUNT,
        twilio_auth_token=(SecretStr("secret"),),
        twilio_api_url=api,
    )
    return Twilio(settings, httpx.MockTransport(note)), seen


async def fetched(answer: Answer, url: str = APIS[0] + PATH, api: str = APIS[0]) -> tuple[bytes, str]:
    twilio, _ = carrier(answer, api)
    async with twilio:
        return await twilio.fetch_media(url, pauses=(0, 0))


def sent_on(to: str, status: int = 307) -> Answer:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/Media/ME" + "3" * 32):
            return httpx.Response(status, headers={"location": to})
        return httpx.Response(200, content=JPEG)

    return answer


@pytest.mark.parametrize("status", [301, 302, 307])
async def test_the_redirect_is_followed_without_our_credentials(status: int) -> None:
    twilio, seen = carrier(sent_on(CDN, status))
    async with twilio:
        assert await twilio.fetch_media(APIS[0] + PATH) == (JPEG, "image/jpeg")
    assert [str(request.url) for request in seen] == [APIS[0] + PATH, CDN]
    assert seen[0].headers["authorization"].startswith("Basic ")
    assert "authorization" not in seen[1].headers


async def test_the_simulator_serves_media_below_its_own_path_and_may_redirect_to_itself() -> None:
    api = APIS[1]
    twilio, seen = carrier(sent_on("/simulator/twilio/photo.jpg"), api)
    async with twilio:
        assert (await twilio.fetch_media(api + PATH))[0] == JPEG
    assert str(seen[1].url) == "http://127.0.0.1:8000/simulator/twilio/photo.jpg"
    assert "authorization" not in seen[1].headers


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example" + PATH,
        "https://api.twilio.com.evil.example" + PATH,
        "https://api.twilio.com@evil.example" + PATH,
        "https://user:pass@api.twilio.com" + PATH,
        "http://api.twilio.com" + PATH,
        "https://api.twilio.com:8443" + PATH,
        "https://api.twilio.com" + PATH.replace(ACCOUNT, "AC" + "9" * 32),
        "https://api.twilio.com" + PATH + "/../../../Messages.json",
        "https://api.twilio.com" + PATH + "?x=1",
        "https://api.twilio.com" + PATH + ".json",
        "https://api.twilio.com/2010-04-01/Accounts/" + ACCOUNT + "/Messages.json",
        "https://api.twilio.com/simulator/twilio" + PATH,
        CDN,
        "file:///etc/passwd",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1",
        "not an address",
        "",
    ],
)
async def test_no_other_address_is_asked_at_all(url: str) -> None:
    twilio, seen = carrier(lambda _: httpx.Response(200, content=JPEG))
    async with twilio:
        with pytest.raises(MediaFailed) as failed:
            await twilio.fetch_media(url)
    assert seen == []
    assert not failed.value.temporary


@pytest.mark.parametrize(
    "to",
    [
        "https://evil.example/",
        "http://mms.twiliocdn.com/",
        "https://twiliocdn.com.evil.example/",
        "http://169.254.169.254/",
        "http://[::1",
    ],
)
async def test_a_redirect_to_a_foreign_address_is_not_followed(to: str) -> None:
    twilio, seen = carrier(sent_on(to))
    async with twilio:
        with pytest.raises(MediaFailed):
            await twilio.fetch_media(APIS[0] + PATH)
    assert len(seen) == 1


async def test_redirects_without_end_are_given_up() -> None:
    twilio, seen = carrier(lambda _: httpx.Response(302, headers={"location": CDN}))
    async with twilio:
        with pytest.raises(MediaFailed):
            await twilio.fetch_media(APIS[0] + PATH)
    assert len(seen) == 4


async def test_media_that_is_not_there_yet_is_asked_for_again() -> None:
    answers = [httpx.Response(404), httpx.Response(404), httpx.Response(200, content=b"OggS voice")]
    assert await fetched(lambda _: answers.pop(0)) == (b"OggS voice", "audio/ogg")


@pytest.mark.parametrize(
    ("status", "asked", "temporary"), [(404, 3, False), (403, 1, False), (500, 1, True), (429, 1, True)]
)
async def test_other_failures_are_told_at_once(status: int, asked: int, temporary: bool) -> None:
    twilio, seen = carrier(lambda _: httpx.Response(status))
    async with twilio:
        with pytest.raises(MediaFailed) as failed:
            await twilio.fetch_media(APIS[0] + PATH, pauses=(0, 0))
    assert len(seen) == asked
    assert failed.value.temporary is temporary


async def test_a_broken_line_is_worth_another_try_later() -> None:
    def broken(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("late", request=request)

    with pytest.raises(MediaFailed) as failed:
        await fetched(broken)
    assert failed.value.temporary


async def test_a_content_without_end_is_given_up_at_the_limit() -> None:
    given = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal given
        while True:
            given += 1 << 16
            yield b"\xff" * (1 << 16)

    with pytest.raises(MediaFailed):
        await fetched(lambda _: httpx.Response(200, content=endless(), headers={"content-length": "5"}))
    assert given <= LARGEST + (1 << 17)


async def test_a_content_of_exactly_the_limit_is_taken() -> None:
    content, _ = await fetched(lambda _: httpx.Response(200, content=b"\xff" * LARGEST))
    assert len(content) == LARGEST


async def test_the_type_is_what_the_content_is_not_what_is_claimed() -> None:
    def lying(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=b"<script>", headers={"content-type": "image/jpeg"})

    assert await fetched(lying) == (b"<script>", "application/octet-stream")


# ---- deleted there once it lies with us


@pytest.mark.parametrize("status", [204, 404])
async def test_what_was_copied_is_deleted_there_and_gone_already_is_well(status: int) -> None:
    twilio, seen = carrier(lambda _: httpx.Response(status))
    async with twilio:
        await twilio.forget_media(APIS[0] + PATH)
    (request,) = seen
    assert (request.method, str(request.url)) == ("DELETE", f"{APIS[0]}{PATH}.json")
    assert request.headers["authorization"].startswith("Basic ")


@pytest.mark.parametrize(
    ("status", "temporary"), [(401, False), (403, False), (307, False), (429, True), (500, True), (503, True)]
)
async def test_what_could_not_be_deleted_is_told(status: int, temporary: bool) -> None:
    twilio, seen = carrier(lambda _: httpx.Response(status, headers={"location": CDN}))
    async with twilio:
        with pytest.raises(MediaFailed) as failed:
            await twilio.forget_media(APIS[0] + PATH)
    assert len(seen) == 1
    assert failed.value.temporary is temporary


@pytest.mark.parametrize("url", ["https://evil.example" + PATH, CDN, "http://[::1", ""])
async def test_nothing_is_deleted_at_another_address(url: str) -> None:
    twilio, seen = carrier(lambda _: httpx.Response(204))
    async with twilio:
        with pytest.raises(MediaFailed):
            await twilio.forget_media(url)
    assert seen == []
