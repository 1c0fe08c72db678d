"""The pretend Twilio refuses what Twilio refuses and tells it in Twilio's words."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from bot.carriers.twilio import content
from bot.console.simulator import routes
from bot.console.simulator.phones import MOST_PHONES
from bot.message import Outgoing, Row
from bot.settings import Settings

ACCOUNT = "AC00000000000000000000000000000000"
BASE = "http://house"
LOGIN = (ACCOUNT, "simulator")
MESSAGES = f"/simulator/twilio/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
WHATSAPP = {"To": "whatsapp:+919876500001", "From": "whatsapp:+14155238886"}
SMS = {"To": "+919876500002", "From": "+15005550006"}
PNG = b"\x89PNG\r\n\x1a\n of a field"
BUTTONS = content.simulator_sids()["buttons_2"]


def house(**more: Any) -> FastAPI:
    app = FastAPI()
    app.include_router(
        routes(
            Settings(_env_file=None, public_base_url=BASE, twilio_api_url=BASE + "/simulator/twilio", **more)
        )
    )
    return app


@pytest.fixture
async def twilio() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(house())
    async with httpx.AsyncClient(transport=transport, base_url=BASE, auth=LOGIN) as client:
        yield client


async def shown(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    letters: list[dict[str, Any]] = (await client.get("/simulator/phones")).json()["letters"]
    return letters


async def test_a_message_is_taken_and_stands_on_the_phone(twilio: httpx.AsyncClient) -> None:
    answer = await twilio.post(MESSAGES, data=SMS | {"Body": "ನಮಸ್ಕಾರ"})
    assert answer.status_code == 201
    told = answer.json()
    assert told["sid"].startswith("SM")
    assert len(told["sid"]) == 34
    assert (told["status"], told["num_segments"], told["num_media"]) == ("queued", "1", "0")
    assert (told["to"], told["from"], told["body"]) == (SMS["To"], SMS["From"], "ನಮಸ್ಕಾರ")
    [letter] = await shown(twilio)
    assert (letter["phone"], letter["text"], letter["sid"]) == ("manjula", "ನಮಸ್ಕಾರ", told["sid"])
    assert letter["segments"] == {"count": 1, "encoding": "UCS-2", "units": 7}


@pytest.mark.parametrize(
    ("form", "status", "code"),
    [
        ({}, 400, 21604),
        ({"From": SMS["From"], "Body": "hi"}, 400, 21604),
        ({"To": SMS["To"], "Body": "hi"}, 400, 21603),
        (SMS, 400, 21602),
        (SMS | {"Body": ""}, 400, 21602),
        (SMS | {"Body": "x" * 1601}, 400, 21617),
        (SMS | {"To": "9876500002", "Body": "hi"}, 400, 21211),
        (SMS | {"To": "+91 98765", "Body": "hi"}, 400, 21211),
        (WHATSAPP | {"To": "whatsapp:98765", "Body": "hi"}, 400, 21211),
        (WHATSAPP | {"To": "telegram:+919876500001", "Body": "hi"}, 400, 21211),
        (WHATSAPP | {"From": SMS["From"], "Body": "hi"}, 400, 21910),
        (WHATSAPP | {"From": "whatsapp:+14150000000", "Body": "hi"}, 400, 63007),
        (SMS | {"From": "+14150000000", "Body": "hi"}, 400, 21606),
        (WHATSAPP | {"MediaUrl": [f"https://x.example/{n}.jpg" for n in range(11)]}, 400, 21623),
        (WHATSAPP | {"MediaUrl": "file:///etc/passwd"}, 400, 21620),
        (WHATSAPP | {"ContentSid": "HX" + "0" * 32}, 400, 21655),
        (WHATSAPP | {"ContentSid": "buttons_2"}, 400, 21655),
        (WHATSAPP | {"ContentSid": BUTTONS, "Body": "hi"}, 400, 20422),
        (WHATSAPP | {"ContentSid": BUTTONS, "ContentVariables": "not json"}, 400, 21656),
        (WHATSAPP | {"ContentSid": BUTTONS, "ContentVariables": '{"1": ["a"]}'}, 400, 21656),
        (WHATSAPP | {"ContentSid": BUTTONS, "ContentVariables": json.dumps({"2": "ನ" * 21})}, 400, 21656),
        (WHATSAPP | {"ContentSid": BUTTONS, "ContentVariables": json.dumps({"1": "x" * 1025})}, 400, 21656),
        (WHATSAPP | {"ContentSid": BUTTONS, "ContentVariables": json.dumps({"2": ""})}, 400, 21656),
        (SMS | {"ContentSid": BUTTONS}, 400, 63005),
        (SMS | {"Body": "hi", "StatusCallback": "https://elsewhere.example/status"}, 400, 21609),
        (SMS | {"Body": "hi", "StatusCallback": BASE + ".elsewhere.example/status"}, 400, 21609),
    ],
)
async def test_what_twilio_refuses_is_refused(
    twilio: httpx.AsyncClient, form: dict[str, Any], status: int, code: int
) -> None:
    answer = await twilio.post(MESSAGES, data=form)
    assert answer.status_code == status
    assert answer.json() == {
        "code": code,
        "message": answer.json()["message"],
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": status,
    }
    assert await shown(twilio) == []


@pytest.mark.parametrize(
    "login", [None, (ACCOUNT, "wrong"), ("AC" + "1" * 32, "simulator"), ("", ""), (ACCOUNT, "simulator,next")]
)
@pytest.mark.parametrize("path", [MESSAGES, "/simulator/twilio/v1/Content"])
async def test_nobody_comes_in_without_the_token(login: tuple[str, str] | None, path: str) -> None:
    transport = httpx.ASGITransport(house())
    async with httpx.AsyncClient(transport=transport, base_url=BASE, auth=login) as client:
        for answer in (await client.post(path, data=SMS | {"Body": "hi"}), await client.get(path)):
            assert (answer.status_code, answer.json()["code"]) == (401, 20003)
        assert await shown(client) == []


@pytest.mark.parametrize("header", ["Basic", "Basic %%%", "Bearer simulator", "Basic /w=="])
async def test_broken_credentials_are_refused_not_a_crash(header: str) -> None:
    transport = httpx.ASGITransport(house())
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
        answer = await client.post(MESSAGES, data=SMS | {"Body": "hi"}, headers={"Authorization": header})
        assert answer.status_code == 401


async def test_both_tokens_open_the_door_while_the_token_is_rotated() -> None:
    transport = httpx.ASGITransport(house(twilio_auth_token="new,old"))
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
        for token, status in (("new", 201), ("old", 201), ("simulator", 401)):
            answer = await client.post(MESSAGES, data=SMS | {"Body": "hi"}, auth=(ACCOUNT, token))
            assert answer.status_code == status


async def test_another_account_is_not_found(twilio: httpx.AsyncClient) -> None:
    answer = await twilio.post(MESSAGES.replace(ACCOUNT, "AC" + "1" * 32), data=SMS | {"Body": "hi"})
    assert (answer.status_code, answer.json()["code"]) == (404, 20404)


CHOICES = tuple(Row(f"7:{n}", f"Choice {n}", f"What choice {n} means") for n in range(1, 11))


@pytest.mark.parametrize("many", [1, 2, 3])
async def test_buttons_come_out_of_the_template_as_they_went_in(twilio: httpx.AsyncClient, many: int) -> None:
    buttons = tuple(Row(row.payload, row.title) for row in CHOICES[:many])
    await send(twilio, Outgoing("", body="Is this right?", buttons=buttons))
    [letter] = await shown(twilio)
    assert letter["text"] == "Is this right?"
    assert [Row(**b) for b in letter["buttons"]] == list(buttons)
    assert letter["rows"] == []


@pytest.mark.parametrize("many", range(2, 11))
@pytest.mark.parametrize("described", [True, False])
async def test_list_rows_come_out_of_the_template_as_they_went_in(
    twilio: httpx.AsyncClient, many: int, described: bool
) -> None:
    rows = tuple(Row(r.payload, r.title, r.description if described else "") for r in CHOICES[:many])
    await send(twilio, Outgoing("", body="What do you want to sell?", rows=rows, rows_title="Choose"))
    [letter] = await shown(twilio)
    assert (letter["text"], letter["rows_title"]) == ("What do you want to sell?", "Choose")
    assert [Row(**r) for r in letter["rows"]] == list(rows)
    assert letter["buttons"] == []


async def test_braces_in_what_a_person_wrote_are_left_alone(twilio: httpx.AsyncClient) -> None:
    await send(twilio, Outgoing("", body="You wrote {{2}} and {{x}}.", buttons=(Row("a", "Yes"),)))
    [letter] = await shown(twilio)
    assert letter["text"] == "You wrote {{2}} and {{x}}."


async def send(client: httpx.AsyncClient, outgoing: Outgoing) -> None:
    found = content.content(outgoing, content.simulator_sids())
    assert found
    sid, variables = found
    form = WHATSAPP | {"ContentSid": sid, "ContentVariables": json.dumps(variables)}
    assert (await client.post(MESSAGES, data=form)).status_code == 201


async def test_a_template_is_made_listed_and_used(twilio: httpx.AsyncClient) -> None:
    definition = {
        "friendly_name": "rain",
        "language": "en",
        "variables": {"1": "Moga"},
        "types": {"twilio/text": {"body": "Rain is coming to {{1}} by {{2}}."}},
    }
    made = await twilio.post("/simulator/twilio/v1/Content", json=definition)
    assert made.status_code == 201
    sid = made.json()["sid"]
    listed = (await twilio.get("/simulator/twilio/v1/Content")).json()["contents"]
    assert {"buttons_2", "list_10"} <= {c["friendly_name"].removeprefix("mandi_") for c in listed}
    assert made.json() in listed

    lacking = await twilio.post(MESSAGES, data=WHATSAPP | {"ContentSid": sid})
    assert lacking.json()["code"] == 21656
    await twilio.post(MESSAGES, data=WHATSAPP | {"ContentSid": sid, "ContentVariables": '{"2": "noon"}'})
    assert [letter["text"] for letter in await shown(twilio)] == ["Rain is coming to Moga by noon."]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"types": 3}'])
async def test_a_broken_template_is_refused(twilio: httpx.AsyncClient, body: bytes) -> None:
    answer = await twilio.post("/simulator/twilio/v1/Content", content=body)
    assert (answer.status_code, answer.json()["code"]) == (400, 20001)


async def test_what_was_sent_can_be_asked_for_newest_first(twilio: httpx.AsyncClient) -> None:
    for form in (SMS | {"Body": "one"}, WHATSAPP | {"Body": "two"}, SMS | {"Body": "three"}):
        await twilio.post(MESSAGES, data=form)

    async def bodies(**query: str) -> list[str]:
        told = (await twilio.get(MESSAGES, params=query)).json()
        return [m["body"] for m in told["messages"]]

    assert await bodies() == ["three", "two", "one"]
    assert await bodies(To=SMS["To"]) == ["three", "one"]
    assert await bodies(From=WHATSAPP["From"]) == ["two"]
    assert await bodies(To=SMS["To"], PageSize="1") == ["three"]
    assert await bodies(**{"DateSent>": "2020-01-01"}) == ["three", "two", "one"]
    assert await bodies(**{"DateSent>": "2999-01-01T00:00:00Z"}) == []
    assert await bodies(**{"DateSent<": "2020-01-01"}) == []
    assert (await twilio.get(MESSAGES, params={"DateSent>": "soon"})).json()["code"] == 20001


async def test_a_stranger_gets_a_phone_of_their_own_until_the_desk_is_full(twilio: httpx.AsyncClient) -> None:
    for n in range(MOST_PHONES + 8):
        form = SMS | {"To": f"+9111111111{n:02}", "Body": f"hello {n}"}
        assert (await twilio.post(MESSAGES, data=form)).status_code == 201
    page = (await twilio.get("/simulator/phones")).json()
    assert len(page["phones"]) == MOST_PHONES
    assert [letter["text"] for letter in page["letters"]] == [f"hello {n}" for n in range(MOST_PHONES - 4)]


async def test_a_phone_keeps_its_newest_messages_only(twilio: httpx.AsyncClient) -> None:
    for n in range(301):
        await twilio.post(MESSAGES, data=SMS | {"Body": f"{n}"})
    assert [letter["text"] for letter in await shown(twilio)] == [str(n) for n in range(1, 301)]


@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_media_nobody_uploaded_is_not_there(twilio: httpx.AsyncClient, method: str) -> None:
    path = MESSAGES.removesuffix(".json") + "/MM" + "0" * 32 + "/Media/ME" + "0" * 32
    answer = await twilio.request(method, path)
    assert (answer.status_code, answer.json()["code"]) == (404, 20404)


async def test_a_photo_deleted_at_the_carrier_stays_on_the_phone_that_sent_it(
    twilio: httpx.AsyncClient,
) -> None:
    nobody_listens = "http://127.0.0.1:9/simulator/phones/gurpreet/photo"
    sent = await twilio.post(nobody_listens, content=PNG, headers={"content-type": "image/png"})
    sid = sent.json()["media"][0]["sid"]
    path = MESSAGES.removesuffix("Messages.json") + "Messages/" + sid.replace("/", "/Media/")
    assert (await twilio.get(path)).status_code == 307
    assert (await twilio.delete(path + ".json")).status_code == 204
    assert [(await twilio.request(method, path)).status_code for method in ("GET", "DELETE")] == [404, 404]
    assert (await twilio.get(f"/simulator/media/{sid}")).content == PNG


def test_the_simulator_does_not_start_beside_the_real_twilio() -> None:
    with pytest.raises(ValueError, match="TWILIO_API_URL"):
        routes(Settings(_env_file=None, simulator=True))
