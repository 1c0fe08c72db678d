"""What was written by others for Node, brought by `make node-parts`."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
PARTS = HERE / "node_modules"

needs_node = pytest.mark.skipif(
    not (shutil.which("node") and (PARTS / "brought").exists()),
    reason="needs Node 20 or newer and what `make node-parts` brings",
)


def asked(script: str, about: Any) -> Any:
    """What a script of this folder answers, JSON in and out."""
    done = subprocess.run(
        ["node", script],
        check=False,
        cwd=HERE,
        input=json.dumps(about),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
