"""What a run's cross-encoder says of cases that it was kept from, while it learns."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from functions.grading.schemas import LABELS
from model_store.metrics import macro_f1
from model_store.recipes.grader.cases import Case, held_out
from model_store.recipes.grader.cross import batch_of
from model_store.recipes.grader.vectors import Vectors

BATCH = 64


def macro_f1s(network: nn.Module, cases: Sequence[Case], vectors: Vectors, fold: int | None) -> dict[str, float]:
    """Per corpus and by what training had not seen: answers, questions or modules."""
    predicted = cross_logits(network, cases, vectors).argmax(axis=1)
    gold = np.array([LABELS.index(case.label) for case in cases])
    sets = np.array([f"{case.module.split('/')[0]} {held_out(case, fold) or 'answer'}" for case in cases])
    return {
        name: macro_f1(gold[sets == name], predicted[sets == name], len(LABELS)) for name in sorted(set(sets.tolist()))
    }


def cross_logits(network: nn.Module, cases: Sequence[Case], vectors: Vectors) -> NDArray[np.float64]:
    """Logits (cases, 3) of the cross-encoder alone."""
    order = sorted(range(len(cases)), key=lambda i: len(cases[i].reference + cases[i].answer))
    logits = np.zeros((len(cases), len(LABELS)))
    with torch.inference_mode():
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            texts = [(cases[i].question, cases[i].reference, cases[i].answer) for i in rows]
            logits[rows] = network.eval()(batch_of(vectors, texts))[0].float().numpy()
    return logits
