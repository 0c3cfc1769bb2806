"""The grader's graph: three experts on one pass over the frozen encoder's vectors, blended by how known a question is.

A fine-tuned cross-encoder learns the topics that it was trained on, and a comparison of answer and reference over
frozen vectors carries over to new ones: each wins where the other fails. So the graph holds a cross-encoder (the upper
layers, fine-tuned), gradient-boosted trees over relations between the texts, and for each question of the training
data a linear head over the answer's vector and n-grams, whose opinion the trees take in. How near question and
reference lie to trained ones decides how much each counts (Jacobs et al., 1991, Adaptive Mixtures of Local Experts).
"""

from dataclasses import dataclass

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto

from functions.grading.features import LEXICAL
from model_store.build.ensemble import Trees, trees
from model_store.build.graph import INT_ROW, Graph, Input, finished, layer
from model_store.build.memory import Memory, akin, remembered
from model_store.build.merge import Weights
from model_store.build.relations import masks, related

INPUTS: dict[str, Input] = {
    "input_ids": INT_ROW,
    "token_type_ids": INT_ROW,
    "vectors": (TensorProto.FLOAT, ["batch", "length", "hidden"]),
    "lower": (TensorProto.FLOAT, ["batch", "length", "hidden"]),
    "features": (TensorProto.FLOAT, ["batch", LEXICAL]),
    "hashes": (TensorProto.INT32, ["batch", "grams"]),
}

LABELS = 3


@dataclass(frozen=True)
class Grader:
    """What the graph is made of. `depth`: of how many of the base's layers the encoder is, 0 for all; `layers`: those
    of the cross-encoder. `blend` (4, 3): how the weights of the three label logits' parts follow from [1, whether the
    question is known, how near it is]: rows are cross, trees, bias of 'contradictory', scale.
    """

    weights: Weights
    depth: int
    layers: tuple[int, ...]
    heads: int
    memory: Memory
    trees: Trees
    blend: NDArray[np.float32]


def grader_graph(grader: Grader) -> onnx.ModelProto:
    """INPUTS of one row → `logits` (1, 5): of the labels, the credit (0..1) in points, 1 if the question is known."""
    graph = Graph(grader.weights)
    relations, remembered_, near, akin_ = _compared(graph, grader.memory)
    opinions = trees(graph, grader.trees, [relations, remembered_])
    cross = _cross(graph, grader)
    _blended(graph, grader.blend, cross, opinions, near, akin_)
    return finished(graph, INPUTS, {"logits": ["batch", LABELS + 2]})


def experts_graph(grader: Grader) -> onnx.ModelProto:
    """INPUTS → `logits` (1, 10): of the cross-encoder (3), of the trees (3), their credit, [known, near], akin."""
    graph = Graph(grader.weights)
    relations, scores, near, akin_ = _compared(graph, grader.memory)
    opinions = trees(graph, grader.trees, [relations, scores])
    graph.op("Concat", [_cross(graph, grader), opinions, near, akin_], "logits", axis=1)
    return finished(graph, INPUTS, {"logits": ["batch", 2 * LABELS + 4]})


def cross_graph(grader: Grader) -> onnx.ModelProto:
    """The cross-encoder alone: `logits` (1, 3), as transformers can answer for itself."""
    graph = Graph(grader.weights)
    masks(graph)
    graph.op("Identity", [_cross(graph, grader)], "logits")
    return finished(graph, INPUTS, {"logits": ["batch", LABELS]})


def relations_graph(memory: Memory) -> onnx.ModelProto:
    """INPUTS → `seen` (1, n): what the trees see, then [known, near]; training measures with it."""
    graph = Graph({})
    relations, remembered_, near, _ = _compared(graph, memory)
    graph.op("Concat", [relations, remembered_, near], "seen", axis=1)
    return finished(graph, INPUTS, {"seen": ["batch", "seen"]})


def _compared(graph: Graph, memory: Memory) -> tuple[str, str, str, str]:
    """Relations (1, r), what the memory says (1, 3), [known, near] (1, 2), and how akin to marked questions (1, 1)."""
    parts = related(graph)
    scores, near = remembered(graph, memory, parts)
    return parts.relations, scores, near, akin(graph, memory, parts)


def _cross(graph: Graph, grader: Grader) -> str:
    """Logits (1, 3) of the fine-tuned layers over the question's mean, the reference and the answer side by side."""
    last = _last_of_question(graph)
    types, *shares = (_from(graph, name, last) for name in ("token_type_ids", "share.1", "share.2"))
    kinds = graph.op("Gather", [graph.constant("head.segments"), types], "kinds")
    hidden = graph.op("Add", [_together(graph, last), kinds], "together")
    for number in grader.layers:
        hidden = layer(graph, number, hidden, grader.heads)
    tokens = graph.op("Squeeze", [hidden, graph.leading()], "tokens")
    everything = graph.op("ReduceMean", [tokens], "pooled", axes=[0], keepdims=1)
    reference, answer = (graph.op("MatMul", [share, tokens], f"pooled.{share}") for share in shares)
    apart = graph.op("Sub", [reference, answer], "apart")
    parts = [everything, graph.op("Abs", [apart], "distance")]
    parts.append(graph.op("Mul", [reference, answer], "product"))
    pooled = graph.op("Concat", parts, "head.input", axis=1)
    dense, classifier = (
        [graph.constant(f"head.{part}.{kind}") for kind in ("weight", "bias")] for part in ("dense", "classifier")
    )
    active = graph.op("Tanh", [graph.node("Gemm", [pooled, *dense], "dense", domain="", transB=1)], "active")
    return graph.op("Gemm", [active, *classifier], "cross", transB=1)


def _last_of_question(graph: Graph) -> str:
    """(1,): the place of the question's last token, where its mean stands for all of it."""
    question = graph.op("Cast", ["in.0"], "of.question", to=TensorProto.INT64)
    count = graph.op("ReduceSum", [question, _place(graph, 1)], "question.tokens", keepdims=0)
    return graph.op("Sub", [count, _place(graph, 1)], "question.last")


def _together(graph: Graph, last: str) -> str:
    """(1, n, hidden): the mean of the question's lower vectors, then the reference's and the answer's."""
    mean = graph.op("MatMul", ["share.0", "lower"], "question.mean")
    after = graph.op("Add", [last, _place(graph, 1)], "question.end")
    return graph.op("Concat", [mean, _from(graph, "lower", after)], "row", axis=1)


def _from(graph: Graph, name: str, start: str) -> str:
    """A tensor (1, length, …) from a token on."""
    end = _place(graph, np.iinfo(np.int64).max)
    return graph.op("Slice", [name, start, end, _place(graph, 1)], f"{name}.rest")


def _place(graph: Graph, number: int) -> str:
    return graph.constant(f"place.{number}", np.array([number]))


def _blended(graph: Graph, blend: NDArray[np.float32], cross: str, opinions: str, near: str, akin_: str) -> None:
    """Logits = scale · (cross share · log p(cross) + trees share · log p(trees) + bias), and the credit."""
    one = graph.constant("one", np.ones((1, 1), np.float32))
    familiarity = graph.op("Concat", [one, near], "familiarity", axis=1)
    known = graph.op("Gather", [near, graph.constant("known.place", np.array([0]))], "known.one", axis=1)
    shares = graph.op("Gemm", [familiarity, graph.constant("blend", blend)], "shares", transB=1)
    parts = [f"part.{name}" for name in ("cross", "trees", "bias", "scale")]
    graph.split(shares, parts, [1, 1, 1, 1])
    said = ["tree.labels", "tree.credit"]
    graph.split(opinions, said, [LABELS, 1])
    sums = [
        graph.op("Mul", [share, graph.node("LogSoftmax", [logits], f"log.{name}", domain="", axis=1)], name)
        for name, share, logits in (("sum.cross", parts[0], cross), ("sum.trees", parts[1], said[0]))
    ]
    tilt = graph.op("Mul", [parts[2], graph.constant("contradictory", np.array([[0, 1, 0]], np.float32))], "tilt")
    total = graph.op("Sum", [*sums, tilt], "total")
    labels = graph.op("Mul", [total, parts[3]], "labels")
    graph.op("Concat", [labels, _credit(graph, labels, said[1], akin_), known], "logits", axis=1)


def _credit(graph: Graph, labels: str, learnt: str, akin_: str) -> str:
    """(1, 1): the trees' credit as far as they learnt of such questions, else the chance of 'correct'."""
    chances = graph.node("Softmax", [labels], "chances", domain="", axis=1)
    correct = graph.op("Gather", [chances, graph.constant("correct.place", np.array([0]))], "chance.correct", axis=1)
    more = graph.op("Mul", [akin_, graph.op("Sub", [learnt, correct], "credit.apart")], "credit.more")
    return graph.op("Add", [correct, more], "credit")
