"""What every request needs: the database, the time, the seal of our tokens, and a way to send a code."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncEngine

from marketplace_core.desk import Desk
from marketplace_core.logins.tokens import Seal, own_secret
from marketplace_core.settings import MarketSettings


class SendCode(Protocol):
    """Writes the code into an outbox, in the transaction of the desk; nothing is sent before the commit."""

    def __call__(self, desk: Desk, *, phone: str, code: str) -> Awaitable[None]: ...


@dataclass(frozen=True)
class Office:
    """`after_commit` is called with the tenant when something was changed: news may wait to be told."""

    engine: Callable[[], AsyncEngine]
    settings: MarketSettings
    seal: Seal
    send_code: SendCode | None
    after_commit: Callable[[int], None]
    clock: Callable[[], datetime]


def make_office(
    engine: Callable[[], AsyncEngine],
    settings: MarketSettings,
    *,
    send_code: SendCode | None = None,
    after_commit: Callable[[int], None] = lambda tenant: None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Office:
    return Office(engine, settings, Seal(_secrets(settings)), send_code, after_commit, clock)


def _secrets(settings: MarketSettings) -> Sequence[str]:
    given = [each.get_secret_value() for each in settings.mandi_jwt_secret]
    return given or [own_secret(settings.mandi_home)]
