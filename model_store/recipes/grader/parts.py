"""Fit the grader's parts that need no gradient: its memory, and the trees over what the graph compares."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from functions.grading.features import hashed, lexical
from functions.grading.rows import apart
from functions.grading.schemas import LABELS
from model_store.build.ensemble import Trees
from model_store.build.grader import relations_graph
from model_store.build.memory import Memory
from model_store.recipes.grader.boost import fit_trees
from model_store.recipes.grader.cases import Case
from model_store.recipes.grader.memory import fit_memory
from model_store.recipes.grader.vectors import Vectors

ATTACK_WEIGHT = 0.5
Rows = NDArray[np.float32]


@dataclass(frozen=True)
class Parts:
    """What is committed beside the adapter."""

    memory: Memory
    trees: Trees


def fit_parts(
    answers: Sequence[Case],
    attacks: Sequence[Case],
    marked: Sequence[Case],
    vectors: Vectors,
    limits: tuple[float, ...],
) -> Parts:
    """Memory and trees of training answers, of attacks on them, and of answers that were marked in points.

    Every labelled row comes twice, with its memory (for an answer's own question: what the others say, so that the
    trees learn how far a head can be trusted) and without, as an answer to an unknown question.
    """
    memory, others = fit_memory(answers, marked, vectors, limits)
    known, attacked, scored = (observed(memory, cases, vectors) for cases in (answers, attacks, marked))
    width = known.shape[1] - 2
    relations = width - len(LABELS)
    own = known[:, :width].copy()
    own[:, relations:] = others
    rows = np.concatenate([own, _forgotten(own, relations), attacked[:, :width], _forgotten(attacked, relations)])
    labels = [[LABELS.index(case.label) for case in cases if case.label] for cases in (answers, attacks)]
    weights = np.repeat([1.0, ATTACK_WEIGHT], [2 * len(answers), 2 * len(attacks)])
    points = np.array([case.credit for case in marked])
    gold = np.array(labels[0] * 2 + labels[1] * 2)
    return Parts(memory, fit_trees(rows, gold, weights, scored[:, :relations], points))


def observed(memory: Memory, cases: Sequence[Case], vectors: Vectors) -> Rows:
    """What the graph sees of each case beside its nearest reference: relations, memory, [known, near]."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(relations_graph(memory).SerializeToString(), options)
    return np.array([session.run(None, _feed(case, vectors))[0][0] for case in cases], dtype=np.float32)


def _feed(case: Case, vectors: Vectors) -> dict[str, NDArray[np.generic]]:
    texts = case.question, case.reference, case.answer
    question, reference, answer = (vectors.ids(text) for text in texts)
    row = apart(question, reference, answer, lexical(*texts), hashed(case.answer))
    read = [vectors(text) for text in texts]
    return {
        "input_ids": np.array([row.input_ids], np.int32),
        "token_type_ids": np.array([row.token_type_ids], np.int32),
        "features": np.array([row.features], np.float32),
        "hashes": np.array([row.hashes], np.int32),
        "vectors": np.concatenate([last for last, _ in read]).astype(np.float32)[None],
        "lower": np.concatenate([lower for _, lower in read]).astype(np.float32)[None],
    }


def _forgotten(rows: Rows, relations: int) -> Rows:
    result = rows[:, : relations + len(LABELS)].copy()
    result[:, relations:] = np.nan
    return result
