"""Connections for the app, migrations for the owner."""

import select
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import PoolProxiedConnection


def make_engine(url: str, *, pool_size: int = 10) -> AsyncEngine:
    engine = create_async_engine(
        url,
        isolation_level="AUTOCOMMIT",  # of the driver: `_begin` says when a transaction begins
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=5,  # a carrier waits 15 seconds at most, and brings again what was refused
        pool_recycle=1800,
        connect_args={"connect_timeout": 5, "keepalives_idle": 30, "application_name": "mandi"},
    )
    event.listen(engine.sync_engine, "checkout", _still_there)
    event.listen(engine.sync_engine, "begin", _begin)
    return engine


def _begin(db: Connection) -> None:
    # The driver would say BEGIN, and the desk its tenant after it: two ways to the database where one will do.
    tenant = db.get_execution_options().get("tenant")
    db.exec_driver_sql("BEGIN" if tenant is None else f"BEGIN; SET LOCAL app.tenant = '{tenant:d}'")


def _still_there(dbapi_connection: Any, _record: Any, _proxy: PoolProxiedConnection) -> None:
    # A pre-ping costs a round trip per message. An idle connection has nothing to say: when its socket is
    # readable, the server has hung up (restart, shutdown, kill), and the pool opens new ones.
    pgconn = dbapi_connection.driver_connection.pgconn
    poll = select.poll()
    poll.register(pgconn.socket, select.POLLIN | select.POLLHUP | select.POLLERR)
    if poll.poll(0):
        raise DisconnectionError("the database closed this connection")


def alembic_config(owner_url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["url"] = owner_url
    return config


def migrate(owner_url: str) -> None:
    """Bring the database to the newest version; needs the role that owns the tables."""
    command.upgrade(alembic_config(owner_url), "head")
