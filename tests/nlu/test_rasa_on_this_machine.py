"""Finding a Python for Rasa, keeping what was made, and leaving no process behind."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from nlu import server


def program(path: Path, does: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{does}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No Python 3.10 on PATH, none under pyenv, and none to be fetched."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("UV_PYTHON_INSTALL_DIR", str(tmp_path / "uv"))
    monkeypatch.setenv("UV_PYTHON_DOWNLOADS", "never")
    monkeypatch.setenv("UV_PYTHON_PREFERENCE", "only-managed")
    return tmp_path


def test_a_shim_that_fails_is_passed_over(bare_machine: Path) -> None:
    program(bare_machine / "bin" / "python3.10", "echo 'pyenv: python3.10: command not found' >&2; exit 127")
    real = program(bare_machine / "pyenv" / "versions" / "3.10.13" / "bin" / "python3.10", "echo 3 10")
    assert server.find_python310() == real


def test_a_python_of_another_version_is_passed_over(bare_machine: Path) -> None:
    program(bare_machine / "bin" / "python3.10", "echo 3 12")
    with pytest.raises(server.NoPython310):
        server.find_python310()


def test_without_any_python_one_sentence_says_what_to_install(bare_machine: Path) -> None:
    with pytest.raises(server.NoPython310) as said:
        server.find_python310()
    assert str(said.value).startswith("Rasa needs Python 3.10 and none was found: install it")
    assert "\n" not in str(said.value)


def test_what_was_made_is_found_again(rasa_url: str) -> None:
    def never(line: str) -> None:
        pytest.fail(f"made anew: {line}")

    assert server.ensure_model(never).is_file()
    assert (server.ensure_environment(never) / "bin" / "rasa").is_file()


def test_a_server_that_dies_while_starting_is_reported_with_its_last_words(tmp_path: Path) -> None:
    (tmp_path / "rasa.log").write_text("no such model", encoding="utf-8")
    process = subprocess.Popen([sys.executable, "-c", "raise SystemExit(1)"], start_new_session=True)
    with pytest.raises(server.RasaFailed, match="no such model"):
        server.wait_until_ready("http://127.0.0.1:9", process, tmp_path)


def test_stopping_ends_the_children_too(tmp_path: Path) -> None:
    born = tmp_path / "child"
    process = subprocess.Popen(["sh", "-c", f"sleep 600 & echo $! > {born}; wait"], start_new_session=True)
    while not (born.exists() and born.read_text().strip()):
        time.sleep(0.01)
    child = int(born.read_text())
    os.kill(child, 0)
    server.stop(process)
    assert process.poll() is not None
    assert is_gone(child)


def is_gone(pid: int) -> bool:
    for _ in range(200):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        state = Path(f"/proc/{pid}/stat")
        if state.exists() and state.read_text().rsplit(")", 1)[1].split()[0] == "Z":
            return True
        time.sleep(0.01)
    return False
