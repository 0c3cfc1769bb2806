"""Fit what the grader remembers: for each question of the training data a linear head over its answers.

Ridge regression on one-hot labels around the question's prior (Hoerl and Kennard, 1970), solved in its dual form: a
question has fewer answers than an answer has numbers. Beside the heads stands what each would say of an answer if it
had been fitted to the others alone; the trees learn from these how far to trust a head.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from functions.grading.features import BUCKETS, hashed
from functions.grading.schemas import LABELS
from model_store.build.memory import LIMITS, Memory, packed
from model_store.recipes.grader.cases import Case
from model_store.recipes.grader.vectors import Vectors

RIDGE = 0.7
VECTOR_SHARE = 0.7
"""Weight of each layer's vectors in the kernel, where the n-grams' diagonal is near 1."""
PRIOR, PRIOR_ANSWERS = np.array([0.4, 0.2, 0.4]), 2.0
"""What is expected of a question before its first answer, and how many answers that is worth."""

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class _Head:
    """A question's scores: prior (3,) + (v − centre) · vectors + n-grams · grams; centre (2 · hidden,)."""

    prior: Numbers
    centre: Numbers
    vectors: Numbers
    grams: Numbers

    def __call__(self, seen: "_Seen") -> Numbers:
        """Scores (n, 3)."""
        return np.asarray(self.prior + (seen.means - self.centre) @ self.vectors + seen.grams @ self.grams)


@dataclass(frozen=True)
class _Seen:
    """Answers as a head sees them: directions of both layers (n, 2 · hidden), n-grams (n, BUCKETS)."""

    means: Numbers
    grams: Numbers

    def of(self, rows: NDArray[np.bool_]) -> "_Seen":
        return _Seen(self.means[rows], self.grams[rows])


def fit_memory(
    cases: Sequence[Case], marked: Sequence[Case], vectors: Vectors, limits: tuple[float, ...] = LIMITS
) -> tuple[Memory, Numbers]:
    """The memory of labelled cases and of the questions marked in points; for each labelled case (n, 3) what the others
    of its question say of it. `limits` are those of `model_store.build.memory` for such vectors.
    """
    groups = defaultdict(list)
    for number, case in enumerate(cases):
        groups[case.question_id].append(number)
    apart = np.zeros((len(cases), len(LABELS)))
    heads = []
    for members in groups.values():
        seen, labels = _read([cases[i] for i in members], vectors)
        heads.append(_fit(seen, labels))
        apart[members] = _left_out(seen, labels)
    keys, owners = _keys([cases[members[0]] for members in groups.values()], vectors)
    prior, centre, vector, gram = (
        np.stack([getattr(head, name) for head in heads]).astype(np.float32)
        for name in ("prior", "centre", "vectors", "grams")
    )
    packs = [packed(vector), packed(gram), packed(directions(marked, vectors))]
    (head_v, scale_v), (head_g, scale_g), (points, scale_p) = packs
    heads_and_points = (head_v, scale_v, head_g, scale_g, points, scale_p)
    return Memory(*packed(keys), owners, prior, centre, *heads_and_points, np.array(limits)), apart


def directions(cases: Sequence[Case], vectors: Vectors) -> NDArray[np.float32]:
    """(questions, hidden): where the questions of these cases lie, each once."""
    questions = dict.fromkeys(case.question for case in cases)
    return np.stack([direction(vectors, question) for question in questions]).astype(np.float32)


def direction(vectors: Vectors, text: str, layer: int = 0) -> Numbers:
    """The mean vector of a text, of length 1: of the last layer (0) or of the lower one (1)."""
    mean = vectors(text)[layer].astype(np.float64).mean(axis=0)
    return np.asarray(mean / np.linalg.norm(mean))


def _read(cases: Sequence[Case], vectors: Vectors) -> tuple[_Seen, Numbers]:
    """The answers, and their labels as (n, 3)."""
    means = [np.concatenate([direction(vectors, case.answer, layer) for layer in (0, 1)]) for case in cases]
    grams = np.stack([_presence(case.answer) for case in cases])
    return _Seen(np.stack(means), grams), np.eye(len(LABELS))[
        [LABELS.index(case.label) for case in cases if case.label]
    ]


def _fit(seen: _Seen, labels: Numbers) -> _Head:
    centre, usual = seen.means.mean(axis=0), seen.grams.mean(axis=0)
    apart, grams = seen.means - centre, seen.grams - usual
    weights = _weights(apart)
    kernel = (apart * weights) @ apart.T + grams @ grams.T
    prior = (labels.sum(axis=0) + PRIOR * PRIOR_ANSWERS) / (len(labels) + PRIOR_ANSWERS)
    dual = np.linalg.solve(kernel + RIDGE * np.eye(len(labels)), labels - prior)
    by_gram = grams.T @ dual
    return _Head(prior - usual @ by_gram, centre, weights[:, None] * (apart.T @ dual), by_gram)


def _weights(apart: Numbers) -> Numbers:
    """(2 · hidden,): VECTOR_SHARE over the mean square size of each layer's half."""
    halves = np.split((apart**2).sum(axis=0) / len(apart), 2)
    return np.concatenate([np.full(len(half), VECTOR_SHARE / max(1e-6, float(half.sum()))) for half in halves])


def _left_out(seen: _Seen, labels: Numbers) -> Numbers:
    """For each answer what a head says that was fitted to the others: prior and centre would tell on it, too."""
    everyone = np.arange(len(labels))
    if len(labels) == 1:
        return np.asarray(PRIOR[None])
    rows = [_fit(seen.of(everyone != i), labels[everyone != i])(seen.of(everyone == i))[0] for i in everyone]
    return np.stack(rows)


def _keys(firsts: Sequence[Case], vectors: Vectors) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    rows = [(i, case.question, reference) for i, case in enumerate(firsts) for reference in case.references]
    keys = [
        np.concatenate([direction(vectors, question), direction(vectors, reference)]) for _, question, reference in rows
    ]
    return np.stack(keys).astype(np.float32), np.array([i for i, _, _ in rows])


def _presence(answer: str) -> Numbers:
    """(BUCKETS,): the n-grams that occur, at length 1."""
    buckets = hashed(answer)
    row = np.zeros(BUCKETS)
    row[buckets] = len(buckets) ** -0.5
    return row
