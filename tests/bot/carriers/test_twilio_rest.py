"""What leaves for Twilio, and what each of its refusals means for us."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import parse_qs

import httpx
import pytest
from pydantic import SecretStr

from bot.carriers.port import Letter, Listed, Sent
from bot.carriers.refusals import Refused
from bot.carriers.twilio.api import Twilio
from bot.carriers.twilio.content import NAMES, content, definition, name_of, sids, simulator_sids
from bot.carriers.twilio.errors import REMEDIES, remedy
from bot.message import Outgoing, Picture, Row
from bot.openers import templates
from bot.settings import Settings

ACCOUNT = "AC" + "1" * 32
FARMER, US = "whatsapp:+919876543210", "whatsapp:+14155238886"
SIDS = {"buttons_2": "HX" + "b" * 32, "list_3": "HX" + "c" * 32, "list_3_described": "HX" + "d" * 32}
BUTTONS = Outgoing("Sell?\n\n1 ಹೌದು\n2 No", buttons=(Row("7:y", "ಹೌದು"), Row("7:n", "No")), body="Sell?")
LIST = Outgoing(
    "Which?\n\n1 A\n2 B\n3 C",
    rows=(Row("7:a", "A"), Row("7:b", "B"), Row("7:c", "C")),
    rows_title="Choose",
    body="Which?",
)

STATUS = "https://mandi.example/carrier/twilio/status?tenant=1&outbox=17"

Answer = Callable[[httpx.Request], httpx.Response]


def letter(outgoing: Outgoing, to: str = FARMER, picture_url: str | None = None) -> Letter:
    return Letter(to, US, outgoing, 1, "17", picture_url)


def settings(**changed: object) -> Settings:
    given = {
        "public_base_url": "https://mandi.example",
        "twilio_account_sid": ACCOUNT,
        "twilio_auth_token": (SecretStr("current"), SecretStr("former")),
        "twilio_api_url": "https://api.twilio.example",
        "twilio_content_sids": SIDS,
    }
    return Settings(_env_file=None, **{**given, **changed})


def carrier(answer: Answer) -> tuple[Twilio, list[httpx.Request]]:
    seen: list[httpx.Request] = []

    def note(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return answer(request)

    return Twilio(settings(), httpx.MockTransport(note)), seen


def accepted(_: httpx.Request) -> httpx.Response:
    return httpx.Response(201, json={"sid": "SM" + "9" * 32, "status": "queued"})


def refusing(status: int, code: int | None = None) -> Answer:
    return lambda _: httpx.Response(status, json={"code": code, "message": "no", "status": status})


def form(request: httpx.Request) -> dict[str, list[str]]:
    return parse_qs(request.content.decode(), keep_blank_values=True)


async def test_a_text_is_sent_once_with_our_account_and_the_current_token() -> None:
    twilio, seen = carrier(accepted)
    async with twilio:
        sent = await twilio.send(letter(Outgoing("ಬೆಲೆ\x00 ₹2,500")))
    assert sent == Sent("SM" + "9" * 32)
    (request,) = seen
    assert (request.method, str(request.url)) == (
        "POST",
        f"https://api.twilio.example/2010-04-01/Accounts/{ACCOUNT}/Messages.json",
    )
    assert request.headers["authorization"] == httpx.BasicAuth(ACCOUNT, "current")._auth_header
    assert form(request) == {
        "To": [FARMER],
        "From": [US],
        "Body": ["ಬೆಲೆ ₹2,500"],
        "StatusCallback": [STATUS],
    }


async def test_a_hidden_number_is_answered_at_its_id_as_it_came() -> None:
    twilio, seen = carrier(accepted)
    async with twilio:
        await twilio.send(letter(Outgoing("hi"), to="whatsapp:IN.1234567890"))
    assert form(seen[0])["To"] == ["whatsapp:IN.1234567890"]


async def test_buttons_leave_as_the_template_of_their_number() -> None:
    twilio, seen = carrier(accepted)
    async with twilio:
        await twilio.send(letter(BUTTONS))
    sent = form(seen[0])
    assert sent["ContentSid"] == [SIDS["buttons_2"]]
    assert json.loads(sent["ContentVariables"][0]) == {
        "1": "Sell?",
        "2": "ಹೌದು",
        "3": "7:y",
        "4": "No",
        "5": "7:n",
    }
    assert "Body" not in sent and "MediaUrl" not in sent


async def test_a_shape_without_a_template_leaves_as_numbered_text() -> None:
    twilio, seen = carrier(accepted)
    three = Outgoing("?\n\n1 a\n2 b\n3 c", buttons=tuple(Row(c, c) for c in "abc"), body="?")
    async with twilio:
        await twilio.send(letter(three))
    assert form(seen[0])["Body"] == ["?\n\n1 a\n2 b\n3 c"]
    assert "ContentSid" not in form(seen[0])


async def test_only_what_needs_a_template_cannot_go_into_the_webhooks_reply() -> None:
    async with Twilio(settings()) as twilio:
        assert twilio.fits_reply(Outgoing("hi"))
        assert not twilio.fits_reply(BUTTONS)
        assert not twilio.fits_reply(Outgoing("hi", picture=Picture("k", "a photo")))


async def test_a_picture_leaves_as_an_address_beside_its_words() -> None:
    twilio, seen = carrier(accepted)
    async with twilio:
        outgoing = Outgoing("Counted.", picture=Picture("k", "Counted."))
        await twilio.send(letter(outgoing, picture_url="https://mandi.example/pictures/1/2/k"))
    assert form(seen[0]) == {
        "To": [FARMER],
        "From": [US],
        "Body": ["Counted."],
        "StatusCallback": [STATUS],
        "MediaUrl": ["https://mandi.example/pictures/1/2/k"],
    }
    async with Twilio(settings(twilio_content_sids={})) as twilio:
        assert twilio.fits_reply(BUTTONS)


# ---- templates


def test_a_list_has_its_button_then_its_rows() -> None:
    assert content(LIST, SIDS) == (
        SIDS["list_3"],
        {"1": "Which?", "2": "Choose", "3": "A", "4": "7:a", "5": "B", "6": "7:b", "7": "C", "8": "7:c"},
    )


def test_no_variable_is_empty_where_only_some_rows_are_described() -> None:
    described = Outgoing("", rows=(Row("a", "A", "12 t"), *LIST.rows[1:]), rows_title="Choose", body="?")
    sid, variables = content(described, SIDS) or ("", {})
    assert sid == SIDS["list_3_described"]
    assert (variables["5"], variables["8"]) == ("12 t", "–")
    assert all(variables.values())


def test_plain_text_has_no_template() -> None:
    assert content(Outgoing("hi"), SIDS) is None


@pytest.mark.parametrize("name", NAMES)
def test_every_template_takes_exactly_the_variables_that_are_sent(name: str) -> None:
    kind, number, *described = name.split("_")
    choices = tuple(Row(f"p{n}", f"t{n}", f"d{n}" if described else "") for n in range(int(number)))
    outgoing = (
        Outgoing("x", buttons=choices, body="B")
        if kind == "buttons"
        else Outgoing("x", rows=choices, rows_title="R", body="B")
    )
    assert name_of(outgoing) == name
    _, variables = content(outgoing, simulator_sids()) or ("", {})
    template = definition(name)
    assert set(template["variables"]) == set(variables)
    assert list(variables) == [str(n) for n in range(1, len(variables) + 1)]
    assert all(template["variables"].values())
    filled = json.dumps(template["types"])
    for n, value in variables.items():
        filled = filled.replace("{{" + n + "}}", value)
    (shape,) = json.loads(filled).values()
    assert shape["body"] == "B"
    if kind == "buttons":
        expected = [{"type": "QUICK_REPLY", "title": c.title, "id": c.payload} for c in choices]
        assert shape["actions"] == expected
    else:
        assert shape["button"] == "R"
        assert [(i["item"], i["id"], i.get("description", "")) for i in shape["items"]] == [
            (c.title, c.payload, c.description) for c in choices
        ]


def test_the_simulator_keeps_every_template_under_an_id_that_never_changes() -> None:
    known = simulator_sids()
    assert set(known) == {*NAMES, *(one.name for one in templates())}
    assert len(set(known.values())) == len(known)
    assert all(sid.startswith("HX") and len(sid) == 34 for sid in known.values())
    assert known == simulator_sids()
    local = "http://127.0.0.1:8000/simulator/twilio"
    assert sids(settings(twilio_api_url=local, twilio_content_sids={})) == known
    assert sids(settings(twilio_api_url=local)) == SIDS
    assert sids(settings(twilio_content_sids={})) == {}


# ---- refusals


@pytest.mark.parametrize(
    ("code", "kind", "act"),
    [
        (63016, "permanent", "approved_template"),
        (63018, "temporary", "retry"),
        (63024, "permanent", "other_channel"),
        (63015, "permanent", "join_sandbox"),
        (63032, "permanent", "suppress"),
        (63019, "permanent", "repair_media"),
        (21656, "permanent", "configuration"),
        (21211, "permanent", "other_channel"),
        (21610, "opted_out", "opt_out"),
        (21408, "permanent", "configuration"),
        (21617, "permanent", "bug"),
        (20429, "temporary", "retry"),
        (30003, "temporary", "retry_later"),
        (30005, "permanent", "other_channel"),
        (30018, "permanent", "compliance"),
        (11200, "temporary", "page"),
        (99999, "permanent", "configuration"),
    ],
)
async def test_a_refusal_says_what_to_do(code: int, kind: str, act: str) -> None:
    twilio, seen = carrier(refusing(400, code))
    async with twilio:
        with pytest.raises(Refused) as refused:
            await twilio.send(letter(Outgoing("hi")))
    assert (refused.value.code, refused.value.kind, refused.value.remedy.act) == (code, kind, act)
    assert len(seen) == 1
    assert "98765" not in str(refused.value)
    assert remedy(code) == refused.value.remedy


def test_a_code_of_a_status_callback_that_nobody_listed_is_not_tried_again() -> None:
    assert remedy(None).kind == remedy(1).kind == "permanent"
    assert all(entry.kind != "uncertain" for entry in REMEDIES.values())


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (refusing(429), "temporary"),
        (refusing(429, 20429), "temporary"),
        (refusing(401, 20003), "permanent"),
        (refusing(500), "uncertain"),
        (refusing(503, 20503), "uncertain"),
        (lambda _: httpx.Response(502, text="<html>bad gateway</html>"), "uncertain"),
        (lambda _: httpx.Response(400, text="not json"), "permanent"),
        (lambda _: httpx.Response(400, json={"code": "21610"}), "permanent"),
        (lambda _: httpx.Response(307, headers={"location": "https://evil.example/"}), "permanent"),
        (lambda _: httpx.Response(201, text="cut of"), "uncertain"),
        (lambda _: httpx.Response(201, json=["SM1"]), "uncertain"),
        (lambda _: httpx.Response(201, json={"status": "queued"}), "uncertain"),
    ],
)
async def test_an_unreadable_answer_is_never_taken_for_a_clear_one(answer: Answer, kind: str) -> None:
    twilio, seen = carrier(answer)
    async with twilio:
        with pytest.raises(Refused) as refused:
            await twilio.send(letter(Outgoing("hi")))
    assert refused.value.kind == kind
    assert len(seen) == 1


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (httpx.ConnectError, "temporary"),
        (httpx.ConnectTimeout, "temporary"),
        (httpx.PoolTimeout, "temporary"),
        (httpx.ReadTimeout, "uncertain"),
        (httpx.WriteTimeout, "uncertain"),
        (httpx.ReadError, "uncertain"),
        (httpx.RemoteProtocolError, "uncertain"),
        (httpx.DecodingError, "uncertain"),
    ],
)
async def test_when_the_line_breaks_after_the_words_were_said_nobody_knows_and_nothing_is_repeated(
    error: type[httpx.RequestError], kind: str
) -> None:
    def broken(request: httpx.Request) -> httpx.Response:
        raise error("the line broke", request=request)

    twilio, seen = carrier(broken)
    async with twilio:
        with pytest.raises(Refused) as refused:
            await twilio.send(letter(Outgoing("hi")))
    assert refused.value.kind == kind
    assert len(seen) == 1


async def test_every_wait_for_the_carrier_ends() -> None:
    async with Twilio(settings()) as twilio:
        limits = twilio.http.timeout
    assert None not in (limits.connect, limits.read, limits.write, limits.pool)


# ---- what was sent


async def test_what_was_sent_since_then_is_listed_newest_first() -> None:
    now = datetime(2026, 11, 20, 9, 30, 15, 900_000, tzinfo=UTC)

    def item(n: int, at: datetime) -> dict[str, object]:
        created = format_datetime(at.replace(microsecond=0))
        return {
            "sid": f"SM{n}",
            "body": f"b{n}",
            "status": "sent",
            "error_code": None,
            "date_created": created,
        }

    ages = {3: timedelta(seconds=-20), 2: timedelta(0), 1: timedelta(seconds=5)}
    listing = {"messages": [item(n, now - age) for n, age in ages.items()]}
    twilio, seen = carrier(lambda _: httpx.Response(200, json=listing))
    async with twilio:
        found = await twilio.recent(FARMER, now)
    assert [message.carrier_id for message in found] == ["SM3", "SM2"]
    assert found[1] == Listed("SM2", "b2", "sent", None, now.replace(microsecond=0))
    assert seen[0].url.params["To"] == FARMER
    assert "DateSent" not in str(seen[0].url)
