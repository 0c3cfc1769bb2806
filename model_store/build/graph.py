"""The fused ONNX graphs of a BERT encoder, bare or with a mean-pooling head, written straight from its weights.

Operators of onnxruntime's `com.microsoft` domain (docs/ContribOperators.md in its repository) do a layer's work in
a few nodes: packed-QKV Attention, Gelu. There is no mask: a run holds one row, so nothing is padded.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from model_store.build.merge import Weights

_FUSED = "com.microsoft"
OPSET = 17
_OPSETS = {"": OPSET, _FUSED: 1, "ai.onnx.ml": 3}

Shape = list[str | int]
Input = tuple[int, Shape]
"""Element type and shape of an input."""

INT_ROW: Input = (TensorProto.INT32, ["batch", "length"])


class Graph:
    """Nodes and constants as they are added; each method returns the name of what it made."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, NDArray[Any]] = {}

    def constant(self, name: str, value: NDArray[Any] | None = None) -> str:
        """A constant; the weight of that name where no value is given."""
        self.constants[name] = np.ascontiguousarray(self.weights[name] if value is None else value)
        return name

    def transposed(self, name: str) -> str:
        """The weight (out, in) of a linear layer as (in, out), as MatMul takes it."""
        return self.constant(name, self.weights[name].T)

    def node(self, operator: str, inputs: Sequence[str], output: str, domain: str = _FUSED, **attributes: Any) -> str:
        """A node with one output."""
        self.nodes.append(helper.make_node(operator, inputs, [output], name=output, domain=domain, **attributes))
        return output

    def op(self, operator: str, inputs: Sequence[str], output: str, **attributes: Any) -> str:
        """A node of ONNX's own domain."""
        return self.node(operator, inputs, output, domain="", **attributes)

    def scalar(self, value: float, kind: type[np.generic] = np.float32) -> str:
        """A constant of one number."""
        return self.constant(f"number.{kind.__name__}.{value}", np.array(value, dtype=kind))

    def leading(self) -> str:
        """The axes that Squeeze takes away: the first, of a batch of one."""
        return self.constant("leading", np.array([0]))

    def total(self, value: str, output: str) -> str:
        """The sum of a row (1, n), as (1, 1)."""
        return self.op("ReduceSum", [value, self.constant("rows", np.array([1]))], output, keepdims=1)

    def split(self, value: str, outputs: Sequence[str], sizes: Sequence[int]) -> None:
        """A row (1, n) cut into rows of these sizes."""
        cuts = self.constant(f"{value}.sizes", np.array(sizes))
        self.nodes.append(helper.make_node("Split", [value, cuts], outputs, name=f"{value}.split", axis=1))


def bert_graph(weights: Weights, heads: int, layer_norm_eps: float) -> onnx.ModelProto:
    """Inputs `input_ids` and `token_type_ids`, int32 (batch, length); output `logits`, float32 (batch, labels).

    `heads` are the base's; a layer that has lost some keeps their size.
    """
    graph = Graph(weights)
    hidden = encoded(graph, "token_type_ids", heads, layer_norm_eps)
    _head(graph, hidden)
    labels = len(weights["head.classifier.bias"])
    return finished(graph, {"input_ids": INT_ROW, "token_type_ids": INT_ROW}, {"logits": ["batch", labels]})


def span_graph(weights: Weights, heads: int, layer_norm_eps: float) -> onnx.ModelProto:
    """Inputs as of `bert_graph`, of one row; `logits`, (1, 2 · length): a start and an end of each token in turn."""
    graph = Graph(weights)
    hidden = encoded(graph, "token_type_ids", heads, layer_norm_eps)
    tokens = graph.op("Squeeze", [hidden, graph.leading()], "tokens")
    spans = graph.op("Gemm", [tokens, graph.constant("head.span.weight")], "spans", transB=1)
    graph.op("Flatten", [spans], "logits", axis=0)
    return finished(graph, {"input_ids": INT_ROW, "token_type_ids": INT_ROW}, {"logits": [1, "twice_length"]})


def encoded(graph: Graph, segments: str, heads: int, layer_norm_eps: float) -> str:
    """Every layer after the embeddings: vectors (batch, length, hidden); `segments` names an input, '' for none."""
    hidden = embedded(graph, segments, layer_norm_eps)
    for number in range(layer_count(graph.weights)):
        hidden = layer(graph, number, hidden, heads)
    return hidden


def layer_count(weights: Weights) -> int:
    """Layers of the encoder that the weights hold, by the highest number."""
    return 1 + max(int(name.split(".")[2]) for name in weights if name.startswith("encoder.layer."))


def layer(graph: Graph, number: int, hidden: str, heads: int) -> str:
    """One Transformer layer over `hidden` (batch, length, hidden)."""
    name = f"encoder.layer.{number}."
    return _feed_forward(graph, name, _attention(graph, name, hidden, heads))


def embedded(graph: Graph, types: str, eps: float) -> str:
    """The sum of the embeddings, normed. Without an input of `types` each token is of the first, added to positions."""
    words, positions, kinds = (f"embeddings.{name}_embeddings.weight" for name in ("word", "position", "token_type"))
    if types:
        tables = [graph.constant(words), graph.constant(positions), graph.constant(kinds)]
    else:
        shifted = graph.weights[positions] + graph.weights[kinds][0]
        tables = [graph.constant(words), graph.constant(positions, shifted), ""]
    norm = [graph.constant(f"embeddings.LayerNorm.{kind}") for kind in ("weight", "bias")]
    graph.nodes.append(
        helper.make_node(
            "EmbedLayerNormalization",
            ["input_ids", types, *tables, *norm],
            ["embedded", "unused_mask_index"],
            name="embedded",
            domain=_FUSED,
            epsilon=eps,
        )
    )
    return "embedded"


def _attention(graph: Graph, layer: str, hidden: str, heads: int) -> str:
    wide, hidden_size = graph.weights[f"{layer}attention.self.query.weight"].shape
    left = wide * heads // hidden_size
    attended = graph.node("Attention", [hidden, *_packed(graph, layer)], f"{layer}attended", num_heads=left)
    weight = graph.transposed(f"{layer}attention.output.dense.weight")
    projected = graph.node("MatMul", [attended, weight], f"{layer}projected", domain="")
    return _added_and_normed(graph, f"{layer}attention.output", projected, hidden)


def _packed(graph: Graph, layer: str) -> list[str]:
    """Query, key and value side by side: weight (in, 3 · out) and bias (3 · out)."""
    parts = [f"{layer}attention.self.{name}" for name in ("query", "key", "value")]
    weight = np.concatenate([graph.weights[f"{part}.weight"].T for part in parts], axis=1)
    bias = np.concatenate([graph.weights[f"{part}.bias"] for part in parts])
    return [graph.constant(f"{layer}qkv.weight", weight), graph.constant(f"{layer}qkv.bias", bias)]


def _feed_forward(graph: Graph, layer: str, hidden: str) -> str:
    """The bias stands apart from GELU, for the quantised product takes it in."""
    weight = graph.transposed(f"{layer}intermediate.dense.weight")
    wide = graph.node("MatMul", [hidden, weight], f"{layer}wide", domain="")
    biased = graph.op("Add", [wide, graph.constant(f"{layer}intermediate.dense.bias")], f"{layer}wide.biased")
    active = graph.node("Gelu", [biased], f"{layer}active")
    weight = graph.transposed(f"{layer}output.dense.weight")
    narrow = graph.node("MatMul", [active, weight], f"{layer}narrow", domain="")
    return _added_and_normed(graph, f"{layer}output", narrow, hidden)


def _added_and_normed(graph: Graph, part: str, value: str, residual: str) -> str:
    """Layer normalisation in steps: onnxruntime's own is not vectorised, and takes several times as long.

    The bias comes first, for the quantised product takes it in. The epsilon is the operator's, 1e-9 of a deviation.
    """
    weight, shift, bias = (
        graph.constant(f"{part}.{name}") for name in ("LayerNorm.weight", "LayerNorm.bias", "dense.bias")
    )
    biased = graph.op("Add", [value, bias], f"{part}.biased")
    added = graph.op("Add", [biased, residual], f"{part}.added")
    normed = graph.op("MeanVarianceNormalization", [added], f"{part}.normed", axes=[2])
    return graph.op("Add", [graph.op("Mul", [normed, weight], f"{part}.scaled"), shift], f"{part}.out")


def _head(graph: Graph, hidden: str) -> None:
    pooled = graph.node("ReduceMean", [hidden], "pooled", domain="", axes=[1], keepdims=0)
    dense, classifier = (
        [graph.constant(f"head.{part}.{kind}") for kind in ("weight", "bias")] for part in ("dense", "classifier")
    )
    wide = graph.node("Gemm", [pooled, *dense], "dense", domain="", transB=1)
    active = graph.node("Tanh", [wide], "active", domain="")
    graph.node("Gemm", [active, *classifier], "logits", domain="", transB=1)


def finished(graph: Graph, inputs: Mapping[str, Input], outputs: Mapping[str, Shape]) -> onnx.ModelProto:
    """The model of these nodes; its outputs are float32."""
    taken = [helper.make_tensor_value_info(name, kind, size) for name, (kind, size) in inputs.items()]
    given = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in outputs.items()]
    constants = [numpy_helper.from_array(value, name) for name, value in graph.constants.items()]
    body = helper.make_graph(graph.nodes, "lectern", taken, given, constants)
    opsets = [helper.make_opsetid(domain, version) for domain, version in _OPSETS.items()]
    return helper.make_model(body, opset_imports=opsets, ir_version=8)
