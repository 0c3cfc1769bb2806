"""The grader's graph against the same formulas in plain numpy, on random vectors."""

import dataclasses

import numpy as np
import onnx
import onnxruntime
import pytest
from numpy.typing import NDArray
from onnx import TensorProto

from functions.grading.features import BUCKETS, LEXICAL
from model_store.build.ensemble import Trees, trees
from model_store.build.grader import INPUTS, Grader, cross_graph, relations_graph
from model_store.build.graph import Graph, finished
from model_store.build.memory import Memory, akin, packed
from model_store.build.relations import CLOSE, related

HIDDEN, LABELS = 12, 3
Row = dict[str, NDArray[np.generic]]


def row(chance: np.random.Generator, lengths: tuple[int, int, int], hashes: list[int]) -> Row:
    ids, kinds = [], []
    for kind, length in enumerate(lengths):
        ids += [101, *chance.integers(1000, 2000, length).tolist(), 102]
        kinds += [kind] * (length + 2)
    return {
        "input_ids": np.array([ids], np.int32),
        "token_type_ids": np.array([kinds], np.int32),
        "vectors": chance.normal(size=(1, len(ids), HIDDEN)).astype(np.float32),
        "lower": chance.normal(size=(1, len(ids), HIDDEN)).astype(np.float32),
        "features": chance.normal(size=(1, LEXICAL)).astype(np.float32),
        "hashes": np.array([hashes], np.int32),
    }


def unit(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(values / np.linalg.norm(values, axis=-1, keepdims=True))


def parts(given: Row) -> tuple[list[NDArray[np.float64]], list[NDArray[np.float64]]]:
    """Per segment: word vectors of length 1, and the direction of the mean over all of its tokens."""
    vectors, kinds, ids = given["vectors"][0].astype(float), given["token_type_ids"][0], given["input_ids"][0]
    inside = [vectors[(kinds == k) & (ids != 101) & (ids != 102)] for k in range(3)]
    return [unit(words) for words in inside], [unit(vectors[kinds == k].mean(axis=0)) for k in range(3)]


def expected_relations(given: Row) -> list[float]:
    (question, reference, answer), (q, r, a) = parts(given)
    found = [a @ r, a @ q, r @ q]
    for of, among in ((reference, answer), (answer, reference)):
        best, new = (of @ among.T).max(axis=1), 1 - (of @ question.T).max(axis=1)
        found += [best.mean(), best.min(), (best * new).sum() / (new.sum() + 1e-6)]
        found += [(1 / (1 + np.exp(-20 * (best - limit)))).mean() for limit in CLOSE]
    found += [(answer @ question.T).max(axis=1).mean(), (reference @ question.T).max(axis=1).mean()]
    return [*found, *given["features"][0]]


@pytest.fixture
def memory() -> Memory:
    """Two questions; the first has two references."""
    chance = np.random.default_rng(7)
    keys, key_scale = packed(
        np.concatenate([unit(chance.normal(size=(3, HIDDEN))) for _ in range(2)], axis=1).astype(np.float32)
    )
    vectors, vector_scale = packed(chance.normal(size=(2, 2 * HIDDEN, LABELS)).astype(np.float32))
    grams, gram_scale = packed(chance.normal(size=(2, BUCKETS, LABELS)).astype(np.float32))
    prior = chance.random((2, LABELS)).astype(np.float32)
    centre = chance.normal(size=(2, 2 * HIDDEN)).astype(np.float32)
    heads = (vectors, vector_scale, grams, gram_scale)
    marked = packed(unit(chance.normal(size=(2, HIDDEN))).astype(np.float32))
    return Memory(keys, key_scale, np.array([0, 0, 1]), prior, centre, *heads, *marked)


def seen(memory: Memory, given: Row) -> NDArray[np.float32]:
    session = onnxruntime.InferenceSession(relations_graph(memory).SerializeToString())
    result: NDArray[np.float32] = session.run(None, {node.name: given[node.name] for node in session.get_inputs()})[0][
        0
    ]
    return result


@pytest.mark.parametrize("lengths", [(3, 5, 7), (1, 1, 1), (4, 9, 2)])
def test_relations_are_those_of_plain_numpy(memory: Memory, lengths: tuple[int, int, int]) -> None:
    given = row(np.random.default_rng(sum(lengths)), lengths, [1])
    wanted = expected_relations(given)
    assert seen(memory, given)[: len(wanted)] == pytest.approx(wanted, abs=1e-4)


def test_an_unknown_question_has_no_memory(memory: Memory) -> None:
    answer = seen(memory, row(np.random.default_rng(1), (3, 4, 5), [5]))
    assert np.isnan(answer[-5:-2]).all()
    assert answer[-2] == 0


@pytest.mark.parametrize(("key", "question"), [(0, 0), (1, 0), (2, 1)])
def test_a_known_question_is_scored_by_its_own_head(memory: Memory, key: int, question: int) -> None:
    given = row(np.random.default_rng(2), (2, 3, 4), [17, 99, 4000])
    known = memory.keys[key] * memory.key_scale[key]
    for segment, direction in enumerate((known[:HIDDEN], known[HIDDEN:])):
        given["vectors"][0][given["token_type_ids"][0] == segment] = direction
    _, (_, _, a) = parts(given)
    low = unit(given["lower"][0].astype(float)[given["token_type_ids"][0] == 2].mean(axis=0))
    grams = memory.grams[question, [17, 99, 4000]] * memory.gram_scale[question]
    wanted = memory.prior[question] + grams.sum(axis=0) / np.sqrt(3)
    wanted = wanted + (np.concatenate([a, low]) - memory.centre[question]) @ (
        memory.vectors[question] * memory.vector_scale[question]
    )
    answer = seen(memory, given)
    assert answer[-5:-2] == pytest.approx(wanted, abs=1e-3)
    assert answer[-2:] == pytest.approx([1, 1], abs=0.01)


@pytest.mark.parametrize(("cosine", "share"), [(0.1, 0.0), (0.25, 0.0), (0.325, 0.5), (0.4, 1.0), (0.9, 1.0)])
def test_a_question_is_akin_to_marked_ones_by_its_cosine(memory: Memory, cosine: float, share: float) -> None:
    given = row(np.random.default_rng(3), (2, 3, 4), [5])
    one, other = np.zeros(HIDDEN), np.zeros(HIDDEN)
    one[0] = other[1] = 1
    alone = dataclasses.replace(
        memory, marked=np.array([one * 127], np.int8), marked_scale=np.array([[1 / 127]], np.float32)
    )
    given["vectors"][0][given["token_type_ids"][0] == 0] = cosine * one + np.sqrt(1 - cosine**2) * other
    graph = Graph({})
    akin(graph, alone, related(graph))
    session = onnxruntime.InferenceSession(finished(graph, INPUTS, {"akin": ["batch", 1]}).SerializeToString())
    feed = {node.name: given[node.name] for node in session.get_inputs()}
    assert session.run(None, feed)[0][0, 0] == pytest.approx(share, abs=0.01)


def test_the_cross_encoder_sees_a_question_as_the_mean_of_its_vectors(memory: Memory) -> None:
    chance = np.random.default_rng(5)
    given, shapes = row(chance, (6, 3, 2), [1]), {"dense": (HIDDEN, 3 * HIDDEN), "classifier": (LABELS, HIDDEN)}
    weights = {f"head.{name}.weight": chance.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    weights |= {f"head.{name}.bias": chance.normal(size=shape[0]).astype(np.float32) for name, shape in shapes.items()}
    weights["head.segments"] = chance.normal(size=(3, HIDDEN)).astype(np.float32)
    none, no_floats = np.empty(0, np.int64), np.empty(0, np.float32)
    no_trees = Trees(none, none, none, no_floats, none, none, none, no_floats, none, no_floats)
    model = cross_graph(Grader(weights, 0, (), 2, memory, no_trees, np.zeros((4, 3), np.float32)))
    session = onnxruntime.InferenceSession(model.SerializeToString())
    lower, kinds = given["lower"][0].astype(float), given["token_type_ids"][0]
    question, reference, answer = (lower[kinds == k] + weights["head.segments"][k] for k in range(3))
    everything = np.concatenate([question.mean(axis=0, keepdims=True), reference, answer]).mean(axis=0)
    r, a = reference.mean(axis=0), answer.mean(axis=0)
    pooled = np.concatenate([everything, np.abs(r - a), r * a])
    active = np.tanh(weights["head.dense.weight"] @ pooled + weights["head.dense.bias"])
    wanted = weights["head.classifier.weight"] @ active + weights["head.classifier.bias"]
    found = session.run(None, {node.name: given[node.name] for node in session.get_inputs()})[0][0]
    assert found == pytest.approx(wanted, abs=1e-3)


def test_trees_go_left_up_to_the_threshold_and_as_told_where_a_feature_is_missing() -> None:
    stumps = Trees(
        tree=np.array([0, 0, 0, 1]),
        node=np.array([0, 1, 2, 0]),
        feature=np.array([1, -1, -1, -1]),
        threshold=np.array([0.5, 0, 0, 0], np.float32),
        left=np.array([1, 0, 0, 0]),
        right=np.array([2, 0, 0, 0]),
        missing_left=np.array([1, 0, 0, 0]),
        value=np.array([0, 10, 20, 0.5], np.float32),
        output=np.array([0, 1, 1, 0]),
        base=np.array([0.25, 1.0], np.float32),
    )
    graph = Graph({})
    trees(graph, stumps, ["given"])
    model: onnx.ModelProto = finished(graph, {"given": (TensorProto.FLOAT, ["batch", 2])}, {"opinions": ["batch", 2]})
    session = onnxruntime.InferenceSession(model.SerializeToString())
    rows = np.array([[9, 0.5], [9, 0.6], [9, np.nan]], np.float32)
    assert session.run(None, {"given": rows})[0].tolist() == [[0.75, 11], [0.75, 21], [0.75, 11]]
