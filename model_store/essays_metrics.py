"""Figures of scored essays: agreement with readers, confidence, and what review keeps."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model_store.metrics import expected_calibration_error, quadratic_weighted_kappa

SAMPLES = 2000


@dataclass(frozen=True)
class Answered:
    """Essays (essays,) with their prompts, the prompts that they were taken for (or ""), and what was said of them."""

    prompts: NDArray[np.str_]
    taken_for: NDArray[np.str_]
    gold: NDArray[np.int64]
    scores: NDArray[np.int64]
    tolerance: NDArray[np.float64]
    confidence: NDArray[np.float64]
    review: NDArray[np.bool_]

    @property
    def hits(self) -> NDArray[np.bool_]:
        """Where the readers' score is within the tolerance."""
        hits: NDArray[np.bool_] = np.abs(self.scores - self.gold) <= self.tolerance + 1e-9
        return hits

    def of(self, prompt: str) -> "Answered":
        """The essays to one prompt."""
        here = self.prompts == prompt
        return Answered(*(getattr(self, field.name)[here] for field in fields(self)))


def known_figures(answered: Answered) -> dict[str, dict[str, float]]:
    """Figures of all essays, and of each prompt's."""
    prompts = sorted(set(answered.prompts))
    return {"known prompts": _figures(answered)} | {prompt: _figures(answered.of(prompt)) for prompt in prompts}


def unknown_figures(strangers: Sequence[Answered]) -> dict[str, dict[str, float]]:
    """Figures of the essays to prompts that were left out of the fit, each prompt by its own."""
    whole = Answered(*(np.concatenate([getattr(one, field.name) for one in strangers]) for field in fields(Answered)))
    prompts = {f"{one.prompts[0]} left out": _figures(one) for one in strangers}
    return {"unknown prompts (each left out)": _figures(whole)} | prompts


def compared(int8: Answered, fp32: Answered) -> dict[str, Any]:
    """Mean kappa of the int8 encoder's scores and of the fp32 one's, with the difference's 95 % bootstrap interval.

    Essays are drawn anew within each prompt, the same ones for both. Efron and Tibshirani (1993).
    """
    chance, differences = np.random.default_rng(0), []
    groups = [np.flatnonzero(int8.prompts == prompt) for prompt in sorted(set(int8.prompts))]
    for _ in range(SAMPLES):
        drawn = [rows[chance.integers(len(rows), size=len(rows))] for rows in groups]
        differences.append(_mean_kappa(int8, drawn) - _mean_kappa(fp32, drawn))
    low, high = np.percentile(differences, [2.5, 97.5])
    return {
        "essays": len(int8.gold),
        "kappa_int8": round(_mean_kappa(int8, groups), 4),
        "kappa_fp32": round(_mean_kappa(fp32, groups), 4),
        "difference_95": [round(float(low), 4), round(float(high), 4)],
        "scores_agree": round(float(np.mean(int8.scores == fp32.scores)), 4),
    }


def _figures(part: Answered) -> dict[str, float]:
    """`kappa` is the mean over prompts; `kept` the share that is not for review at the default budget."""
    groups = [np.flatnonzero(part.prompts == prompt) for prompt in sorted(set(part.prompts))]
    kept = ~part.review
    figures = {
        "essays": len(part.gold),
        "kappa": _mean_kappa(part, groups),
        "exact": np.mean(part.gold == part.scores),
        "within_tolerance": np.mean(part.hits),
        "confidence": np.mean(part.confidence),
        "ece": expected_calibration_error(part.confidence, part.hits),
        "kept": np.mean(kept),
        "error_of_kept": np.mean(~part.hits[kept]) if kept.any() else 0.0,
        "taken_for_its_prompt": np.mean(part.taken_for == part.prompts),
        "taken_for_unknown": np.mean(part.taken_for == ""),
    }
    return {name: round(float(value), 4) for name, value in figures.items()}


def _mean_kappa(part: Answered, groups: Sequence[NDArray[np.int64]]) -> float:
    return float(np.mean([quadratic_weighted_kappa(part.gold[rows], part.scores[rows]) for rows in groups]))
