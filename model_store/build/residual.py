"""Outliers of the residual stream where it goes into the wide products, kept apart as `outliers` keeps GELU's."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from model_store.build.outliers import far_in

RESIDUAL: Mapping[str, tuple[int, ...]] = {
    "encoder.layer.0.": (63, 99),
    "encoder.layer.1.": (99,),
    "encoder.layer.2.": (99, 223),
    "encoder.layer.3.": (99, 223),
    "encoder.layer.4.": (99, 223),
    "encoder.layer.5.": (99, 223),
}
"""Of all-MiniLM-L6-v2, and of what was learnt on top of it: tests/build/test_outliers.py finds them again."""

LAYERS = {f"{layer}wide": layer for layer in RESIDUAL}
"""By the name of a wide product, its layer."""


def found_in_residual(graph: onnx.ModelProto, rows: Sequence[Sequence[int]]) -> dict[str, tuple[int, ...]]:
    """The outliers of a float graph of tokens, by layer, when it reads these rows."""
    return far_in(graph, {LAYERS[node.name]: node.input[0] for node in graph.graph.node if node.name in LAYERS}, rows)


def residual_apart(graph: onnx.ModelProto, in_float: Collection[str] = ()) -> onnx.ModelProto:
    """A graph that computes the same, the outliers beside the wide products that do not stay `in_float` anyway."""
    result = onnx.ModelProto()
    result.CopyFrom(graph)
    weights = {constant.name: constant for constant in result.graph.initializer}
    for product in [node for node in result.graph.node if node.name in LAYERS and node.name not in in_float]:
        _part(result.graph, product, LAYERS[product.name], numpy_helper.to_array(weights[product.input[1]]))
    return result


def few(layer: str) -> str:
    """The node that multiplies a layer's outliers, which stays in float."""
    return f"{layer}few.wide"


def _part(graph: onnx.GraphProto, product: onnx.NodeProto, layer: str, weight: NDArray[np.float32]) -> None:
    """Zeros instead of the outliers go into the product; what they give is added to what it gives."""
    mask, channels = np.ones(len(weight), np.float32), list(RESIDUAL[layer])
    mask[channels] = 0
    constants = {"wide.mask": mask, "wide.places": np.array(channels), "wide.weight": weight[channels]}
    graph.initializer.extend(numpy_helper.from_array(value, layer + name) for name, value in constants.items())
    before, after = _nodes(layer, product.input[0], product.output[0])
    product.input[0], product.output[0] = f"{layer}wide.rest", f"{layer}wide.most"
    place = list(graph.node).index(product)
    graph.node.insert(place + 1, after)
    for node in reversed(before):
        graph.node.insert(place, node)


def _nodes(layer: str, hidden: str, wide: str) -> tuple[list[onnx.NodeProto], onnx.NodeProto]:
    """What comes before the product, and what comes after it."""
    masked = helper.make_node("Mul", [hidden, f"{layer}wide.mask"], [f"{layer}wide.rest"], name=f"{layer}wide.rest")
    gathered = helper.make_node("Gather", [hidden, f"{layer}wide.places"], [f"{layer}wide.few"], axis=2)
    multiplied = helper.make_node("MatMul", [f"{layer}wide.few", f"{layer}wide.weight"], [few(layer)], name=few(layer))
    added = helper.make_node("Add", [f"{layer}wide.most", few(layer)], [wide], name=f"{layer}wide.whole")
    return [masked, gathered, multiplied], added
