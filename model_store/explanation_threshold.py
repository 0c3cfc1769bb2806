"""From which similarity on a phrase of a reference is said: chosen on training answers, by what their teachers said."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from functions.grading.explanation import compare
from functions.grading.schemas import GradeRequest
from lectern.call import Call
from lectern.explain import open_probe
from lectern.model import LoadedModel
from lectern.principal import DEVELOPMENT
from model_store.recipes.data import Example

CANDIDATES = np.round(np.arange(0.30, 0.905, 0.05), 2)


@dataclass(frozen=True)
class Threshold:
    """`youden`: the share of phrases above it for correct answers less that for incorrect ones (Youden, 1950)."""

    similarity: float
    youden: float


def best_threshold(examples: Sequence[Example], model: LoadedModel) -> Threshold | None:
    """The candidate of largest Youden index; None for a model without an encoder, or for answers of one kind."""
    read = open_probe(lambda request: {}, model, Call(DEVELOPMENT, "measure")).read
    if read is None:
        return None
    similar: dict[str, list[float]] = {"correct": [], "incorrect": [], "contradictory": []}
    for example in examples:
        request = GradeRequest(question=example.question, references=list(example.references), answer=example.answer)
        similar[example.label] += [phrase.similarity for phrase in compare(request, read)]
    return youden(np.array(similar["correct"]), np.array(similar["incorrect"]))


def youden(right: NDArray[np.float64], wrong: NDArray[np.float64]) -> Threshold | None:
    """The candidate that parts two sets of similarities best; None where one is empty."""
    if not right.size or not wrong.size:
        return None
    index = [float(np.mean(right >= value) - np.mean(wrong >= value)) for value in CANDIDATES]
    best = int(np.argmax(index))
    return Threshold(float(CANDIDATES[best]), round(index[best], 4))
