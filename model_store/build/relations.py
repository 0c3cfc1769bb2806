"""Relations between question (segment 0), reference (1) and answer (2) over the frozen encoder's vectors.

Token by token, each is matched with the most similar token of the other text, as in BERTScore (Zhang et al., 2020) and
ColBERT (Khattab and Zaharia, 2020): how much of the reference the answer covers, and how much of the answer the
reference supports, in all and beyond the question's words.
"""

from dataclasses import dataclass

import numpy as np
from onnx import TensorProto

from model_store.build.graph import Graph

QUESTION, REFERENCE, ANSWER = range(3)

CLOSE = (0.5, 0.6, 0.7, 0.8)
"""Cosines from which a token counts as found."""


@dataclass(frozen=True)
class Related:
    """Names in the graph: the relations (1, r), each segment's mean vector of length 1, (1, hidden), and the answer's
    of the lower layer.
    """

    relations: str
    means: tuple[str, str, str]
    lower: str


def related(graph: Graph) -> Related:
    """Add the relations of one row to a graph with all inputs of a grader but `hashes`."""
    masks(graph)
    _similarities(graph)
    means = _means(graph)
    best = {f"{of}.{among}": _best(graph, of, among) for of, among in ((1, 2), (2, 1), (1, 0), (2, 0))}
    found = [_cosine(graph, means, one, other) for one, other in ((2, 1), (2, 0), (1, 0))]
    for of, among in ((REFERENCE, ANSWER), (ANSWER, REFERENCE)):
        value, name = best[f"{of}.{among}"], f"{of}.{among}"
        mean, *close = _shares(graph, value, of, name)
        found += [mean, _least(graph, value, of, name), _novel(graph, value, best[f"{of}.0"], of, name), *close]
    found += [graph.op("MatMul", [f"even.{of}", best[f"{of}.0"]], f"{of}.0.mean") for of in (ANSWER, REFERENCE)]
    low = _mean_vector(graph, ANSWER, graph.op("Squeeze", ["lower", graph.leading()], "lower.vector"), "lower")
    return Related(graph.op("Concat", [*found, "features"], "relations", axis=1), means, low)


def masks(graph: Graph) -> None:
    """`share.k` (1, length): 1/n on the n tokens of segment k; `word.k`: 1 on those that are no [CLS] or [SEP];
    `even.k`: 1/n on these n words.
    """
    special = [graph.op("Equal", ["input_ids", graph.scalar(token, np.int32)], f"is.{token}") for token in (101, 102)]
    plain = graph.op("Not", [graph.op("Or", special, "special")], "plain")
    for k in (QUESTION, REFERENCE, ANSWER):
        inside = graph.op("Equal", ["token_type_ids", graph.scalar(k, np.int32)], f"in.{k}")
        here = graph.op("Cast", [inside], f"here.{k}", to=TensorProto.FLOAT)
        graph.op("Div", [here, graph.total(here, f"count.{k}")], f"share.{k}")
        words = graph.op("And", [inside, plain], f"within.{k}")
        word = graph.op("Cast", [words], f"word.{k}", to=TensorProto.FLOAT)
        graph.op("Div", [word, _positive(graph, word, f"words.{k}")], f"even.{k}")


def _similarities(graph: Graph) -> None:
    """`vector` (length, hidden), and `similar` (length, length): the cosine of every two tokens."""
    graph.op("Squeeze", ["vectors", graph.leading()], "vector")
    size = graph.op("ReduceL2", ["vector"], "size", axes=[1], keepdims=1)
    unit = graph.op("Div", ["vector", size], "unit")
    graph.op("MatMul", [unit, graph.op("Transpose", [unit], "unit.T", perm=[1, 0])], "similar")


def _means(graph: Graph) -> tuple[str, str, str]:
    question, reference, answer = (_mean_vector(graph, k, "vector", str(k)) for k in (QUESTION, REFERENCE, ANSWER))
    return question, reference, answer


def _mean_vector(graph: Graph, segment: int, vectors: str, name: str) -> str:
    """(1, hidden): the mean of a segment's vectors, of length 1."""
    mean = graph.op("MatMul", [f"share.{segment}", vectors], f"mean.{name}")
    return graph.op(
        "Div", [mean, graph.op("ReduceL2", [mean], f"mean.size.{name}", axes=[1], keepdims=1)], f"direction.{name}"
    )


def _cosine(graph: Graph, means: tuple[str, str, str], one: int, other: int) -> str:
    product = graph.op("Mul", [means[one], means[other]], f"product.{one}.{other}")
    return graph.total(product, f"cosine.{one}.{other}")


def _best(graph: Graph, of: int, among: int) -> str:
    """(length, 1): for every token, its best cosine with a word of segment `among`."""
    masked = graph.op("Where", [f"within.{among}", "similar", graph.scalar(-1.0)], f"best.{of}.{among}.masked")
    return graph.op("ReduceMax", [masked], f"best.{of}.{among}", axes=[1], keepdims=1)


def _shares(graph: Graph, value: str, of: int, name: str) -> list[str]:
    """The mean of `value` (length, 1) over the words of segment `of`, and the share of them that reach each of CLOSE.

    That has a soft edge, so that rounding on another CPU moves it little.
    """
    limits = graph.constant("close", np.array([CLOSE], np.float32))
    steep = graph.op("Mul", [graph.op("Sub", [value, limits], f"{name}.over"), graph.scalar(20.0)], f"{name}.steep")
    columns = graph.op("Concat", [value, graph.op("Sigmoid", [steep], f"{name}.close")], f"{name}.columns", axis=1)
    names = [f"{name}.mean", *(f"{name}.{limit}" for limit in CLOSE)]
    graph.split(graph.op("MatMul", [f"even.{of}", columns], f"{name}.shares"), names, [1] * len(names))
    return names


def _novel(graph: Graph, value: str, asked: str, of: int, name: str) -> str:
    """(1, 1): the mean of `value` over the words of segment `of`, each as far as the question lacks it."""
    lacking = graph.op("Sub", [graph.scalar(1.0), graph.op("Transpose", [asked], f"{name}.asked")], f"{name}.novel")
    weights = graph.op("Mul", [lacking, f"word.{of}"], f"{name}.weights")
    upper = graph.op("MatMul", [weights, value], f"{name}.weighted")
    return graph.op("Div", [upper, _positive(graph, weights, f"{name}.lower")], f"{name}.weighted.mean")


def _positive(graph: Graph, row: str, name: str) -> str:
    """The sum of a row, a little more so that it may stand under a line."""
    return graph.op("Add", [graph.total(row, name), graph.scalar(1e-6)], f"{name}.positive")


def _least(graph: Graph, value: str, of: int, name: str) -> str:
    row = graph.op("Transpose", [value], f"{name}.row")
    masked = graph.op("Where", [f"within.{of}", row, graph.scalar(1.0)], f"{name}.others.one")
    return graph.op("ReduceMin", [masked], f"{name}.least", axes=[1], keepdims=1)
