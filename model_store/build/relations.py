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
    novel = {of: graph.op("Sub", [graph.scalar(1.0), best[f"{of}.0"]], f"novel.{of}") for of in (REFERENCE, ANSWER)}
    found = [_cosine(graph, means, one, other) for one, other in ((2, 1), (2, 0), (1, 0))]
    for of, among in ((REFERENCE, ANSWER), (ANSWER, REFERENCE)):
        value, name = best[f"{of}.{among}"], f"{of}.{among}"
        found += [_mean(graph, value, of, name), _least(graph, value, of, name)]
        found.append(_weighted(graph, value, novel[of], of, name))
        found += [_close(graph, value, of, limit, name) for limit in CLOSE]
    found += [_mean(graph, best["2.0"], ANSWER, "2.0"), _mean(graph, best["1.0"], REFERENCE, "1.0")]
    low = _mean_vector(graph, ANSWER, graph.op("Squeeze", ["lower", graph.leading()], "lower.vector"), "lower")
    return Related(graph.op("Concat", [*found, "features"], "relations", axis=1), means, low)


def masks(graph: Graph) -> None:
    """`share.k` (1, length): 1/n on the n tokens of segment k; `word.k`: 1 on those that are no [CLS] or [SEP]."""
    special = [graph.op("Equal", ["input_ids", graph.scalar(token, np.int32)], f"is.{token}") for token in (101, 102)]
    plain = graph.op("Not", [graph.op("Or", special, "special")], "plain")
    for k in (QUESTION, REFERENCE, ANSWER):
        inside = graph.op("Equal", ["token_type_ids", graph.scalar(k, np.int32)], f"in.{k}")
        here = graph.op("Cast", [inside], f"here.{k}", to=TensorProto.FLOAT)
        graph.op("Div", [here, graph.total(here, f"count.{k}")], f"share.{k}")
        words = graph.op("And", [inside, plain], f"within.{k}")
        graph.op("Cast", [words], f"word.{k}", to=TensorProto.FLOAT)


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
    """(1, length): for every token, its best cosine with a word of segment `among`."""
    name = f"best.{of}.{among}"
    masked = graph.op("Where", [f"within.{among}", "similar", graph.scalar(-1.0)], f"{name}.masked")
    value = graph.op("ReduceMax", [masked], f"{name}.column", axes=[1], keepdims=1)
    return graph.op("Transpose", [value], name, perm=[1, 0])


def _mean(graph: Graph, value: str, of: int, name: str) -> str:
    return _weighted(graph, value, f"word.{of}", of, f"{name}.mean")


def _weighted(graph: Graph, value: str, weight: str, of: int, name: str) -> str:
    """(1, 1): the mean of `value` over the words of segment `of`, by `weight`."""
    weights = graph.op("Mul", [weight, f"word.{of}"], f"{name}.weights")
    upper = graph.total(graph.op("Mul", [value, weights], f"{name}.weighted"), f"{name}.upper")
    lower = graph.op("Add", [graph.total(weights, f"{name}.lower"), graph.scalar(1e-6)], f"{name}.positive")
    return graph.op("Div", [upper, lower], f"{name}.weighted.mean")


def _least(graph: Graph, value: str, of: int, name: str) -> str:
    masked = graph.op("Where", [f"within.{of}", value, graph.scalar(1.0)], f"{name}.others.one")
    return graph.op("ReduceMin", [masked], f"{name}.least", axes=[1], keepdims=1)


def _close(graph: Graph, value: str, of: int, limit: float, name: str) -> str:
    """The share of words that are found, with a soft edge, so that rounding on another CPU moves it little."""
    over = graph.op("Sub", [value, graph.scalar(limit)], f"{name}.over.{limit}")
    steep = graph.op(
        "Sigmoid", [graph.op("Mul", [over, graph.scalar(20.0)], f"{name}.steep.{limit}")], f"{name}.{limit}"
    )
    return _mean(graph, steep, of, f"{name}.{limit}")
