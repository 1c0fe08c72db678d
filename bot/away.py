"""The database cannot be reached: said in one word, so that every carrier can be asked to come again."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolIsEmpty

from bot.message import DatabaseAway


@contextmanager
def or_away() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError, PoolIsEmpty, OSError) as fault:
        raise DatabaseAway from fault
