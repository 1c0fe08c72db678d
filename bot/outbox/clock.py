"""The time while something lasts: what is sent late in a round must not be dated to the beginning of it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic


def going_on_from(now: datetime) -> Callable[[], datetime]:
    began = monotonic()
    return lambda: now + timedelta(seconds=monotonic() - began)
