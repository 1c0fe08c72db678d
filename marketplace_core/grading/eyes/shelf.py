"""Which model file serves, opened once for all threads of a process.

A file is an ONNX graph that carries its own card: classes, version, licence, what it was trained on.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import onnxruntime

WEIGHTS = Path(__file__).parent / "weights"
#: onnxruntime would take every core for every worker.
THREADS = 2

_instead: ContextVar[Mapping[str, Path]] = ContextVar("instead", default=MappingProxyType({}))
_threads = THREADS


@dataclass(frozen=True)
class Model:
    """`card` is what the file says of itself, its values read from JSON; `sha256` names exactly this file."""

    name: str
    session: onnxruntime.InferenceSession
    card: Mapping[str, Any]
    sha256: str

    @property
    def version(self) -> str:
        return str(self.card["version"])


def model(name: str) -> Model:
    """The file that serves here under this name, else the one that was shipped."""
    return opened(_instead.get().get(name, WEIGHTS / f"{name}.onnx"), _threads)


def versions() -> dict[str, str]:
    """Of everything on the shelf: what a report names as its eyes."""
    return {file.stem: model(file.stem).version for file in sorted(WEIGHTS.glob("*.onnx"))}


@contextmanager
def serving(files: Mapping[str, Path]) -> Iterator[None]:
    """In this thread or task these serve instead of those that ship: what a market promoted, or a model on trial."""
    before = _instead.set({**_instead.get(), **files})
    try:
        yield
    finally:
        _instead.reset(before)


def use_threads(threads: int) -> None:
    """For every network of this process that is opened from now on."""
    global _threads  # noqa: PLW0603
    _threads = threads


@cache
def opened(file: Path, threads: int = THREADS) -> Model:
    content = file.read_bytes()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Spinning threads win a millisecond and cost the neighbours a core.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    card = {key: json.loads(value) for key, value in session.get_modelmeta().custom_metadata_map.items()}
    return Model(file.stem, session, card, hashlib.sha256(content).hexdigest())
