"""What a profile may say, and what it may not be silent about."""

from pathlib import Path

import pytest

from bot.carriers.gateway.numbers import as_they_write, e164, own
from bot.carriers.gateway.profile import SHIPPED, BadProfile, found, load, put, shipped


def test_the_simulators_profile_is_whole_and_the_others_say_what_is_missing() -> None:
    assert load("simulator").name == "simulator"
    assert shipped() == ["airtel_iq", "exotel", "simulator"]
    for name, entity in (("exotel", "DltEntityId"), ("airtel_iq", "entityId")):
        with pytest.raises(BadProfile, match=r"still has to be filled in: send\.url, send\.encoding"):
            load(name)
        assert f'dlt_entity = "{entity}"' in (SHIPPED / f"{name}.toml").read_text()


def test_a_profile_of_ones_own_is_a_file(tmp_path: Path) -> None:
    own_file = tmp_path / "ours.toml"
    own_file.write_text(
        (SHIPPED / "simulator.toml").read_text().replace('name = "simulator"', 'name = "ours"')
    )
    assert load(str(own_file)).name == "ours"


@pytest.mark.parametrize(
    ("written", "instead", "said"),
    [
        ('kind = "hmac-sha256"', 'kind = "trust"', "proof.kind"),
        ('header = "X-Gateway-Signature"', "", "proof needs either a header or a field"),
        ("[heard]", '[heard]\nmethod = "GET"', "GET has none"),
        ('to = "to"\ntext = "text"', 'text = "text"', "send.fields.to"),
        ('"rate limit, not processed"]', "]", "means.RATE"),
        ('"delivered"', '"arrived"', "statuses.DELIVERED"),
        ("[send]", "[send", "no TOML"),
        ("[proof]", "[proof]\nsalt = 1", "proof.salt"),
    ],
)
def test_a_slip_in_a_profile_is_said_by_its_place(
    tmp_path: Path, written: str, instead: str, said: str
) -> None:
    whole = (SHIPPED / "simulator.toml").read_text()
    assert written in whole
    (tmp_path / "slip.toml").write_text(whole.replace(written, instead, 1))
    with pytest.raises(BadProfile, match=said):
        load(str(tmp_path / "slip.toml"))


def test_a_profile_nobody_has_names_those_that_are() -> None:
    with pytest.raises(BadProfile, match="shipped are airtel_iq, exotel, simulator"):
        load("msg91")


def test_a_way_leads_through_objects_and_lists() -> None:
    document = {"data": [{"id": 7}, {"id": None}], "ok": True}
    assert found(document, "data.0.id") == "7"
    assert [found(document, way) for way in ("data.1.id", "data.2.id", "data", "no.where", None)] == [""] * 5
    built: dict[str, object] = {}
    put(built, "messages.0.to", "91")
    put(built, "messages.0.text", "ji")
    put(built, "from", "MANDIM")
    assert built == {"messages": [{"to": "91", "text": "ji"}], "from": "MANDIM"}


@pytest.mark.parametrize(
    "written",
    ["+919876500001", "919876500001", "09876500001", "9876500001", "+91 98765-00001", "00919876500001"],
)
def test_an_indian_number_is_known_however_it_is_written(written: str) -> None:
    assert e164(written) == "+919876500001"


@pytest.mark.parametrize(
    "written", ["", "MANDIM", "98765", "+91123", "5876500001", "98765000012", "+91987650000x"]
)
def test_what_is_no_number_is_none(written: str) -> None:
    assert e164(written) is None


def test_numbers_go_out_as_the_gateway_writes_them() -> None:
    written = [as_they_write("+919876500001", how) for how in ("+digits", "digits", "national")]
    assert written == ["+919876500001", "919876500001", "9876500001"]
    assert own("56767") == "56767"  # a short code is no phone number
    assert own("919220092200") == "+919220092200"
