"""Measure a translator: `lectern models evaluate translate` writes evaluation.json and card.md.

The int8 file, the fp32 graph of the same weights and a translation memory translate the development sentences that are
no near-duplicates of training ones. All are scored by BLEU and chrF over the same sentences; what is more than chance
is told by resampling these.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model_store.catalogue import Model
from model_store.errors import DataError
from model_store.evaluate import loaded_models
from model_store.keep import keep
from model_store.translation.asked import DIRECTIONS, Said, ask, side
from model_store.translation.bleu import bleu, bleu_counts
from model_store.translation.chrf import chrf, chrf_counts
from model_store.translation.intervals import Counts, Figure, difference_95, interval_95, total
from model_store.translation.memory import Memory
from model_store.translation.pairs import near_duplicates, read_pairs

Progress = Callable[[int, int], None]
Counted = dict[str, Counts]
FIGURES: dict[str, Figure] = {"bleu": bleu, "chrf": chrf}
EXAMPLES = 6


def evaluate_translation(model: Model, data: Path, progress: Progress) -> dict[str, Any]:
    """Measure, calibrate and write; returns what evaluation.json holds. Raises OSError or DataError."""
    pairs = read_pairs(data)
    learnt, held = ([pair for pair in pairs if pair.split == split] for split in ("train", "dev"))
    far = [pair for pair, near in zip(held, near_duplicates(held, learnt), strict=True) if not near]
    if not far:
        raise DataError(f"{data}: every development sentence is nearly one that training shows")
    found, done, all_of_it = dict[str, Any](), 0, 2 * len(DIRECTIONS) * len(far)

    def told() -> None:
        nonlocal done
        done += 1
        progress(done, all_of_it)

    models = loaded_models(model)
    for source, target in DIRECTIONS:
        asked, wanted = side(far, source), side(far, target)
        int8, fp32 = (ask(one, asked, source, target, told) for one in models)
        memory = Memory([getattr(pair, source) for pair in learnt], side(learnt, target), source)
        remembered = [memory.translation(text) for text in asked]
        found[f"{source}-{target} development"] = _measured(target, asked, wanted, int8, fp32, remembered)
    return keep(model, _evaluation(found, {"kept": len(held), "near_duplicates": len(held) - len(far)}))


def _measured(
    target: str, asked: list[str], wanted: list[str], int8: Said, fp32: Said, remembered: list[str]
) -> dict[str, Any]:
    ours, theirs, plain = (counted(texts, wanted, target) for texts in (int8.texts, remembered, fp32.texts))
    own = chrf(ours["chrf"]) / 100
    return {
        "metrics": {
            "sentences": float(len(asked)),
            **{name: total(figure, ours[name]) for name, figure in FIGURES.items()},
            **{f"{name}_memory": total(figure, theirs[name]) for name, figure in FIGURES.items()},
            **{f"{name}_fp32": total(figure, plain[name]) for name, figure in FIGURES.items()},
            "tokens_per_second": int8.tokens_per_second,
        },
        "intervals": {name: interval_95(figure, ours[name]) for name, figure in FIGURES.items()},
        "above_memory": {name: difference_95(figure, ours[name], theirs[name]) for name, figure in FIGURES.items()},
        "above_fp32": {name: difference_95(figure, ours[name], plain[name]) for name, figure in FIGURES.items()},
        "own": own,
        "sureness": int8.sureness,
        "examples": _examples(own, asked, wanted, int8.texts, remembered),
    }


def counted(said: list[str], wanted: list[str], language: str) -> Counted:
    """The counts of both figures, by sentence."""
    return {"bleu": bleu_counts(said, wanted, language), "chrf": chrf_counts(said, wanted)}


def _examples(own: NDArray[np.float64], *texts: list[str]) -> dict[str, list[list[str]]]:
    """Sentences that went well and badly: at fixed places in the order of their chrF, so that nobody chose them."""
    order = np.argsort(-own, kind="stable")
    places = {"good": np.linspace(0.02, 0.2, EXAMPLES), "bad": np.linspace(0.8, 0.98, EXAMPLES)}
    return {
        kind: [[column[order[int(share * len(order))]] for column in texts] for share in shares]
        for kind, shares in places.items()
    }


def temperature(sureness: NDArray[np.float64], own: NDArray[np.float64]) -> float:
    """What mean log-probabilities are divided by, so that their mean as a probability is the mean chrF (0..1)."""
    low, high = 0.05, 20.0
    for _ in range(60):
        middle = (low * high) ** 0.5
        low, high = (middle, high) if np.exp(sureness / middle).mean() < own.mean() else (low, middle)
    return round(low, 4)


def _evaluation(found: dict[str, Any], parts: dict[str, int]) -> dict[str, Any]:
    own, sureness = (np.concatenate([one.pop(name) for one in found.values()]) for name in ("own", "sureness"))
    fitted = temperature(sureness, own)
    confidence = np.exp(sureness / fitted)
    order = np.argsort(confidence)
    fifths = [[round(float(part[rows].mean()), 3) for part in (confidence, own)] for rows in np.array_split(order, 5)]
    return {
        "calibration": {"temperature": fitted},
        "parts": parts,
        "metrics": {name: {n: round(v, 2) for n, v in one["metrics"].items()} for name, one in found.items()},
        **{
            kind: {
                name: {n: [round(end, 2) for end in ends] for n, ends in one[kind].items()}
                for name, one in found.items()
            }
            for kind in ("intervals", "above_memory", "above_fp32")
        },
        "confidence": {
            "correlation": round(float(np.corrcoef(confidence, own)[0, 1]), 3),
            "fifths": fifths,
        },
        "examples": {name: one["examples"] for name, one in found.items()},
    }
