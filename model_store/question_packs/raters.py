"""Whether a question's scores can be told from its texts: by raters who agree, an answer should be easier to score."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lectern.packs.features import Features
from lectern.packs.fit import fit, steps_of
from model_store.metrics import quadratic_weighted_kappa
from model_store.question_packs.data import Question


def raters(question: Question, answers: Sequence[Features]) -> dict[str, float]:
    """`kappa` of the two raters; the correlation (Pearson) of leave-one-out credits with the raters' mean score, over
    the answers that both score alike (`agree`) and over the others (`differ`).
    """
    first, second = np.array(question.scores), np.array(question.second)
    gold, grid = first / question.max_score, question.step / question.max_score
    others = fit(answers, gold, steps_of(gold.tolist(), grid), grid).others
    alike = first == second
    return {
        "kappa": round(quadratic_weighted_kappa(first, second), 4),
        "agree": round(_correlation(others[alike], first[alike]), 4),
        "differ": round(_correlation(others[~alike], (first + second)[~alike]), 4),
    }


def _correlation(told: NDArray[np.float64], gold: NDArray[np.float64]) -> float:
    return float(np.corrcoef(told, gold)[0, 1])
