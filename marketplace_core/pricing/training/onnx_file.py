"""LightGBM's trees as one ONNX file: three quantiles are three targets of one ensemble.

Written by hand, because the usual converter knows no quantile objective and would make a file for each. A tree
asks "x ≤ threshold" in doubles, ONNX in floats: every threshold is the largest float not above it, and features
are floats in training too, so that both always answer alike.
"""

import gzip
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

from marketplace_core.pricing.features import NAMES


def write(boosters: Sequence[Any], path: Path) -> None:
    nodes: dict[str, list[Any]] = {name: [] for name in NODE}
    leaves: dict[str, list[Any]] = {name: [] for name in LEAF}
    tree_id = 0
    for target, booster in enumerate(boosters):
        for tree in booster.dump_model()["tree_info"]:
            _tree(tree["tree_structure"], tree_id, target, nodes, leaves)
            tree_id += 1
    ensemble = helper.make_node(
        "TreeEnsembleRegressor",
        ["features"],
        ["moves"],
        domain="ai.onnx.ml",
        n_targets=len(boosters),
        post_transform="NONE",
        aggregate_function="SUM",
        **{f"nodes_{name}": values for name, values in nodes.items()},
        **{f"target_{name}": values for name, values in leaves.items()},
    )
    graph = helper.make_graph(
        [ensemble],
        "price",
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, [None, len(NAMES)])],
        [helper.make_tensor_value_info("moves", TensorProto.FLOAT, [None, len(boosters)])],
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=9, producer_name="mandi-mitra")
    onnx.checker.check_model(model)
    path.write_bytes(gzip.compress(model.SerializeToString(), 9, mtime=0))


NODE = (
    "treeids",
    "nodeids",
    "featureids",
    "modes",
    "values",
    "truenodeids",
    "falsenodeids",
    "missing_value_tracks_true",
)
LEAF = ("treeids", "nodeids", "ids", "weights")


def _tree(
    root: dict[str, Any], tree_id: int, target: int, nodes: dict[str, list[Any]], leaves: dict[str, list[Any]]
) -> None:
    numbered: list[dict[str, Any]] = []

    def number(node: dict[str, Any]) -> int:
        mine = len(numbered)
        numbered.append(node)
        if "leaf_value" not in node:
            node["left"], node["right"] = number(node["left_child"]), number(node["right_child"])
        return mine

    number(root)
    for at, node in enumerate(numbered):
        leaf = "leaf_value" in node
        if leaf:
            values = (tree_id, at, target, float(node["leaf_value"]))
            for name, value in zip(LEAF, values, strict=True):
                leaves[name].append(value)
        row: tuple[Any, ...] = (
            tree_id,
            at,
            0 if leaf else node["split_feature"],
            "LEAF" if leaf else "BRANCH_LEQ",
            0.0 if leaf else _float_below(node["threshold"]),
            0 if leaf else node["left"],
            0 if leaf else node["right"],
            0 if leaf else _missing_goes_left(node),
        )
        for name, told in zip(NODE, row, strict=True):
            nodes[name].append(told)


def _float_below(threshold: float) -> float:
    near = np.float32(min(threshold, float(np.finfo(np.float32).max)))  # "is it known at all" asks for 1e300
    return float(np.nextafter(near, np.float32(-np.inf)) if float(near) > threshold else near)


def _missing_goes_left(node: dict[str, Any]) -> int:
    # A feature that was never missing in training has no side for it: LightGBM then reads zero.
    return int(node["default_left"] if node["missing_type"] == "NaN" else node["threshold"] >= 0)


def check(path: Path, boosters: Sequence[Any], rows: np.ndarray[Any, Any]) -> float:
    """The largest difference between the file's answers and LightGBM's own."""
    session = onnxruntime.InferenceSession(gzip.decompress(path.read_bytes()))
    (said,) = session.run(None, {"features": rows.astype(np.float32)})
    wanted = np.column_stack([each.predict(rows.astype(np.float32).astype(np.float64)) for each in boosters])
    return float(np.abs(said - wanted).max())
