"""A head as an ONNX file: features in, calibrated probabilities out.

`familiar` says how near a picture's features lie to those of the training pictures, as the cosine to the nearest of
their middles: a head has an answer for everything, also for what it has never seen.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from onnx import TensorProto, helper

from marketplace_core.grading.eyes import shelf
from marketplace_core.grading.training.fitting import Classes, Floats, Linear, tamed
from marketplace_core.grading.training.graph import Graph

#: A picture less familiar than this share of the held-back ones is called unknown.
STRANGE = 0.02
LAST = "mean 17"


def parts(names: Sequence[str]) -> list[tuple[int, int]]:
    told = shelf.model("backbone").card["parts"]
    return [(int(told[name][0]), int(told[name][1])) for name in names]


def there(choices: Sequence[Sequence[str]]) -> list[Sequence[str]]:
    """Of several choices of parts, those that the network on the shelf has: a taught end is not in all."""
    known = shelf.model("backbone").card["parts"]
    return [each for each in choices if set(each) <= set(known)]


def middles(features: Floats, classes: Classes) -> Floats:
    """Of each class, at length one."""
    seen = tamed(features, parts([LAST]))
    means = np.stack([seen[classes == each].mean(0) for each in range(classes.max() + 1)])
    return np.asarray(means / np.linalg.norm(means, axis=1, keepdims=True))


def familiarity(features: Floats, known: Floats) -> Floats:
    return np.asarray((tamed(features, parts([LAST])) @ known.T).max(1))


def blended(
    one: tuple[Sequence[str], Linear], other: tuple[Sequence[str], Linear]
) -> tuple[list[str], Linear]:
    """Two fits that look at different parts as one that looks at all of them and says their mean."""
    names = list(dict.fromkeys((*one[0], *other[0])))
    width = one[1][1].shape
    total = {
        name: np.zeros((stop - start, *width), np.float32)
        for name, (start, stop) in zip(names, parts(names), strict=True)
    }
    for used, (weights, _) in (one, other):
        sizes = [stop - start for start, stop in parts(used)]
        for name, rows in zip(used, np.split(weights, np.cumsum(sizes)[:-1]), strict=True):
            total[name] += rows / 2
    bias: Floats = (one[1][1] + other[1][1]) / np.float32(2)
    return names, (np.concatenate([total[name] for name in names]), bias)


@dataclass(frozen=True)
class Head:
    """`into[fine]` is the class that a fine class belongs to; `classes` are those."""

    classes: Sequence[str]
    parts: Sequence[str]
    linear: Linear
    into: Classes
    temperature: float
    known: Floats
    card: Mapping[str, Any] = field(default_factory=dict)

    def write(self, file: Path) -> None:
        graph = Graph()
        weights, bias = self.linear
        logits = graph.node(
            "Gemm",
            tamed_node(graph, parts(self.parts)),
            graph.constant((weights / self.temperature).astype(np.float32)),
            graph.constant((bias / self.temperature).astype(np.float32)),
        )
        fine = graph.node("Softmax", logits, axis=1)
        groups = np.eye(len(self.classes), dtype=np.float32)[self.into]
        graph.named(graph.node("MatMul", fine, graph.constant(groups)), "probabilities")
        near = graph.node("MatMul", tamed_node(graph, parts([LAST])), graph.weight(self.known.T))
        graph.named(graph.node("ReduceMax", near, graph.constant(np.array([1])), keepdims=0), "familiar")
        card = {
            "classes": list(self.classes),
            "temperature": round(self.temperature, 4),
            "backbone": shelf.model("backbone").sha256,
            **self.card,
        }
        width = shelf.model("backbone").card["features"]
        features = helper.make_tensor_value_info("features", TensorProto.FLOAT, ["pictures", width])
        outputs: dict[str, Sequence[Any]] = {
            "probabilities": ["pictures", len(self.classes)],
            "familiar": ["pictures"],
        }
        graph.write(file, [features], outputs, card)


def tamed_node(graph: Graph, taken: Sequence[tuple[int, int]]) -> str:
    rows = []
    for start, stop in taken:
        part = graph.node(
            "Slice", "features", *(graph.constant(np.array([each])) for each in (start, stop, 1))
        )
        root = graph.node("Sqrt", graph.node("Relu", part))
        length = graph.node("ReduceL2", root, graph.constant(np.array([1])), keepdims=1)
        rows.append(graph.node("Div", root, length))
    return graph.node("Concat", *rows, axis=1)


def fingerprint(photos: Sequence[tuple[Path, Any]]) -> str:
    """Of what was learned from: names, bytes and labels, in order."""
    digest = hashlib.sha256()
    for path, label in photos:
        digest.update(f"{path.name}\t{label}\t".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
