"""Measure a release's explanations: `lectern models evaluate-explanations NAME` writes docs/results/explanations.*.

Every answer goes through the pipeline as a caller's would. The answers are of the published test part with unseen
answers; what the thresholds of explanations were chosen on is of the training part.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from functions.grading.schemas import Explanation
from functions.grading.task import TASK
from lectern.call import Call
from lectern.models import Models
from lectern.phrases import Span
from lectern.pipeline import answer
from lectern.principal import DEVELOPMENT
from model_store.faithfulness import DRAWS, STEPS, aopc, named_phrases, random_runs
from model_store.metrics import area_under_roc, mean_interval
from model_store.recipes.data import Example

TIMES = 3
"""Plain gradings that an explained one is timed against; their median counts."""


@dataclass(frozen=True)
class Measured:
    """One explained answer: `named` and `random` are AOPC, `covered` the share of the reference's phrases."""

    example: Example
    label: str
    named: float
    random: float
    plain_seconds: float
    explained_seconds: float
    similarity: float
    covered: float


def measure(
    examples: Sequence[Example], version: str, models: Models, seed: int, progress: Callable[[int, int], None]
) -> list[Measured | None]:
    """Explain each answer and delete what was named; None for an answer of one phrase, where nothing could stay."""
    chance, results = np.random.default_rng(seed), []
    for number, example in enumerate(examples, 1):
        results.append(_measure(example, version, models, chance))
        progress(number, len(examples))
    return results


def _measure(example: Example, version: str, models: Models, chance: np.random.Generator) -> Measured | None:
    def graded(text: str, explain: bool = False) -> Any:
        return answer(TASK, _payload(example, text, version, explain), Call(DEVELOPMENT, "measure"), models)

    whole = graded(example.answer)
    plain = [_seconds(lambda: graded(example.answer)) for _ in range(TIMES)]
    explained: list[Any] = []
    seconds = _seconds(lambda: explained.append(graded(example.answer, explain=True)))
    explanation: Explanation = explained[0].explanation
    named = named_phrases(example.answer, [Span(phrase.start, phrase.end) for phrase in explanation.answer])
    if not named:
        return None

    def grade(text: str) -> float:
        return float(graded(text).probabilities[whole.label])

    by_chance = [aopc(example.answer, random_runs(example.answer, named, chance), grade) for _ in range(DRAWS)]
    similar = [phrase.similarity for phrase in explanation.reference] or [0.0]
    covered = [phrase.covered for phrase in explanation.reference] or [False]
    return Measured(
        example, whole.label, aopc(example.answer, named, grade), float(np.mean(by_chance)),
        median(plain), seconds, float(np.mean(similar)), float(np.mean(covered)),
    )  # fmt: skip


def _payload(example: Example, text: str, version: str, explain: bool) -> dict[str, Any]:
    fields = {"question": example.question, "references": list(example.references), "answer": text}
    return fields | {"version": version, "explain": explain}


def _seconds(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def summarise(results: Sequence[Measured | None]) -> dict[str, Any]:
    """The figures of measured answers, for all, by corpus and by the predicted label."""
    measured = [result for result in results if result]
    parts = {"all": measured}
    for result in sorted(measured, key=lambda m: (m.example.corpus, m.label)):
        parts.setdefault(result.example.corpus, []).append(result)
    for result in sorted(measured, key=lambda m: m.label):
        parts.setdefault(f"graded {result.label}", []).append(result)
    return {
        "answers": len(results),
        "of_one_phrase": len(results) - len(measured),
        "steps": STEPS,
        "draws": DRAWS,
        "faithfulness": {name: _faithfulness(part) for name, part in parts.items()},
        "coverage": _coverage(measured),
        "latency": _latency(measured),
    }


def _faithfulness(part: Sequence[Measured]) -> dict[str, Any]:
    named, by_chance = _column(part, "named"), _column(part, "random")
    low, high = mean_interval(named - by_chance)
    means = {"named": named.mean(), "random": by_chance.mean(), "difference": (named - by_chance).mean()}
    rounded = {name: round(float(value), 4) for name, value in means.items()}
    return {"answers": len(part), **rounded, "interval_95": [round(low, 4), round(high, 4)]}


def _coverage(part: Sequence[Measured]) -> dict[str, Any]:
    right = np.array([measured.example.label == "correct" for measured in part])
    similar, covered = _column(part, "similarity"), _column(part, "covered")
    return {
        "area_under_roc": round(area_under_roc(similar[right], similar[~right]), 4),
        "covered_of_correct": round(float(covered[right].mean()), 4),
        "covered_of_others": round(float(covered[~right].mean()), 4),
    }


def _latency(part: Sequence[Measured]) -> dict[str, float]:
    plain, explained = _column(part, "plain_seconds"), _column(part, "explained_seconds")
    ratios = explained / plain
    return {
        "plain_ms": round(float(np.median(plain)) * 1000, 2),
        "explained_ms": round(float(np.median(explained)) * 1000, 2),
        "ratio_median": round(float(np.median(ratios)), 2),
        "ratio_p95": round(float(np.percentile(ratios, 95)), 2),
    }


def _column(part: Sequence[Measured], name: str) -> NDArray[np.float64]:
    return np.array([getattr(measured, name) for measured in part], dtype=np.float64)
