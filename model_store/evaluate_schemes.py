"""Measure schemes of one's own: `lectern models evaluate sentences` writes evaluation.json and card.md.

A scheme is fitted as in service to EACH training examples of every label and asked about the development part; the
encoder has seen neither. Ten draws; what is told is their mean.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lectern.schemes.head import fit
from model_store.catalogue import Model
from model_store.evaluate import loaded_models
from model_store.evaluate_texts import Progress, read
from model_store.keep import keep
from model_store.metrics import mean_interval
from model_store.recipes.texts_data import Text, read_texts

EACH, DRAWS = 8, 10

SETS = ("trec", "bloom")

Rows = dict[str, NDArray[np.float32]]
"""The vector of each text."""


def evaluate_schemes(model: Model, data: Path, progress: Progress) -> dict[str, Any]:
    """Measure and write; returns what evaluation.json holds. Raises OSError or DataError."""
    metrics: dict[str, dict[str, float]] = {}
    against: dict[str, Any] = {}
    models = loaded_models(model)
    for name in SETS:
        texts = read_texts(name, data)
        draws = [drawn(texts, seed) for seed in range(DRAWS)]
        asked = sorted({text.text for draw in draws for text in draw} | {text.text for text in texts if text.held})
        vectors = [dict(zip(asked, read(one, asked, progress).astype(np.float32), strict=True)) for one in models]
        int8, fp32 = (np.array([right(texts, draw, rows) for draw in draws]) for rows in vectors)
        place = f"{name} development, {EACH} examples of each label"
        metrics[place] = _figures(int8, fp32)
        against[place] = {"accuracy_95": [round(end, 4) for end in mean_interval((int8 - fp32).mean(axis=0))]}
    return keep(model, {"metrics": metrics, "int8_against_fp32": against, "draws": DRAWS})


def drawn(texts: Sequence[Text], seed: int) -> list[Text]:
    """EACH training texts of every label, by chance."""
    chance, found = np.random.default_rng(seed), []
    for label in sorted({text.label for text in texts}):
        own = [text for text in texts if text.label == label and not text.held]
        found += [own[place] for place in chance.choice(len(own), EACH, replace=False)]
    return found


def right(texts: Sequence[Text], examples: Sequence[Text], rows: Rows) -> NDArray[np.float64]:
    """Whether a scheme of the examples is right about each development text (texts,), as 1 or 0."""
    labels = sorted({text.label for text in examples})
    given = [labels.index(text.label) for text in examples]
    head = fit(np.stack([rows[text.text] for text in examples]), given, len(labels))
    held = [text for text in texts if text.held]
    return np.array([float(labels[int(head.chances(rows[t.text]).argmax())] == t.label) for t in held])


def _figures(int8: NDArray[np.float64], fp32: NDArray[np.float64]) -> dict[str, float]:
    """Of what is right (draws, texts)."""
    by_draw = int8.mean(axis=1)
    found = {
        "texts": float(int8.shape[1]),
        "accuracy": float(by_draw.mean()),
        "accuracy_least": float(by_draw.min()),
        "accuracy_most": float(by_draw.max()),
        "accuracy_fp32": float(fp32.mean()),
    }
    return {name: round(value, 4) for name, value in found.items()}
