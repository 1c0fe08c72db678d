"""Which addresses we go to, what goes where, when it is tried again."""

import ipaddress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace_core.errors import BadTerms
from marketplace_core.webhooks.rules import (
    DELAYS,
    check_kinds,
    check_url,
    is_public,
    pause_after,
    retry_after_of,
    wait_after,
    wants,
)

NOW = datetime(2026, 11, 20, 4, 30, tzinfo=UTC)


@pytest.mark.parametrize("address", ["8.8.8.8", "103.21.244.1", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_the_internet_is_open(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "169.254.169.254",  # metadata of most clouds
        "168.63.129.16",  # of one more
        "100.64.0.1",  # carriers' own
        "100.100.100.200",
        "192.0.0.192",
        "198.18.0.1",
        "192.0.2.1",
        "192.88.99.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2001:0:7f00:1::",
        "2001:db8::1",
        "fec0::1",
        "::8.8.8.8",
    ],
)
def test_private_networks_are_closed(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "https://partner.example/hooks",
        "https://partner.example:8443/hooks?key=1",
        "https://xn--h2brj9c.example/",
        "https://8.8.8.8/",
    ],
)
def test_a_partners_address_is_taken(url: str) -> None:
    check_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "partner.example",
        "http://partner.example/",
        "ftp://partner.example/",
        "file:///etc/passwd",
        "gopher://partner.example/",
        "https://",
        "https:///hooks",
        "https://user:word@partner.example/",
        "https://partner.example#piece",
        "https://partner.example:22/",
        "https://partner.example:0/",
        "https://partner.example:70000/",
        "https://partner.example:x/",
        "https://localhost/",
        "https://api.localhost/",
        "https://printer.local/",
        "https://metadata.google.internal/",
        "https://intranet/",
        "https://partner.example./",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://partner.example/\r\nX: 1",
        "https://partner.example/ x",
        "https://partner.example\\@10.0.0.1/",
        "https://मंडी.example/",
        "https://[::1/",
        "https://partner.example/" + "x" * 2_000,
        "http://127.0.0.1:9000/",
    ],
)
def test_what_is_no_address_for_us_is_refused(url: str) -> None:
    with pytest.raises(BadTerms) as refusal:
        check_url(url)
    assert refusal.value.field == "url"


def test_a_developers_own_machine_only_when_allowed_and_only_that() -> None:
    check_url("http://127.0.0.1:9000/hooks", loopback=True)
    for url in ("http://127.0.0.2/", "http://10.0.0.1/", "http://localhost/", "http://x@127.0.0.1/"):
        with pytest.raises(BadTerms):
            check_url(url, loopback=True)


@pytest.mark.parametrize(
    "kinds", [[], ["booking"], ["booking.*.*"], ["Booking.*"], [""], ["* "], ["a.b"] * 51]
)
def test_kinds_that_are_none_are_refused(kinds: list[str]) -> None:
    with pytest.raises(BadTerms):
        check_kinds(kinds)


def test_an_endpoint_gets_the_kinds_it_wants() -> None:
    assert wants(["booking.*"], "booking.confirmed")
    assert wants(["booking.confirmed"], "booking.confirmed")
    assert wants(["*"], "booking.confirmed")
    assert not wants(["booking.confirmed"], "booking.cancelled")
    assert not wants(["book.*", "offer.*"], "booking.confirmed")


def test_the_table_of_delays_is_that_of_the_specification() -> None:
    assert [int(each.total_seconds()) for each in DELAYS] == [
        0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400,
    ]  # fmt: skip


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 9), st.floats(0, 1), st.none() | st.integers(1, 86_400))
def test_nobody_comes_back_earlier_than_the_table_or_than_asked(
    attempts: int, chance: float, asked: int | None
) -> None:
    retry_after = timedelta(seconds=asked) if asked else None
    wait = wait_after(attempts, chance, retry_after)
    assert wait >= DELAYS[attempts]
    assert wait >= (retry_after or timedelta(0))
    assert wait <= max(1.2 * DELAYS[attempts], retry_after or timedelta(0))


def test_after_the_tenth_attempt_there_is_none() -> None:
    assert wait_after(9, 0, None) == timedelta(hours=24)
    assert wait_after(10, 0, None) is None
    assert wait_after(10, 0, timedelta(seconds=1)) is None


def test_only_trouble_with_the_whole_endpoint_pauses_all_of_it() -> None:
    wait = timedelta(seconds=5)
    assert pause_after(500, wait, None) is None
    assert pause_after(404, wait, None) is None
    for status in (429, 502, 504, None):
        assert pause_after(status, wait, None) == wait
        assert pause_after(status, timedelta(hours=10), None) == timedelta(seconds=60)
    assert pause_after(503, wait, timedelta(seconds=120)) == timedelta(seconds=120)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("120", 120),
        ("0", None),
        ("-5", None),
        ("soon", None),
        ("999999999", 86_400),
        ("1" * 400, None),
        ("Fri, 20 Nov 2026 04:31:00 GMT", 60),
        ("Fri, 20 Nov 2026 04:29:00 GMT", None),
        ("Fri, 20 Nov 2099 04:29:00 GMT", 86_400),
        ("Fri, 99 Nov 2026 04:29:00 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, seconds: int | None) -> None:
    expected = None if seconds is None else timedelta(seconds=seconds)
    assert retry_after_of(header, NOW) == expected
