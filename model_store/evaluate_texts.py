"""Measure a classifier of texts: `lectern models evaluate sentiment` writes evaluation.json and card.md.

The int8 file that ships and the fp32 graph beside it are asked about the texts that were kept from training, in the
windows of service, one row per run.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lectern.labels import mean_output, text_rows
from lectern.model import LoadedModel
from model_store.calibrate import calibrate, coverage, softmax
from model_store.catalogue import Model, TextSet
from model_store.errors import DataError
from model_store.evaluate import loaded_models
from model_store.keep import keep
from model_store.metrics import (
    Labels,
    accuracy,
    expected_calibration_error,
    macro_f1,
    mean_interval,
    paired_interval,
    share_interval,
)
from model_store.recipes.texts_data import read_texts

Logits = NDArray[np.float64]

Progress = Callable[[int, int], None]


def evaluate_texts(model: Model, data: Path, progress: Progress) -> dict[str, Any]:
    """Measure, calibrate and write; returns what evaluation.json holds. Raises OSError or DataError."""
    texts = text_set(model)
    held = [text for text in read_texts(texts.set, data) if text.held]
    if not held:
        raise DataError(f"{data}: {texts.set} has no text that is kept for development")
    gold = np.array([model.labels.index(text.label) for text in held])
    asked = [text.text for text in held]
    int8, fp32 = (read(one, asked, progress) for one in loaded_models(model))
    name = f"{texts.set} development"
    calibration = calibrate(int8, gold)
    found = {
        "calibration": calibration.model_dump(mode="json"),
        "coverage": coverage(calibration, int8),
        "metrics": {name: figures(gold, int8, fp32, len(model.labels))},
        "int8_against_fp32": {name: compared(gold, int8.argmax(1), fp32.argmax(1), len(model.labels))},
    }
    return keep(model, found)


def text_set(model: Model) -> TextSet:
    """What a model learns from. Raises DataError where the catalogue says of nothing."""
    if model.texts is None:
        raise DataError(f"the catalogue says of no texts for {model.name}")
    return model.texts


def read(model: LoadedModel, texts: Sequence[str], progress: Progress) -> Logits:
    """Outputs (texts, outputs) of a model for texts, each by itself."""
    outputs = []
    for done, text in enumerate(texts, start=1):
        rows = text_rows(text, model.tokenizer, model.release.manifest)
        outputs.append(mean_output(rows, [model.infer(row) for row in rows]))
        progress(done, len(texts))
    return np.array(outputs, dtype=np.float64)


def figures(gold: Labels, int8: Logits, fp32: Logits, labels: int) -> dict[str, float]:
    """Of the int8 file, and of fp32 beside it. `ece` is by temperatures that were fitted on the other half."""
    said, plain = int8.argmax(1), fp32.argmax(1)
    low, high = share_interval(int(np.sum(said == gold)), len(gold))
    found = {
        "texts": float(len(gold)),
        "accuracy": accuracy(gold, said),
        "accuracy_low": low,
        "accuracy_high": high,
        "accuracy_fp32": accuracy(gold, plain),
        "macro_f1": macro_f1(gold, said, labels),
        "macro_f1_fp32": macro_f1(gold, plain, labels),
        "labels_agree": accuracy(said, plain),
        "ece": expected_calibration_error(_confidence(int8, gold), said == gold),
    }
    return {name: round(value, 4) for name, value in found.items()}


def compared(gold: Labels, int8: Labels, fp32: Labels, labels: int) -> dict[str, Any]:
    """The difference of int8 from fp32 with its paired 95 % interval, in accuracy and in macro-F1."""
    right = mean_interval((int8 == gold).astype(float) - (fp32 == gold))
    balanced = paired_interval(gold, int8, fp32, labels)
    return {
        "accuracy_95": [round(end, 4) for end in right],
        "macro_f1_95": [round(end, 4) for end in balanced],
    }


def _confidence(logits: Logits, gold: Labels) -> NDArray[np.float64]:
    """Confidence (texts,), each half's by the temperature of the other."""
    half = np.arange(len(gold)) % 2 == 0
    sure = np.zeros(len(gold))
    for one in (half, ~half):
        temperature = calibrate(logits[~one], gold[~one]).temperature
        sure[one] = softmax(logits[one] / temperature).max(axis=1)
    return sure
