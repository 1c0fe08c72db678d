"""What we start is watched, comes back when it falls, and is never left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from bot.processes import Child, look_after, pause, start, stop

SLEEPER = (sys.executable, "-c", "import time; time.sleep(600)")
STUBBORN = (
    sys.executable,
    "-c",
    "import signal, time\n"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "print('deaf', flush=True)\n"
    "time.sleep(600)\n",
)
WITH_A_CHILD = (
    sys.executable,
    "-c",
    "import subprocess, sys, time\n"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
    "print(child.pid, flush=True)\n"
    "time.sleep(600)\n",
)
PARENT = """
import os, sys, time
from pathlib import Path
from bot.processes import Child, start
child = Child("sleeper", (sys.executable, "-c", "import time; time.sleep(600)"), os.environ, Path(sys.argv[1]))
start(child)
print(child.process.pid, flush=True)
time.sleep(600)
"""


def alive(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def soon(true: Callable[[], bool], seconds: float = 20.0) -> bool:
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.02)
    return true()


@pytest.fixture
def child(tmp_path: Path) -> Iterator[Child]:
    made = Child("sleeper", SLEEPER, os.environ, tmp_path / "logs" / "sleeper.log")
    yield made
    stop([made])


def test_what_it_prints_goes_to_its_log(child: Child) -> None:
    child.command = (sys.executable, "-c", "import os; print('harvest', os.environ['CROP'])")
    child.environment = {**os.environ, "CROP": "wheat"}
    start(child)
    assert child.process is not None
    assert child.process.wait(20) == 0
    assert child.log.read_text() == "harvest wheat\n"


def test_a_killed_child_comes_back_and_a_line_says_so(child: Child) -> None:
    lines: list[str] = []
    start(child)
    assert child.process is not None
    first = child.process.pid
    os.kill(first, signal.SIGKILL)

    def back() -> bool:
        look_after([child], lines.append)
        return child.process is not None and child.process.pid != first

    assert soon(back)
    assert alive(child.process.pid)
    assert lines[0].startswith("sleeper stopped (signal SIGKILL)")
    assert lines[1] == "sleeper is started again"


def test_a_living_child_is_left_alone(child: Child) -> None:
    lines: list[str] = []
    start(child)
    assert child.process is not None
    first = child.process.pid
    for _ in range(3):
        look_after([child], lines.append)
    assert child.process.pid == first
    assert lines == []


def test_the_pause_grows_with_every_fall_up_to_half_a_minute() -> None:
    assert [pause(falls) for falls in (1, 2, 3, 4)] == [0.5, 1.0, 2.0, 4.0]
    assert pause(50) == 30.0


def test_stop_leaves_nothing_not_even_what_the_child_had_started(child: Child) -> None:
    child.command = WITH_A_CHILD
    start(child)
    assert soon(lambda: child.log.read_text().endswith("\n"))
    grandchild = int(child.log.read_text())
    assert child.process is not None
    assert alive(child.process.pid)
    assert alive(grandchild)
    stop([child])
    assert not alive(child.process.pid)
    assert soon(lambda: not alive(grandchild))


def test_a_child_that_will_not_finish_is_ended(child: Child) -> None:
    child.command = STUBBORN
    start(child)
    assert soon(lambda: "deaf" in child.log.read_text())
    stop([child], patience=0.2)
    assert child.process is not None
    assert child.process.returncode == -signal.SIGKILL


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_when_we_are_killed_our_children_go_too(tmp_path: Path, how: signal.Signals) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path / "log")], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    assert alive(pid)
    parent.send_signal(how)
    parent.wait(20)
    assert soon(lambda: not alive(pid))


def test_without_that_care_a_child_would_be_left_behind() -> None:
    """The control beside the test above: an ordinary child outlives its killed parent."""
    code = (
        "import subprocess, sys, time\n"
        "sleep = [sys.executable, '-c', 'import time; time.sleep(600)']\n"
        "p = subprocess.Popen(sleep, start_new_session=True)\n"
        "print(p.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait(20)
    try:
        assert not soon(lambda: not alive(pid), seconds=0.5)
    finally:
        os.kill(pid, signal.SIGKILL)
