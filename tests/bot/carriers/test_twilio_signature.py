"""A request is believed only if its signature fits: Twilio's published vectors, and requests we recorded."""

import json
from pathlib import Path

import pytest
from starlette.datastructures import FormData

from bot.carriers.twilio.signature import genuine, signed_url

TOKEN = "12345"
SITE = "https://mycompany.com"
U = f"{SITE}/myapp.php?foo=1&bar=2"
P = [
    ("CallSid", "CA1234567890ABCDE"),
    ("Caller", "+14158675309"),
    ("Digits", "1234"),
    ("From", "+14158675309"),
    ("To", "+18005551212"),
]
CALL = ("CallSid", "CA1234567890ABCDE")
UNEXPECTED_TYPE = "type=thiswontbeusedinthesignaturegeneratorandsoshouldbeignored"

# Collected from the MIT-licensed tests of twilio-python, twilio-node and twilio-java.
VECTORS = {
    "plain": (U, P, "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
    "https with port": (f"{SITE}:443/myapp.php?foo=1&bar=2", P, "kvajT1Ptam85bY51eRf/AJRuM3w="),
    "http with port": ("http://mycompany.com:80/myapp.php?foo=1&bar=2", P, "0ZXoZLH/DfblKGATFgpif+LLRf4="),
    "http, other port": (
        "http://mycompany.com:1234/myapp.php?foo=1&bar=2",
        P,
        "Zmvh+3yNM1Phv2jhDCwEM3q5ebU=",
    ),
    "repeated keys": (
        U,
        [
            ("Sid", "CA123"),
            ("SidAccount", "AC123"),
            ("Digits", "5678"),
            ("Digits", "1234"),
            ("Digits", "1234"),
        ],
        "IK+Dwps556ElfBT0I3Rgjkr1wJU=",
    ),
    "array": (
        U,
        [("MessagingBinding.Address", "+1325xxxxxxx"), ("MessagingBinding.Address", "+1415xxxxxxx")],
        "83O6e2vORAoJHUNzJjDWN1jz+BA=",
    ),
    "array the other way round": (
        U,
        [("MessagingBinding.Address", "+1415xxxxxxx"), ("MessagingBinding.Address", "+1325xxxxxxx")],
        "83O6e2vORAoJHUNzJjDWN1jz+BA=",
    ),
    "credentials": (
        "https://user:pass@mycompany.com/myapp.php?foo=1&bar=2",
        P,
        "CukzLTc1tT5dXEDIHm/tKBanW10=",
    ),
    "user only": ("https://user@mycompany.com/myapp.php?foo=1&bar=2", P, "2YRLlVAflCqxaNicjMpJcSTgzSs="),
    "credentials and port": (
        "https://user:pass@mycompany.com:443/myapp.php?foo=1&bar=2",
        P,
        "ZQFR1PTIZXF2MXB8ZnKCvnnA+rI=",
    ),
    "apostrophe in the query": (f"{U}&Body=It%27s+amazing", P, "TfZzewPq8wqrGlMfyAud8+/IvJ0="),
    "no fields": (U, [], "zYQTYrRWXE7LtzbG4PfP7/bkkGo="),
    "no query": (f"{SITE}/myapp.php", P, "1xaxFBvyzXYvWplzNOSs28HWO94="),
    "foreign query is signed too": (f"{U}&{UNEXPECTED_TYPE}", P, "hYkNsTBttoNGkyCS0p+wWmQoRTg="),
    "encoded query": (
        f"{SITE}/myapp.php?foo=hello%20world&bar=test%2Bvalue",
        P,
        "er2tvAP1Wx+iuTTE2BPgvEaN1cs=",
    ),
    "special and Unicode values": (
        U,
        [
            ("Message", "Hello & goodbye! @#$%^*()"),
            ("From", "+1 (415) 867-5309"),
            ("Special", "unicode: ñáéíóú"),
        ],
        "dCPiR4WtQ6QFN6pJh81CtlCcWLQ=",
    ),
    "empty values": (U, [CALL, ("Digits", ""), ("EmptyParam", "")], "9HHp/OqQMEwdrVebHDdA/+tqjX8="),
    "null values count as empty": (
        U,
        [CALL, ("Digits", ""), ("NullParam", "")],
        "L9lTTwIlxM1xGAtLRwhOSZggRhM=",
    ),
    "key order": (
        U,
        [("Zebra", "last"), ("Alpha", "first"), ("Beta", "second"), ("Gamma", "third")],
        "enveUe73ZTVLAekHxez3Qx6JuuQ=",
    ),
    "URL outside ASCII": (f"{SITE}/webhook/España?año=2023", P, "G/Hx6mqqnjUNlPAoi2Sp9bGst0g="),
    "key case": (
        U,
        [("callSid", "lowercase"), ("CallSid", "uppercase"), ("CALLSID", "allcaps")],
        "jDK7WKT8wiNrwggd4ceTv4e1MJ4=",
    ),
    "double slash with port": (f"{SITE}:443//myapp.php?foo=1&bar=2", P, "A9lH3u16NjyiiM/+wylw5rirFUs="),
}

RECORDED = json.loads((Path(__file__).parent / "signed_requests.json").read_text())
PLAIN_SIGNATURE = VECTORS["plain"][2]


@pytest.mark.parametrize(("url", "fields", "signature"), VECTORS.values(), ids=VECTORS)
def test_published_vectors_are_genuine(url: str, fields: list[tuple[str, str]], signature: str) -> None:
    form = FormData(fields)
    assert genuine(url, form, signature, [TOKEN])
    assert not genuine(url, form, signature, ["12346"])


@pytest.mark.parametrize("case", RECORDED["cases"].values(), ids=RECORDED["cases"])
def test_recorded_requests_are_genuine_and_stop_being_so_when_any_field_changes(case: dict) -> None:
    token, url, fields, signature = RECORDED["token"], case["url"], case["params"], case["signature"]
    assert genuine(url, FormData(fields), signature, [token])
    for name in fields:
        without = {key: value for key, value in fields.items() if key != name}
        changed = {**fields, name: fields[name] + "x"}
        assert not genuine(url, FormData(without), signature, [token])
        assert not genuine(url, FormData(changed), signature, [token])


@pytest.mark.parametrize(
    "header",
    ["WRONG_SIGNATURE", "NOTRSOYDt4T1cUTdK1PDd93/VVr8B8=", "", None, "ಸಹಿ", PLAIN_SIGNATURE + "\n"],
)
def test_a_wrong_or_missing_signature_is_refused(header: str | None) -> None:
    assert not genuine(U, FormData(P), header, [TOKEN])


def test_a_query_added_on_the_way_is_refused() -> None:
    assert not genuine(f"{U}&somethingUnexpected=true", FormData(P), PLAIN_SIGNATURE, [TOKEN])


def test_both_tokens_are_good_while_one_replaces_the_other() -> None:
    assert genuine(U, FormData(P), PLAIN_SIGNATURE, ["the-new-one", TOKEN])
    assert not genuine(U, FormData(P), PLAIN_SIGNATURE, ["the-new-one", "the-newer-one"])
    assert not genuine(U, FormData(P), PLAIN_SIGNATURE, [])


@pytest.mark.parametrize(
    ("raw_path", "query", "url"),
    [
        (b"/a%20b", b"", "https://bot.example/a%20b"),
        (b"/carrier//x", b"q=It%27s+amazing", "https://bot.example/carrier//x?q=It%27s+amazing"),
    ],
)
def test_the_signed_address_is_the_public_one_with_path_and_query_as_they_arrived(
    raw_path: bytes, query: bytes, url: str
) -> None:
    scope = {
        "type": "http",
        "path": "/decoded by the server",
        "raw_path": raw_path,
        "query_string": query,
        "headers": [(b"host", b"evil.example"), (b"x-forwarded-proto", b"https,http")],
    }
    assert signed_url("https://bot.example", scope) == url
