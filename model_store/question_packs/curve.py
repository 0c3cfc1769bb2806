"""What each number of a teacher's grades makes of a question's scores, on answers that the head has not seen.

On Mohler a question's answers are split at random, several times, into at most 25 grades and the rest; on ASAP-SAS the
grades are drawn from the training part, and the held-out part is scored. Scores are those that the service would give.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lectern.packs.features import Features
from lectern.packs.fit import Head, fit, steps_of
from lectern.packs.scale import Scale, natural_cuts
from model_store.question_packs.data import Question

COUNTS = (0, 10, 25, 50, 100)
MOST_OF_MOHLER = 25
"""Mohler's questions have 24 to 31 answers."""

REPEATS = 5

Scores = NDArray[np.float64]


@dataclass(frozen=True)
class Scored:
    """Held-out answers of one question in one repeat: scores given and gold, on the question's scale, and what the
    service said of its confidence (answers,).
    """

    question: str
    grades: int
    given: Scores
    gold: Scores
    confidence: Scores
    review: NDArray[np.bool_]


def scored(question: Question, answers: Sequence[Features], count: int | None, repeat: int) -> Scored | None:
    """Score a question's held-out answers after `count` grades (None: all there are); None if too few are left."""
    seen, held_out = _split(question, count, repeat)
    if not len(held_out):
        return None
    gold = np.array(question.scores) / question.max_score
    grid = question.step / question.max_score
    steps = steps_of(gold.tolist(), grid)
    if len(seen):
        head: Head | None = fit([answers[i] for i in seen], gold[seen], steps, grid)
    else:
        head = None
    scale = head.scale if head else Scale(steps=steps, cuts=natural_cuts(steps), grid=grid, spread=0.3)
    told = [head.weights(answers[i]) if head else answers[i].credit for i in held_out]
    verdicts = [scale.verdict(credit) for credit in told]
    given = np.array([_stepped(verdict.credit, question) for verdict in verdicts])
    confidence = np.array([verdict.confidence for verdict in verdicts])
    least = next((entry.confidence for entry in (head.thresholds if head else ()) if entry.budget == 0.05), 1.1)
    return Scored(question.name, len(seen), given, gold[held_out] * question.max_score, confidence, confidence < least)


def curve(
    questions: Sequence[Question], observe: Callable[[Question], list[Features]], counts: Sequence[int | None]
) -> dict[str, list[Scored]]:
    """Every question and repeat, by number of grades (`all` for None)."""
    found: dict[str, list[Scored]] = {_name(count): [] for count in counts}
    for question in questions:
        answers = observe(question)
        for count in counts:
            parts = [scored(question, answers, count, repeat) for repeat in range(REPEATS if count else 1)]
            found[_name(count)] += [part for part in parts if part]
    return found


def _name(count: int | None) -> str:
    return "all" if count is None else str(count)


def _split(question: Question, count: int | None, repeat: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Indices of the grades and of the held-out answers, the same ones for every `count`."""
    order = np.random.default_rng(repeat).permutation(len(question.answers))
    if question.held_out is None:
        return order[:count], order[MOST_OF_MOHLER:] if count else order
    apart = np.array(question.held_out)
    return order[~apart[order]][:count], np.flatnonzero(apart)


def _stepped(credit: float, question: Question) -> float:
    return round(credit * question.max_score / question.step) * question.step
