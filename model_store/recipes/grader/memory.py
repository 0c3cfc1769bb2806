"""Fit what the grader remembers: for each question of the training data a linear head over its answers.

Ridge regression on one-hot labels around the question's prior (Hoerl and Kennard, 1970), solved in its dual form: a
question has fewer answers than an answer has numbers. The leave-one-out predictions come in closed form (Allen, 1974,
PRESS), and the trees learn from these how far to trust a head.
"""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from functions.grading.features import BUCKETS, hashed
from functions.grading.schemas import LABELS
from model_store.build.memory import Memory, packed
from model_store.recipes.grader.cases import Case
from model_store.recipes.grader.vectors import Vectors

RIDGE = 0.7
VECTOR_SHARE = 0.5
"""Weight of the vectors' kernel beside the n-grams', whose diagonal is 1."""
PRIOR, PRIOR_ANSWERS = np.array([0.4, 0.2, 0.4]), 2.0
"""What is expected of a question before its first answer, and how many answers that is worth."""

Numbers = NDArray[np.float64]


def fit_memory(cases: Sequence[Case], vectors: Vectors) -> tuple[Memory, Numbers]:
    """The memory of labelled cases, and for each case (n, 3) what the others of its question say of it."""
    groups = defaultdict(list)
    for number, case in enumerate(cases):
        groups[case.question_id].append(number)
    apart = np.zeros((len(cases), len(LABELS)))
    heads = []
    for members in groups.values():
        head, apart[members] = _head([cases[i] for i in members], vectors)
        heads.append(head)
    keys, owners = _keys([cases[members[0]] for members in groups.values()], vectors)
    prior, centre, vector, gram = (np.stack(parts).astype(np.float32) for parts in zip(*heads, strict=True))
    (key, key_scale), (head_v, scale_v), (head_g, scale_g) = packed(keys), packed(vector), packed(gram)
    return Memory(key, key_scale, owners, prior, centre, head_v, scale_v, head_g, scale_g), apart


def _head(cases: Sequence[Case], vectors: Vectors) -> tuple[tuple[Numbers, Numbers, Numbers, Numbers], Numbers]:
    """Prior (3,), centre (hidden,), weights (hidden, 3) and (BUCKETS, 3); leave-one-out predictions (n, 3)."""
    means = np.stack([direction(vectors, case.answer) for case in cases])
    centre = means.mean(axis=0)
    apart = means - centre
    grams = np.stack([_presence(case.answer) for case in cases])
    weight = VECTOR_SHARE / max(1e-6, float((apart**2).sum(axis=1).mean()))
    kernel = weight * apart @ apart.T + grams @ grams.T
    labels = np.eye(len(LABELS))[[LABELS.index(case.label) for case in cases]]
    prior = (labels.sum(axis=0) + PRIOR * PRIOR_ANSWERS) / (len(cases) + PRIOR_ANSWERS)
    inverse = np.linalg.inv(kernel + RIDGE * np.eye(len(cases)))
    dual = inverse @ (labels - prior)
    left_out = labels - dual / np.diag(inverse)[:, None]
    return (prior, centre, weight * apart.T @ dual, grams.T @ dual), left_out


def _keys(firsts: Sequence[Case], vectors: Vectors) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    rows = [(i, case.question, reference) for i, case in enumerate(firsts) for reference in case.references]
    keys = [
        np.concatenate([direction(vectors, question), direction(vectors, reference)]) for _, question, reference in rows
    ]
    return np.stack(keys).astype(np.float32), np.array([i for i, _, _ in rows])


def direction(vectors: Vectors, text: str) -> Numbers:
    """The mean vector of a text, of length 1."""
    mean = vectors(text)[0].astype(np.float64).mean(axis=0)
    return np.asarray(mean / np.linalg.norm(mean))


def _presence(answer: str) -> Numbers:
    """(BUCKETS,): the n-grams that occur, at length 1."""
    buckets = hashed(answer)
    row = np.zeros(BUCKETS)
    row[buckets] = len(buckets) ** -0.5
    return row
