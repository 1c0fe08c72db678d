"""Which addresses we go to, what is sent where, and when it is tried again."""

import ipaddress
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from marketplace_core.errors import BadTerms

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

#: So long after the attempt before it each attempt is made; the table of Standard Webhooks.
DELAYS = (
    timedelta(0),
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
#: A delay is lengthened by up to this share, so that those who failed together do not come back together.
JITTER = 0.2
LONGEST_WAIT = timedelta(hours=24)
#: An endpoint that is overloaded or not there is left alone at least this long, all its subjects.
PAUSE = timedelta(seconds=60)
OVERLOADED = (429, 502, 504)
GONE = 410

LONGEST_URL = 2_000
MOST_KINDS = 50
_KIND = re.compile(r"\*|[a-z][a-z_]*\.(\*|[a-z][a-z_]*)")

#: Public by their number for some Python or other, yet doors into a private network: addresses that embed another,
#: a cloud's own, what was once site-local, what stands in books.
_BACK_DOORS = tuple(
    map(
        ipaddress.ip_network,
        (
            "64:ff9b::/96",
            "64:ff9b:1::/48",
            "2002::/16",
            "2001::/23",
            "3fff::/20",
            "5f00::/16",
            "fec0::/10",
            "::/96",
            "192.0.0.0/24",
            "192.88.99.0/24",
            "168.63.129.16/32",
        ),
    )
)


def is_public(address: IPAddress) -> bool:
    """Somewhere on the internet, and nowhere else."""
    mapped = getattr(address, "ipv4_mapped", None)
    if mapped is not None:
        return is_public(mapped)
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    return not any(address in each for each in _BACK_DOORS if each.version == address.version)


def check_url(url: str, *, loopback: bool = False) -> None:
    """Refuses what can be seen to be wrong; what a name resolves to is looked at again at every connection.

    `loopback` also lets through http://127.0.0.1, for a receiver on the developer's own machine.
    """
    if not 0 < len(url) <= LONGEST_URL or not url.isascii() or re.search(r"[\x00-\x20\x7f\\]", url):
        raise BadTerms("url")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise BadTerms("url") from None
    if loopback and parts.scheme == "http" and host == "127.0.0.1" and "@" not in parts.netloc:
        return
    if parts.scheme != "https" or not host or "@" in parts.netloc or parts.fragment or host.endswith("."):
        raise BadTerms("url")
    if port is not None and port != 443 and port < 1024:
        raise BadTerms("url")
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        if "." not in host or host.endswith((".localhost", ".local", ".internal")):
            raise BadTerms("url") from None
    else:
        if not is_public(address):
            raise BadTerms("url")


def check_kinds(kinds: Sequence[str]) -> None:
    if not 0 < len(kinds) <= MOST_KINDS or not all(_KIND.fullmatch(kind) for kind in kinds):
        raise BadTerms("kinds")


def wants(kinds: Sequence[str], kind: str) -> bool:
    """`booking.confirmed`, `booking.*` or `*`."""
    return any(each in ("*", kind, f"{kind.partition('.')[0]}.*") for each in kinds)


def wait_after(attempts: int, chance: float, retry_after: timedelta | None) -> timedelta | None:
    """How long until the next attempt, after so many; None when there is none. `chance` is 0 … 1."""
    if attempts >= len(DELAYS):
        return None
    wait = DELAYS[attempts] * (1 + JITTER * chance)
    return max(wait, retry_after) if retry_after else wait


def pause_after(
    status: int | None, wait: timedelta | None, retry_after: timedelta | None
) -> timedelta | None:
    """How long the whole endpoint is left alone; None when only this subject waits."""
    if retry_after:
        return retry_after
    if status is None or status in OVERLOADED:
        return min(wait or PAUSE, PAUSE)
    return None


def retry_after_of(header: str | None, now: datetime) -> timedelta | None:
    """Seconds or a date; what is neither, past or beyond a day is not obeyed to the letter."""
    if not header:
        return None
    if re.fullmatch(r"[0-9]{1,9}", header.strip()):
        wait = timedelta(seconds=int(header))
    else:
        try:
            until = parsedate_to_datetime(header)
        except (ValueError, OverflowError):
            return None
        wait = (until if until.tzinfo else until.replace(tzinfo=UTC)) - now
    return min(wait, LONGEST_WAIT) if wait > timedelta(0) else None
