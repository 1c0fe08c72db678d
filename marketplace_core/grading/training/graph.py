"""Writing ONNX files: weights stored in half precision, a card of plain JSON inside."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

OPSET, IR = 18, 9


class Graph:
    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []
        self._count = 0

    def node(self, operator: str, *inputs: str, **attributes: Any) -> str:
        """The name of its output."""
        self._count += 1
        out = f"{operator}_{self._count}"
        self.nodes.append(helper.make_node(operator, list(inputs), [out], **attributes))
        return out

    def constant(self, value: Any) -> str:
        self._count += 1
        name = f"constant_{self._count}"
        self.weights.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def weight(self, value: NDArray[np.float32]) -> str:
        """Half the bytes in the file; whoever opens it computes in floats all the same."""
        return self.node("Cast", self.constant(value.astype(np.float16)), to=TensorProto.FLOAT)

    def named(self, inner: str, outer: str) -> None:
        self.nodes.append(helper.make_node("Identity", [inner], [outer]))

    def write(
        self, file: Path, inputs: Sequence[Any], outputs: Mapping[str, Sequence[Any]], card: Mapping[str, Any]
    ) -> None:
        graph = helper.make_graph(
            self.nodes,
            file.stem,
            list(inputs),
            [
                helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
                for name, shape in outputs.items()
            ],
            self.weights,
        )
        made = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", OPSET)],
            ir_version=IR,
            producer_name="mandi-mitra",
        )
        helper.set_model_props(made, {key: json.dumps(value) for key, value in sorted(card.items())})
        onnx.checker.check_model(made)
        file.write_bytes(made.SerializeToString(deterministic=True))
