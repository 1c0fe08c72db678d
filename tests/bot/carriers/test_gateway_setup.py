"""Whoever sets a gateway up is told in a sentence what is missing, before anything is sent or taken."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from bot.app import create_app
from bot.carriers.gateway.dlt import BadTemplates, read_registered
from bot.numbers import house_numbers
from bot.settings import NotConfigured, Settings

GIVEN: dict[str, Any] = {
    "database_url": "postgresql+psycopg://mandi_app@127.0.0.1:9/mandi",
    "twilio_auth_token": (SecretStr("token"),),
    "sms_carrier": "gateway",
    "sms_number": "+919220092200",
    "sms_gateway_secret": SecretStr("ours"),
    "sms_gateway_knock": (SecretStr("theirs"),),
}


def settings(without: str = "", **changed: Any) -> Settings:
    given = {key: value for key, value in {**GIVEN, **changed}.items() if key != without}
    return Settings(_env_file=None, **given)


@pytest.mark.parametrize(
    ("house", "said"),
    [
        (settings(without="sms_gateway_knock"), "SMS_GATEWAY_KNOCK or SMS_GATEWAY_SECRET is not set"),
        (settings(without="sms_gateway_secret"), "SMS_GATEWAY_KNOCK or SMS_GATEWAY_SECRET is not set"),
        (settings(without="sms_number"), "SMS_NUMBER is empty"),
        (settings(sms_gateway="exotel"), "still has to be filled in"),
        (settings(sms_dlt_templates=Path("nowhere.csv")), "no list of DLT templates"),
    ],
)
def test_what_is_missing_is_said_at_the_start(house: Settings, said: str) -> None:
    with pytest.raises(NotConfigured, match=said):
        create_app(house)


async def status_of(house: Settings, path: str) -> int:
    inside = httpx.ASGITransport(create_app(house))
    async with httpx.AsyncClient(transport=inside, base_url="http://inside") as client:
        return (await client.post(path)).status_code


@pytest.mark.parametrize("path", ["/carrier/gateway/message", "/carrier/gateway/status"])
async def test_its_doors_are_there_only_where_it_carries(path: str) -> None:
    assert await status_of(settings(), path) == 403
    assert await status_of(settings(sms_carrier="twilio"), path) == 404


def test_people_write_to_the_gateways_number() -> None:
    assert house_numbers(settings())["sms"] == "+919220092200"
    assert house_numbers(settings(without="sms_number"))["sms"] == "+15005550006"


@pytest.mark.parametrize("written", ["id,text\n1,ji\n", "\xff\xfe", "template_id\n1\n"])
def test_a_file_that_is_no_list_of_templates_is_refused(tmp_path: Path, written: str) -> None:
    file = tmp_path / "dlt.csv"
    file.write_bytes(written.encode("latin-1"))
    with pytest.raises(BadTemplates):
        read_registered(file)


def test_a_secret_in_rotation_is_two() -> None:
    both = Settings(_env_file=None, sms_gateway_knock="new, old")
    assert [one.get_secret_value() for one in both.sms_gateway_knock] == ["new", "old"]
