"""Metrics of scored answers: root mean square error, quadratic weighted kappa, calibration, paired intervals."""

from collections.abc import Callable, Sequence

import numpy as np

from model_store.metrics import expected_calibration_error, quadratic_weighted_kappa
from model_store.question_packs.curve import Scored

Metric = Callable[[Sequence[Scored]], float]


def rmse(parts: Sequence[Scored]) -> float:
    """Root mean square error over all answers, on the questions' scale."""
    return float(np.sqrt(np.mean(np.concatenate([(part.given - part.gold) ** 2 for part in parts]))))


def mean_kappa(parts: Sequence[Scored]) -> float:
    """Mean over questions (and repeats) of the quadratic weighted kappa."""
    return float(np.mean([quadratic_weighted_kappa(part.gold, part.given, alike=0.0) for part in parts]))


def calibration_error(parts: Sequence[Scored], tolerance: float) -> float:
    """Expected calibration error of the confidences; a score within `tolerance` of the gold one is right."""
    right = np.concatenate([np.abs(part.given - part.gold) <= tolerance + 1e-9 for part in parts])
    return expected_calibration_error(np.concatenate([part.confidence for part in parts]), right)


def accepted(parts: Sequence[Scored], tolerance: float) -> tuple[float, float]:
    """At an error budget of 5 %: the share of answers that need no review, and the share of those that are wrong."""
    kept = np.concatenate([~part.review for part in parts])
    wrong = np.concatenate([np.abs(part.given - part.gold) > tolerance + 1e-9 for part in parts])
    return float(kept.mean()), float(wrong[kept].mean()) if kept.any() else 0.0


def paired(metric: Metric, first: Sequence[Scored], second: Sequence[Scored], samples: int = 1000) -> tuple[float, ...]:
    """The metric of `first` less that of `second`, and its 95 % bootstrap interval over the same resampled answers."""
    chance, differences = np.random.default_rng(0), []
    for _ in range(samples):
        rows = _drawn(first, chance)
        differences.append(metric(_rows(first, rows)) - metric(_rows(second, rows)))
    return (metric(first) - metric(second), *map(float, np.percentile(differences, [2.5, 97.5])))


def _drawn(parts: Sequence[Scored], chance: np.random.Generator) -> list[np.ndarray]:
    """Rows to take of each part: the same ones wherever a question's repeats score the same answers, for their errors
    are no new ones.
    """
    answers = [(part.question, part.gold.tobytes()) for part in parts]
    sizes = {key: len(part.gold) for key, part in zip(answers, parts, strict=True)}
    drawn = {key: chance.integers(size, size=size) for key, size in sizes.items()}
    return [drawn[key] for key in answers]


def _rows(parts: Sequence[Scored], rows: Sequence[np.ndarray]) -> list[Scored]:
    return [
        Scored(part.question, part.grades, part.given[own], part.gold[own], part.confidence[own], part.review[own])
        for part, own in zip(parts, rows, strict=True)
    ]
