"""A gateway of India's kind at the wire: what leaves for it, and what its answers mean."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from pydantic import SecretStr

from bot.carriers.gateway.api import Gateway
from bot.carriers.gateway.profile import SHIPPED
from bot.carriers.port import Letter, Sent
from bot.carriers.refusals import Refused
from bot.message import Outgoing
from bot.settings import Settings

Answer = Callable[[httpx.Request], httpx.Response]


def settings(**changed: Any) -> Settings:
    given = {
        "public_base_url": "https://mandi.example",
        "sms_carrier": "gateway",
        "sms_number": "+919220092200",
        "sms_gateway_secret": SecretStr("ours"),
        "sms_without_template": "send",
    }
    return Settings(_env_file=None, **{**given, **changed})


def gateway(answer: Answer, **changed: Any) -> tuple[Gateway, list[httpx.Request]]:
    seen: list[httpx.Request] = []

    def note(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return answer(request)

    return Gateway(settings(**changed), httpx.MockTransport(note)), seen


def letter(text: str = "Kya bhav hai?") -> Letter:
    return Letter("+919876500001", "+919220092200", Outgoing(text), 3, "0198-a")


def accepted(_: httpx.Request) -> httpx.Response:
    return httpx.Response(202, json={"data": {"messageId": "G17"}})


def complaining(status: int, code: str = "") -> Answer:
    return lambda _: httpx.Response(status, json={"error": {"code": code}})


async def test_a_text_leaves_in_the_words_of_the_profile() -> None:
    carrier, seen = gateway(accepted, sms_dlt_entity="1101", sms_dlt_header="MANDIM")
    assert await carrier.send(letter("भाव\x00")) == Sent("G17")
    (request,) = seen
    assert (request.method, str(request.url)) == ("POST", "https://mandi.example/simulator/gateway/messages")
    assert request.headers["authorization"] == "Bearer ours"
    assert json.loads(request.content) == {
        "to": "919876500001",
        "text": "भाव",
        "from": "MANDIM",
        "reference": "3.0198-a",
        "reportUrl": "https://mandi.example/carrier/gateway/status?tenant=3&outbox=0198-a",
        "entityId": "1101",
        "header": "MANDIM",
        "encoding": "unicode",
    }


async def test_only_what_the_gsm_alphabet_lacks_is_sent_as_unicode() -> None:
    carrier, seen = gateway(accepted)
    await carrier.send(letter("Rs 2,500"))
    await carrier.send(letter("₹ 2,500"))
    assert [json.loads(each.content)["encoding"] for each in seen] == ["text", "unicode"]


async def test_a_form_and_an_address_carry_the_same(tmp_path: Path) -> None:
    whole = (SHIPPED / "simulator.toml").read_text()
    for encoding in ("form", "query"):
        own = tmp_path / f"{encoding}.toml"
        changes = {
            'encoding = "json"': f'encoding = "{encoding}"\nbasic = true',
            'Authorization = "Bearer {secret}"': 'X-User = "{user}"',
            'phone = "digits"': 'phone = "national"',
            'reportUrl"': 'cb"',
        }
        for old, new in changes.items():
            whole_before, whole = whole, whole.replace(old, new)
            assert whole != whole_before or encoding == "query"
        own.write_text(
            whole if encoding == "form" else whole.replace('encoding = "form"', 'encoding = "query"')
        )
        carrier, seen = gateway(accepted, sms_gateway=str(own), sms_gateway_user="mandi")
        await carrier.send(letter())
        (request,) = seen
        carried = request.content.decode() if encoding == "form" else request.url.query.decode()
        assert parse_qs(carried)["to"] == ["9876500001"]
        assert parse_qs(carried)["text"] == ["Kya bhav hai?"]
        assert request.headers["x-user"] == "mandi"
        assert request.headers["authorization"].startswith("Basic ")


@pytest.mark.parametrize(
    ("answer", "kind", "act"),
    [
        (complaining(400, "BLOCKED"), "opted_out", "opt_out"),
        (complaining(200, "RATE"), "temporary", "retry"),
        (complaining(400, "NUMBER"), "permanent", "other_channel"),
        (complaining(400, "SOMETHING"), "permanent", "configuration"),
        (complaining(200, "SOMETHING"), "permanent", "configuration"),
        (complaining(401), "permanent", "configuration"),
        (complaining(429), "temporary", "retry"),
        (complaining(502), "uncertain", "reconcile"),
        (lambda _: httpx.Response(200, text="<html>"), "uncertain", "reconcile"),
        (
            lambda _: httpx.Response(302, headers={"location": "https://elsewhere"}),
            "permanent",
            "configuration",
        ),
    ],
)
async def test_every_answer_means_something(answer: Answer, kind: str, act: str) -> None:
    carrier, seen = gateway(answer)
    with pytest.raises(Refused) as refused:
        await carrier.send(letter())
    assert (refused.value.kind, refused.value.remedy.act) == (kind, act)
    assert len(seen) == 1


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (httpx.ConnectError("down"), "temporary"),
        (httpx.ConnectTimeout("down"), "temporary"),
        (httpx.ReadTimeout("silence"), "uncertain"),
        (httpx.RemoteProtocolError("cut"), "uncertain"),
    ],
)
async def test_what_never_left_is_told_from_what_may_have(fault: httpx.RequestError, kind: str) -> None:
    def fail(_: httpx.Request) -> httpx.Response:
        raise fault

    carrier, _ = gateway(fail)
    with pytest.raises(Refused) as refused:
        await carrier.send(letter())
    assert refused.value.kind == kind


async def test_it_keeps_no_list_and_answers_nothing_in_its_webhook() -> None:
    carrier, _ = gateway(accepted)
    assert not carrier.lists
    assert not carrier.fits_reply(Outgoing("ji"))


def listed(file: Path, *rows: tuple[str, str]) -> Path:
    with file.open("w", encoding="utf-8", newline="") as lines:
        written = csv.writer(lines)
        written.writerow(["template_id", "language", "text"])
        written.writerows((id_, "hi", text) for id_, text in rows)
    return file


class TestRegisteredTemplates:
    """India's operators drop what is not registered, word for word."""

    ROWS = (
        ("1107001", "{#var#} ji, namaste."),
        ("1107002", "Rate {#var#} se {#var#}.\n1 Haan\n2 Nahi"),
        ("1107003", "{#var#} ji, {#var#}."),
        ("", "Kya bhav hai?"),
    )

    async def sent(self, tmp_path: Path, text: str, **changed: Any) -> dict[str, Any]:
        carrier, seen = gateway(
            accepted,
            sms_dlt_entity="1101",
            sms_dlt_templates=listed(tmp_path / "dlt.csv", *self.ROWS),
            **changed,
        )
        await carrier.send(letter(text))
        sent: dict[str, Any] = json.loads(seen[0].content)
        return sent

    @pytest.mark.parametrize(
        ("text", "template"),
        [
            ("Asha ji, namaste.", "1107001"),
            ("Asha ji, kal aana.", "1107003"),
            ("Rate Rs 2,341 se Rs 2,898.\n1 Haan\n2 Nahi", "1107002"),
        ],
    )
    async def test_a_text_goes_with_the_id_of_its_template(
        self, tmp_path: Path, text: str, template: str
    ) -> None:
        assert (await self.sent(tmp_path, text))["templateId"] == template

    @pytest.mark.parametrize(
        "text", [f"{'A' * 31} ji, namaste.", "Asha ji, namaste!", "Rate 1 se 2.\n1 Haan", "Kya bhav hai?"]
    )
    async def test_a_text_that_fits_none_is_refused_unless_we_may_try(
        self, tmp_path: Path, text: str
    ) -> None:
        assert "templateId" not in await self.sent(tmp_path, text)
        with pytest.raises(Refused) as refused:
            await self.sent(tmp_path, text, sms_without_template="refuse")
        assert refused.value.remedy.act == "compliance"
