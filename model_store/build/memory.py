"""What a grader remembers of the questions that it was trained on: a linear head for each, found by likeness."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto

from model_store.build.graph import Graph
from model_store.build.relations import ANSWER, QUESTION, REFERENCE, Related

LIMITS = (0.97, 0.25, 0.4)
"""Of a whole encoder's vectors: `known`, the likeness from which question and reference count as the remembered ones
(another CPU's rounding stays above it); `far` and `akin`, cosines to the nearest question that was marked in points: up
to the first what was learnt of points says nothing, from the second on it counts alone. Nine in ten of SemEval's
questions lie below .29, of Mohler's own, each left out, above .45."""

Int8 = NDArray[np.int8]
Float = NDArray[np.float32]


@dataclass(frozen=True)
class Memory:
    """Heads of q questions, looked up by k keys (a question has one per reference), for c labels.

    A head scores label c of an answer with n hashed n-grams g and v, its mean vectors of the last and of the lower
    layer, each of length 1, side by side: prior + (v − centre) · vectors · vector_scale + Σ grams[g] · gram_scale / √n.
    """

    keys: Int8
    """(k, 2 · hidden): the directions of question and reference, side by side."""
    key_scale: Float
    """(k, 1)"""
    questions: NDArray[np.int64]
    """(k,): whose key it is."""
    prior: Float
    """(q, c)"""
    centre: Float
    """(q, 2 · hidden)"""
    vectors: Int8
    """(q, 2 · hidden, c)"""
    vector_scale: Float
    """(q, 1)"""
    grams: Int8
    """(q, buckets, c)"""
    gram_scale: Float
    """(q, 1)"""
    marked: Int8
    """(m, hidden): the directions of questions whose answers were marked in points."""
    marked_scale: Float
    """(m, 1)"""
    limits: NDArray[np.float64] = field(default_factory=lambda: np.array(LIMITS))
    """(3,): known, far, akin, as LIMITS has them."""


def packed(values: Float) -> tuple[Int8, Float]:
    """Values (n, …) as int8 with one scale per n, (n, 1)."""
    largest = np.abs(values).reshape(len(values), -1).max(axis=1) + 1e-12
    scale = (largest / 127).astype(np.float32)
    shape = (-1, *([1] * (values.ndim - 1)))
    return np.round(values / scale.reshape(shape)).astype(np.int8), scale.reshape(-1, 1)


def remembered(graph: Graph, memory: Memory, parts: Related) -> tuple[str, str]:
    """Scores (1, c) of the question's head, not-a-number where it is unknown, and [known, near] (1, 2)."""
    which, near = _nearest(graph, memory, parts)
    known = graph.op("Greater", [near, graph.scalar(float(memory.limits[0]))], "known")
    score = graph.op("Sum", [_row(graph, "prior", memory.prior, which), *_heard(graph, memory, parts, which)], "scored")
    scores = graph.op("Where", [known, score, graph.scalar(np.nan)], "scores")
    flag = graph.op("Cast", [known], "known.flag", to=TensorProto.FLOAT)
    return scores, graph.op("Concat", [flag, near], "near", axis=1)


def akin(graph: Graph, memory: Memory, parts: Related) -> str:
    """(1, 1): how far what was learnt of points applies to the question, 0..1."""
    keys = graph.constant("marked", (memory.marked * memory.marked_scale).astype(np.float32).T)
    likeness = graph.op("MatMul", [parts.means[QUESTION], keys], "marked.likeness")
    near = graph.op("ReduceMax", [likeness], "marked.near", axes=[1], keepdims=1)
    _, far, most = memory.limits.tolist()
    over = graph.op("Sub", [near, graph.scalar(far)], "marked.over")
    share = graph.op("Div", [over, graph.scalar(most - far)], "marked.share")
    return graph.op("Clip", [share, graph.scalar(0.0), graph.scalar(1.0)], "akin")


def _nearest(graph: Graph, memory: Memory, parts: Related) -> tuple[str, str]:
    """The remembered question whose key is nearest, (1,), and the mean cosine of questions and references, (1, 1)."""
    text = graph.op("Concat", [parts.means[QUESTION], parts.means[REFERENCE]], "key", axis=1)
    keys = graph.constant("keys", (memory.keys * memory.key_scale / 2).astype(np.float32).T)
    likeness = graph.op("MatMul", [text, keys], "likeness")
    near = graph.op("ReduceMax", [likeness], "nearness", axes=[1], keepdims=1)
    key = graph.op("ArgMax", [likeness], "nearest", axis=1, keepdims=0)
    return graph.op("Gather", [graph.constant("key.questions", memory.questions), key], "question"), near


def _heard(graph: Graph, memory: Memory, parts: Related, which: str) -> tuple[str, str]:
    """What the answer's vectors and its n-grams say, each (1, c)."""
    answer = graph.op("Concat", [parts.means[ANSWER], parts.lower], "answer", axis=1)
    apart = graph.op("Sub", [answer, _row(graph, "centre", memory.centre, which)], "answer.apart")
    head = graph.op("Squeeze", [_row(graph, "vector.heads", memory.vectors, which), graph.leading()], "vector.head")
    by_vector = graph.op(
        "MatMul", [apart, graph.op("Cast", [head], "vector.weights", to=TensorProto.FLOAT)], "by.vector"
    )
    scaled = graph.op("Mul", [by_vector, _row(graph, "vector.scale", memory.vector_scale, which)], "by.vector.scaled")
    rows = graph.op("Squeeze", [_row(graph, "gram.heads", memory.grams, which), graph.leading()], "gram.rows")
    mine = graph.op("Gather", [rows, graph.op("Squeeze", ["hashes", graph.leading()], "grams")], "gram.weights")
    weights = graph.op("Cast", [mine], "gram.floats", to=TensorProto.FLOAT)
    mean = graph.op("ReduceMean", [weights], "gram.mean", axes=[0], keepdims=1)
    return scaled, graph.op(
        "Mul", [_by_root(graph, mean), _row(graph, "gram.scale", memory.gram_scale, which)], "by.grams"
    )


def _by_root(graph: Graph, mean: str) -> str:
    """Mean · √n, which is sum / √n."""
    count = graph.op("Size", ["hashes"], "gram.count")
    root = graph.op("Sqrt", [graph.op("Cast", [count], "gram.number", to=TensorProto.FLOAT)], "gram.root")
    return graph.op("Mul", [mean, root], "gram.sum")


def _row(graph: Graph, name: str, values: NDArray[np.generic], which: str) -> str:
    return graph.op("Gather", [graph.constant(name, values), which], f"{name}.row")
