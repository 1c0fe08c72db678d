"""Rasa on this machine: its own Python 3.10, its environment, a trained model, and the server process.

Nothing here imports Rasa. Environments and models are kept under a name made of what shaped them, so a second start
finds them ready and a change of the data trains anew.
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import uv

Say = Callable[[str], None]

_HERE = Path(__file__).parent
_LOCK = _HERE / "requirements.lock"
CONFIG = _HERE / "config.yml"
DATA = _HERE / "data"
_SHAPES_THE_MODEL = (
    "domain.yml", "normalise.py", "phonetic.py", "phrases.py", "concepts.py", "languages/__init__.py",
    "requirements.lock",
)  # fmt: skip
_READY = ".ready"
_START_SECONDS = 300.0
_STOP_SECONDS = 10.0
_QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "PYTHONWARNINGS": "ignore",
    "TF_INTRA_OP_PARALLELISM_THREADS": "1",
    "TF_INTER_OP_PARALLELISM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
}
_NO_PYTHON = (
    "Rasa needs Python 3.10 and none was found: install it (for example `apt install python3.10`, `pyenv install 3.10` "
    "or `uv python install 3.10`) and start again."
)


class NoPython310(Exception):
    """There is no Python 3.10 and none could be fetched."""


class RasaFailed(Exception):
    """A step of setting Rasa up went wrong; the message says which and shows the end of its output."""


def cache_folder() -> Path:
    chosen = os.environ.get("MANDI_CACHE")
    folder = Path(chosen) if chosen else Path.home() / ".cache" / "mandi"
    folder.mkdir(parents=True, exist_ok=True)
    return folder.resolve()


def find_python310() -> Path:
    """On PATH, under pyenv, known to uv, or fetched by it."""
    for candidate in (*_on_path(), *_under_pyenv()):
        if _answers(candidate):
            return candidate
    for command in (("python", "find", "3.10"), ("python", "install", "3.10"), ("python", "find", "3.10")):
        asked = _uv(*command)
        if asked.returncode == 0 and command[1] == "find" and _answers(found := Path(asked.stdout.strip())):
            return found
    raise NoPython310(_NO_PYTHON)


def ensure_environment(say: Say) -> Path:
    """The Rasa environment of these locked requirements; made when it is missing."""
    home = cache_folder() / f"rasa-{_digest([_LOCK])}"
    with _alone(home.name):
        if (home / _READY).exists():
            return home
        started = time.monotonic()
        python = find_python310()
        say("Installing Rasa into its own Python 3.10 environment (once, a few minutes)")
        shutil.rmtree(home, ignore_errors=True)
        _checked(
            _uv("venv", "--quiet", "--python", str(python), str(home)), "Making the Rasa environment failed"
        )
        inside = str(home / "bin" / "python")
        install = ("pip", "install", "--quiet", "--python", inside, "--require-hashes", "-r", str(_LOCK))
        _checked(_uv(*install), "Installing Rasa failed")
        (home / _READY).touch()
        say(f"Rasa installed in {time.monotonic() - started:.0f} s")
    return home


def ensure_model(say: Say, config: Path = CONFIG, data: Path = DATA) -> Path:
    """The model of this data; trained when it is missing. Another `config` and other `data` are for comparing."""
    models = cache_folder() / "models"
    models.mkdir(exist_ok=True)
    model = models / f"mandi-{_digest([config, *_model_sources(data)])}.tar.gz"
    if model.exists():
        return model
    home = ensure_environment(say)
    with _alone(model.stem):
        if not model.exists():
            started = time.monotonic()
            say("Training the language model (once, and after a change of its data)")
            _train(home, config, data, model)
            say(f"Language model trained in {time.monotonic() - started:.0f} s")
    return model


@contextlib.contextmanager
def rasa_server(say: Say, port: int | None = None, config: Path = CONFIG, data: Path = DATA) -> Iterator[str]:
    """A running Rasa with our model; yields its address and stops it afterwards."""
    model = ensure_model(say, config, data)
    home = ensure_environment(say)
    port = port or _free_port()
    with tempfile.TemporaryDirectory(prefix="mandi-rasa-") as folder:
        process = start(home, model, port, Path(folder))
        try:
            url = f"http://127.0.0.1:{port}"
            wait_until_ready(url, process, Path(folder))
            yield url
        finally:
            stop(process)


def start(home: Path, model: Path, port: int, folder: Path) -> subprocess.Popen[bytes]:
    """Starts the server in a process group of its own; its working files and its output go to `folder`."""
    with (folder / "rasa.log").open("wb") as log:
        return subprocess.Popen(
            serving(home, model, port),
            cwd=folder,
            env=environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def serving(home: Path, model: Path, port: int) -> list[str]:
    """The command that serves this model."""
    return [
        str(home / "bin" / "rasa"), "run", "--enable-api", "--quiet",
        "--model", str(model), "--interface", "127.0.0.1", "--port", str(port),
    ]  # fmt: skip


def environment(folder: Path) -> dict[str, str]:
    """Our packages importable for Rasa, its working files in `folder`, its chatter off, none of the app's settings."""
    kept = {
        name: os.environ[name] for name in ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR") if name in os.environ
    }
    places = {"PYTHONPATH": _HERE.parent, "RASA_CACHE_DIRECTORY": folder / "cache", "MPLCONFIGDIR": folder}
    return kept | _QUIET | {name: str(place) for name, place in places.items()}


def wait_until_ready(url: str, process: subprocess.Popen[bytes], folder: Path) -> None:
    """Ready is when a message is understood: the port opens long before."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RasaFailed(f"Rasa stopped while starting:\n{_end_of_log(folder)}")
        with contextlib.suppress(httpx.HTTPError):
            asked = httpx.post(f"{url}/model/parse", json={"text": "hello"}, timeout=10, trust_env=False)
            if asked.status_code == 200:
                return
        time.sleep(0.2)
    raise RasaFailed(f"Rasa did not answer within {_START_SECONDS:.0f} s:\n{_end_of_log(folder)}")


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ends the whole process group, gently first."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, how)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_STOP_SECONDS)
            return


def _train(home: Path, config: Path, data: Path, model: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="mandi-train-", dir=model.parent) as name:
        folder = Path(name)
        command = [
            str(home / "bin" / "rasa"), "train", "nlu", "--quiet",
            "--config", str(config), "--nlu", str(data), "--domain", str(_HERE / "domain.yml"),
            "--out", str(folder), "--fixed-model-name", "model",
        ]  # fmt: skip
        _checked(_run(command, folder), "Training the language model failed")
        (folder / "model.tar.gz").replace(model)


def _run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=folder, env=environment(folder), capture_output=True, text=True, check=False
    )


def _model_sources(data: Path = DATA) -> list[Path]:
    folders = (
        data.glob("*.yml"),
        (_HERE / "components").glob("*.py"),
        (_HERE / "languages").glob("*/concepts.tsv"),
        (_HERE / "languages").glob("*/lexicon.tsv"),
    )
    return sorted(
        [*(_HERE / name for name in _SHAPES_THE_MODEL), *(file for found in folders for file in found)]
    )


def _digest(files: list[Path]) -> str:
    content = hashlib.sha256()
    for file in files:
        content.update(f"{os.path.relpath(file, _HERE)}\0".encode() + file.read_bytes() + b"\0")
    return content.hexdigest()[:16]


@contextlib.contextmanager
def _alone(name: str) -> Iterator[None]:
    """One process at a time makes it; the next finds it made. The lock goes when its holder does."""
    with (cache_folder() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _on_path() -> list[Path]:
    folders = os.environ.get("PATH", "").split(os.pathsep)
    return [found for folder in folders if folder and (found := Path(folder) / "python3.10").is_file()]


def _under_pyenv() -> list[Path]:
    pyenv = shutil.which("pyenv")
    root = os.environ.get("PYENV_ROOT")
    if not root and pyenv:
        asked = subprocess.run([pyenv, "root"], capture_output=True, text=True, check=False)
        root = asked.stdout.strip()
    return sorted(Path(root).glob("versions/3.10.*/bin/python3.10"), reverse=True) if root else []


def _answers(python: Path) -> bool:
    """A pyenv shim is there and yet fails; only an answer counts."""
    question = "import sys; print(*sys.version_info[:2])"
    try:
        asked = subprocess.run(
            [python, "-c", question], capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0 and asked.stdout.split() == ["3", "10"]


def _uv(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([uv.find_uv_bin(), *arguments], capture_output=True, text=True, check=False)


def _checked(done: subprocess.CompletedProcess[str], failure: str) -> None:
    if done.returncode:
        raise RasaFailed(f"{failure}:\n{(done.stdout + done.stderr)[-2000:]}")


def _end_of_log(folder: Path) -> str:
    return (folder / "rasa.log").read_text(encoding="utf-8", errors="replace")[-2000:]


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port
