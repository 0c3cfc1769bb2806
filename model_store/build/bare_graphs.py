"""Graphs of a BERT encoder that end in vectors: each token's, or their mean in one of two forms."""

import numpy as np
import onnx

from model_store.build.graph import INT_ROW, Graph, Shape, embedded, encoded, finished, layer, layer_count
from model_store.build.merge import Weights


def encoder_graph(weights: Weights, heads: int, layer_norm_eps: float, lower: int = 0) -> onnx.ModelProto:
    """The bare encoder: `input_ids`, int32 (batch, length) → `vectors`, (batch, length, hidden).

    With `lower`, a second output of that name is what comes out of the first layers, as many as it says.
    """
    graph = Graph(weights)
    hidden = embedded(graph, "", layer_norm_eps)
    for number in range(layer_count(weights)):
        hidden = layer(graph, number, hidden, heads)
        if number + 1 == lower:
            graph.op("Identity", [hidden], "lower")
    graph.op("Identity", [hidden], "vectors")
    shape: Shape = ["batch", "length", len(weights["embeddings.LayerNorm.bias"])]
    outputs = {"vectors": shape} | ({"lower": shape} if lower else {})
    return finished(graph, {"input_ids": INT_ROW}, outputs)


def embedding_graph(weights: Weights, heads: int, layer_norm_eps: float) -> onnx.ModelProto:
    """A sentence's vector: `input_ids`, int32 (batch, length) → `logits`, (batch, hidden), means of length 1."""
    graph = Graph(weights)
    hidden = encoded(graph, "", heads, layer_norm_eps)
    pooled = graph.op("ReduceMean", [hidden], "pooled", axes=[1], keepdims=0)
    graph.op("LpNormalization", [pooled], "logits", axis=1, p=2)
    outputs: dict[str, Shape] = {"logits": ["batch", len(weights["embeddings.LayerNorm.bias"])]}
    return finished(graph, {"input_ids": INT_ROW}, outputs)


def pooled_graph(weights: Weights, heads: int, layer_norm_eps: float) -> onnx.ModelProto:
    """Inputs as of `bert_graph`; `logits`, (batch, 2 · hidden): the mean of the token vectors, the first word's."""
    graph = Graph(weights)
    hidden = encoded(graph, "token_type_ids", heads, layer_norm_eps)
    mean = graph.op("ReduceMean", [hidden], "mean", axes=[1], keepdims=0)
    place = graph.constant("first.place", np.array([1]))
    first = graph.op("Squeeze", [graph.op("Gather", [hidden, place], "first.word", axis=1), place], "first")
    graph.op("Concat", [mean, first], "logits", axis=1)
    width = 2 * len(weights["embeddings.LayerNorm.bias"])
    return finished(graph, {"input_ids": INT_ROW, "token_type_ids": INT_ROW}, {"logits": ["batch", width]})
