"""The fused ONNX graph of a BERT encoder with a mean-pooling head, written straight from its weights.

Operators of onnxruntime's `com.microsoft` domain (docs/ContribOperators.md in its repository) do a layer's work in
four nodes: packed-QKV Attention, SkipLayerNormalization with bias, BiasGelu. There is no mask: a run holds one row,
so nothing is padded.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from model_store.build.merge import Weights

_FUSED = "com.microsoft"
OPSET = 17


class _Graph:
    """Nodes and constants as they are added; each method returns the name of what it made."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, NDArray[np.float32]] = {}

    def constant(self, name: str, value: NDArray[np.float32]) -> str:
        self.constants[name] = np.ascontiguousarray(value)
        return name

    def node(
        self, operator: str, inputs: Sequence[str], output: str, domain: str = _FUSED, **attributes: Any
    ) -> str:
        self.nodes.append(helper.make_node(operator, inputs, [output], name=output, domain=domain, **attributes))
        return output


def bert_graph(weights: Weights, heads: int, layer_norm_eps: float) -> onnx.ModelProto:
    """Inputs `input_ids` and `token_type_ids`, int32 (batch, length); output `logits`, float32 (batch, labels)."""
    graph = _Graph()
    hidden = _embeddings(graph, weights, layer_norm_eps)
    layers = 1 + max(int(name.split(".")[2]) for name in weights if name.startswith("encoder.layer."))
    for number in range(layers):
        hidden = _layer(graph, weights, number, hidden, heads, layer_norm_eps)
    _head(graph, weights, hidden)
    return _model(graph, labels=len(weights["head.classifier.bias"]))


def _embeddings(graph: _Graph, weights: Weights, eps: float) -> str:
    names = ["word_embeddings", "position_embeddings", "token_type_embeddings"]
    tables = [graph.constant(name, weights[f"embeddings.{name}.weight"]) for name in names]
    norm = [graph.constant(f"embeddings.{p}", weights[f"embeddings.LayerNorm.{p}"]) for p in ("weight", "bias")]
    inputs = ["input_ids", "token_type_ids", *tables, *norm]
    graph.nodes.append(
        helper.make_node(
            "EmbedLayerNormalization", inputs, ["embedded", "unused_mask"], name="embedded", domain=_FUSED, epsilon=eps
        )
    )
    return "embedded"


def _layer(graph: _Graph, weights: Weights, number: int, hidden: str, heads: int, eps: float) -> str:
    prefix = f"encoder.layer.{number}."

    def constant(part: str, transpose: bool = False) -> str:
        value = weights[prefix + part]
        return graph.constant(f"{number}.{part}", value.T if transpose else value)

    def norm(part: str, inputs: list[str], bias: str, output: str) -> str:
        scale = [constant(f"{part}.LayerNorm.weight"), constant(f"{part}.LayerNorm.bias")]
        return graph.node("SkipLayerNormalization", [*inputs, *scale, constant(bias)], output, epsilon=eps)

    packed = [np.concatenate([weights[f"{prefix}attention.self.{n}.{kind}"].T for n in ("query", "key", "value")], -1)
              for kind in ("weight", "bias")]
    qkv = [graph.constant(f"{number}.qkv.{kind}", value) for kind, value in zip(("weight", "bias"), packed, strict=True)]
    attended = graph.node("Attention", [hidden, *qkv], f"{number}.attended", num_heads=heads)
    projected = graph.node(
        "MatMul", [attended, constant("attention.output.dense.weight", True)], f"{number}.projected", domain=""
    )
    middle = norm("attention.output", [projected, hidden], "attention.output.dense.bias", f"{number}.middle")
    wide = graph.node("MatMul", [middle, constant("intermediate.dense.weight", True)], f"{number}.wide", domain="")
    active = graph.node("BiasGelu", [wide, constant("intermediate.dense.bias")], f"{number}.active")
    narrow = graph.node("MatMul", [active, constant("output.dense.weight", True)], f"{number}.narrow", domain="")
    return norm("output", [narrow, middle], "output.dense.bias", f"{number}.out")


def _head(graph: _Graph, weights: Weights, hidden: str) -> None:
    pooled = graph.node("ReduceMean", [hidden], "pooled", domain="", axes=[1], keepdims=0)
    for part in ("dense", "classifier"):
        for kind in ("weight", "bias"):
            graph.constant(f"head.{part}.{kind}", weights[f"head.{part}.{kind}"])
    dense = graph.node("Gemm", [pooled, "head.dense.weight", "head.dense.bias"], "dense", domain="", transB=1)
    active = graph.node("Tanh", [dense], "active", domain="")
    graph.node("Gemm", [active, "head.classifier.weight", "head.classifier.bias"], "logits", domain="", transB=1)


def _model(graph: _Graph, labels: int) -> onnx.ModelProto:
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT32, ["batch", "length"])
        for name in ("input_ids", "token_type_ids")
    ]
    outputs = [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", labels])]
    constants = [numpy_helper.from_array(value, name) for name, value in graph.constants.items()]
    body = helper.make_graph(graph.nodes, "lectern", inputs, outputs, constants)
    opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(_FUSED, 1)]
    return helper.make_model(body, opset_imports=opsets, ir_version=8)
