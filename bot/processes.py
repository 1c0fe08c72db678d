"""Child processes that are started, watched, and never outlive us."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PATIENCE = 15.0
"""Seconds a child gets to finish what it is doing."""

LONGEST_PAUSE = 30.0
STEADY_AFTER = 60.0

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass
class Child:
    """One program we keep alive; `falls` counts how often it died without a steady time in between."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    folder: Path | None = None
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    falls: int = 0
    due: float | None = None


def start(child: Child) -> None:
    """Starts it in a session of its own, so that Ctrl-C reaches it through us, in our order."""
    child.log.parent.mkdir(parents=True, exist_ok=True)
    with child.log.open("ab") as log:
        child.process = subprocess.Popen(
            child.command,
            cwd=child.folder,
            env=child.environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_dies_with(os.getpid()),  # noqa: PLW1509 - the supervisor has one thread
        )
    child.started_at = time.monotonic()
    child.due = None


def stop(children: Sequence[Child], patience: float = PATIENCE) -> None:
    """Asks all of them to finish, waits, and ends those that do not."""
    running = [child.process for child in children if child.process and child.process.poll() is None]
    for process in running:
        process.terminate()
    deadline = time.monotonic() + patience
    for process in running:
        with suppress(subprocess.TimeoutExpired):
            process.wait(max(0.0, deadline - time.monotonic()))
        _end_session(process)


def look_after(children: Sequence[Child], say: Callable[[str], None]) -> None:
    """One look: what died is noted and, after a pause that grows with its falls, started again."""
    now = time.monotonic()
    for child in children:
        if child.due is not None:
            if now >= child.due:
                start(child)
                say(f"{child.name} is started again")
        elif child.process and (code := child.process.poll()) is not None:
            _end_session(child.process)
            child.falls = 1 if now - child.started_at > STEADY_AFTER else child.falls + 1
            child.due = now + pause(child.falls)
            say(f"{child.name} stopped ({_ending(code)}); its log is {child.log}")


def pause(falls: int) -> float:
    """Seconds to wait before the next start: 0.5, 1, 2, 4 … 30."""
    return min(LONGEST_PAUSE, 0.5 * 2.0 ** min(falls - 1, 10))


def _ending(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def _end_session(process: subprocess.Popen[bytes]) -> None:
    """Whatever the child itself had started goes with it."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _dies_with(parent: int) -> Callable[[], None]:
    """Linux ends the child when we are gone, even when we were killed and could tell nobody."""

    def before_exec() -> None:
        if _libc is not None:
            _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != parent:
                os._exit(1)

    return before_exec
