"""The few channels of a layer that reach far above all others, kept apart from what becomes int8.

One scale per tensor and run is set by its greatest number: a single channel of GELU at 25, where the others stay below
6, costs all of them two bits. Their products are added in float: Dettmers et al. (2022), LLM.int8().
"""

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

OUTLIERS: Mapping[str, tuple[int, ...]] = {
    "encoder.layer.0.": (856,),
    "encoder.layer.1.": (607,),
    "encoder.layer.2.": (218, 1004),
    "encoder.layer.3.": (358,),
}
"""Of all-MiniLM-L6-v2, and of what was learnt on top of it: tests/build/test_outliers.py finds them again."""

WIDTH = 1536
"""Channels of its feed-forward layers; a layer that was cut down to fewer has others, and keeps none apart."""

FAR, OTHERS = 2.0, 5
"""An outlier's greatest value is more than so many times that of the channel in this place."""


def found_in(graph: onnx.ModelProto, rows: Sequence[Sequence[int]]) -> dict[str, tuple[int, ...]]:
    """The outliers of a float graph of tokens, by layer, when it reads these rows."""
    active = [
        node.name for node in graph.graph.node if node.name.startswith("encoder.layer.") and node.op_type == "Gelu"
    ]
    return far_in(graph, {name.removesuffix("active"): name for name in active}, rows)


def far_in(
    graph: onnx.ModelProto, values: Mapping[str, str], rows: Sequence[Sequence[int]]
) -> dict[str, tuple[int, ...]]:
    """The channels (last axis) of some values of a graph, by what these are called here, that reach FAR."""
    probe = onnx.ModelProto()
    probe.CopyFrom(graph)
    names = list(values.values())
    probe.graph.output.extend(helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in names)
    session = onnxruntime.InferenceSession(probe.SerializeToString())
    runs = [session.run(names, {"input_ids": np.array([row], np.int32)}) for row in rows]
    most = [np.max([np.abs(run[place][0]).max(axis=0) for run in runs], axis=0) for place in range(len(names))]
    far = [np.flatnonzero(reached > FAR * np.sort(reached)[-OTHERS]) for reached in most]
    return {name: tuple(map(int, one)) for name, one in zip(values, far, strict=True) if len(one)}


def kept_apart(graph: onnx.ModelProto, in_float: Collection[str] = ()) -> onnx.ModelProto:
    """A graph of `model_store.build.graph`'s layers that computes the same, outliers beside the large products.

    Products that stay `in_float` anyway are left as they are.
    """
    result = onnx.ModelProto()
    result.CopyFrom(graph)
    for layer, weight in known_in(graph).items():
        if f"{layer}narrow" not in in_float:
            _part(result.graph, layer, numpy_helper.to_array(weight), list(OUTLIERS[layer]))
    return result


def known_in(graph: onnx.ModelProto) -> dict[str, TensorProto]:
    """The weights of the layers whose outliers are known, by layer."""
    weights = {constant.name: constant for constant in graph.graph.initializer}
    there = {layer: weights.get(f"{layer}output.dense.weight") for layer in OUTLIERS}
    return {layer: weight for layer, weight in there.items() if weight is not None and weight.dims[0] == WIDTH}


def few(layer: str) -> str:
    """The node that multiplies a layer's outliers, which stays in float."""
    return f"{layer}few.narrow"


def _part(graph: onnx.GraphProto, layer: str, weight: NDArray[np.float32], channels: list[int]) -> None:
    """Zeros instead of the outliers go into the large product; what they give is added to the residual."""
    mask = np.ones(WIDTH, np.float32)
    mask[channels] = 0
    constants = {"rest.mask": mask, "few.places": np.array(channels), "few.weight": weight[channels]}
    graph.initializer.extend(numpy_helper.from_array(value, layer + name) for name, value in constants.items())
    nodes = {node.name: node for node in graph.node}
    added = nodes[f"{layer}output.added"]
    _replace(nodes[f"{layer}narrow"], f"{layer}active", f"{layer}rest")
    residual = added.input[1]
    _replace(added, residual, f"{layer}residual")
    before = list(graph.node).index(nodes[f"{layer}narrow"])
    for place, node in enumerate(_nodes(layer, residual)):
        graph.node.insert(before + place, node)


def _nodes(layer: str, residual: str) -> list[onnx.NodeProto]:
    active = f"{layer}active"
    made = [
        ("Gather", [active, f"{layer}few.places"], f"{layer}few"),
        ("MatMul", [f"{layer}few", f"{layer}few.weight"], few(layer)),
        ("Add", [residual, few(layer)], f"{layer}residual"),
        ("Mul", [active, f"{layer}rest.mask"], f"{layer}rest"),
    ]
    nodes = [helper.make_node(kind, inputs, [output], name=output) for kind, inputs, output in made]
    nodes[0].attribute.append(helper.make_attribute("axis", 2))
    return nodes


def _replace(node: onnx.NodeProto, old: str, new: str) -> None:
    node.input[list(node.input).index(old)] = new
