"""The whole house as `make run` starts it, in a folder of its own: nothing of ours in the environment reaches it."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot import needs
from bot.processes import Child, start, stop
from bot.settings import Settings
from marketplace_core.settings import MarketSettings

#: The first start on a computer trains the language model.
MINUTES_TO_RISE = 10
SECONDS_TO_LEAVE = 60
#: What a story needs that is told in minutes, at any hour of the day.
FOR_A_STORY: Mapping[str, str] = {
    "NOTICES_FROM": "0",
    "NOTICES_UNTIL": "24",
    "PAY_TO_VPA": "mandi@upi",
    "RASA_TIMEOUT": "10",  # a story is told the same on a machine that is busy
}


class DidNotRise(Exception):
    """What it said last."""


@dataclass(frozen=True)
class House:
    process: subprocess.Popen[bytes]
    folder: Path
    url: str
    environment: Mapping[str, str]

    @property
    def said(self) -> str:
        return (self.folder / "said.txt").read_text()

    def mandi(self, *words: str) -> str:
        """A command of the office's, in the same folder and so in the same market."""
        done = subprocess.run(
            [sys.executable, "-m", "bot.cli", *words],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise DidNotRise(done.stderr)
        return done.stdout


@contextmanager
def raised(folder: Path, told: Mapping[str, str]) -> Iterator[House]:
    """`mandi up` in this folder, ready to answer; ended when the block ends, if it has not ended itself."""
    ours = {*Settings.model_fields, *MarketSettings.model_fields}
    inherited = {name: value for name, value in os.environ.items() if name.lower() not in ours}
    port = needs.free_port()
    command = (sys.executable, "-m", "bot.cli", "up", "--port", str(port))
    child = Child("house", command, {**inherited, **told}, folder / "said.txt", folder)
    child.log.unlink(missing_ok=True)
    start(child)
    assert child.process
    house = House(child.process, folder, f"http://127.0.0.1:{port}", child.environment)
    try:
        _until_it_stands(house)
        yield house
    finally:
        stop([child], SECONDS_TO_LEAVE)


def _until_it_stands(house: House) -> None:
    end = time.monotonic() + 60 * MINUTES_TO_RISE
    while "/simulator" not in house.said:
        if house.process.poll() is not None or time.monotonic() > end:
            raise DidNotRise(house.said)
        time.sleep(0.05)
