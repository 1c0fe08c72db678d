"""Real programs beside the tests, on ports of 127.0.0.1: started, waited for, and ended by their own id."""

import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

PATIENCE = 300.0


@contextmanager
def running(
    command: Sequence[str],
    ready: Callable[[Path], bool],
    folder: Path,
    environment: Mapping[str, str] | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """Until the block ends; begins when it is ready, which may be seen from the file of what it said."""
    said = folder / "said.txt"
    with said.open("wb") as out:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **(environment or {})},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        end = time.monotonic() + PATIENCE
        while not ready(said):
            assert process.poll() is None, said.read_text()
            assert time.monotonic() < end, f"{command} is not ready: {said.read_text()}"
            time.sleep(0.1)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def answering(url: str) -> Callable[[Path], bool]:
    """Anything at all."""

    def ready(_: Path) -> bool:
        with suppress(httpx.HTTPError):
            httpx.get(url, timeout=5)
            return True
        return False

    return ready


def opened(url: str) -> Callable[[Path], bool]:
    """Our web server, when it lets people in."""

    def ready(_: Path) -> bool:
        with suppress(httpx.HTTPError):
            stands = httpx.get(f"{url}/ready", timeout=10)
            return stands.is_success and stands.json()["understanding"] != "opening"
        return False

    return ready


def works(said: Path) -> bool:
    """Our worker, that serves no address."""
    return "Starting worker" in said.read_text()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
