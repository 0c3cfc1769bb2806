"""Draw held-out answers, explain them, delete and keep what was named, and take the time.

Every answer goes through the pipeline as a caller's would.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import median

import numpy as np

from functions.grading.schemas import Explanation, GradeResponse, Label
from functions.grading.task import TASK
from lectern.call import Call
from lectern.models import Models
from lectern.phrases import Span
from lectern.pipeline import answer
from lectern.principal import DEVELOPMENT
from model_store.errors import DataError
from model_store.faithfulness import Grade, Loss, losses, named_phrases
from model_store.recipes.data import Example, is_unseen_answer, read_semeval

TIMES = 3
"""Plain gradings that an explained one is timed against; their median counts."""


@dataclass(frozen=True)
class Explained:
    """One answer, explained and timed; `deleted` and `kept` are None for one phrase, where there is no choice."""

    example: Example
    label: Label
    explanation: Explanation
    plain_seconds: float
    explained_seconds: float
    deleted: Loss | None
    kept: Loss | None


@dataclass(frozen=True)
class Grader:
    """One version of the grading model, asked through the pipeline."""

    models: Models
    version: str

    def grade(self, example: Example, text: str, explain: bool = False) -> GradeResponse:
        """The grade of a text as the answer to an example's question."""
        fields = {"question": example.question, "references": list(example.references), "answer": text}
        payload = fields | {"version": self.version, "explain": explain}
        response = answer(TASK, payload, Call(DEVELOPMENT, "measure"), self.models)
        assert isinstance(response, GradeResponse)
        return response

    def probability(self, example: Example, label: Label) -> Grade:
        """A text as the answer to an example's question → the probability of a label; each text is graded once."""
        return cache(lambda text: self.grade(example, text).probabilities[label])

    def timed(self, example: Example, explain: bool = False) -> tuple[GradeResponse, float]:
        """The grade of an example's own answer, and the seconds that it took."""
        started = time.perf_counter()
        response = self.grade(example, example.answer, explain)
        return response, time.perf_counter() - started


def draw(folder: Path, training: int, held_out: int, seed: int) -> tuple[list[Example], list[Example]]:
    """At most so many answers of the training part and of the part with unseen answers, by chance.

    Raises:
        FileNotFoundError: a file is missing.
        DataError: the data is not as it should be, or holds no unseen answers.
    """
    chance, examples = np.random.default_rng(seed), read_semeval(folder)
    parts = (
        ([example for example in examples if example.split == "train"], training),
        ([example for example in examples if is_unseen_answer(example)], held_out),
    )
    known, unseen = ([part[n] for n in chance.permutation(len(part))[:count]] for part, count in parts)
    if not unseen:
        raise DataError(f"{folder}: holds no answers of the part test-UA")
    return known, unseen


def measure(examples: Sequence[Example], grader: Grader, seed: int) -> Iterator[Explained]:
    """Each answer, one after another; `seed` is for the random words."""
    chance = np.random.default_rng(seed)
    for example in examples:
        grader.grade(example, example.answer)  # so that the question and its references are known
        plain = median(grader.timed(example)[1] for _ in range(TIMES))
        response, seconds = grader.timed(example, explain=True)
        assert response.explanation
        named = named_phrases(example.answer, [Span(p.start, p.end) for p in response.explanation.answer])
        deleted, kept = losses(example.answer, named, grader.probability(example, response.label), chance)
        yield Explained(example, response.label, response.explanation, plain, seconds, deleted, kept)
