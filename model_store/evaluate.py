"""Measure what a build makes of an adapter: `lectern models evaluate NAME` writes evaluation.json and card.md.

The int8 file is asked through the grading function's own `encode`, one row per run, as in service. Calibration is
fitted on the questions that training kept apart; the fp32 graph answers the same rows beside it.
"""

import dataclasses
import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from functions.grading.schemas import GradeRequest
from functions.grading.task import encode
from lectern.model import LoadedModel, load
from lectern.store.local import LocalStore
from model_store.build.builder import build, float_graph
from model_store.calibrate import calibrate, softmax
from model_store.card import card
from model_store.catalogue import Model
from model_store.metrics import Labels, accuracy, expected_calibration_error, macro_f1, paired_interval
from model_store.recipes.data import LABELS, Example, is_unseen_answer, is_validation, read_semeval
from model_store.release.publish import publish
from model_store.release.signing import FileSigner


@dataclass(frozen=True)
class Answered:
    """Logits (answers, labels) of the reference that speaks most for each answer, by the int8 file and in fp32."""

    gold: Labels
    int8: NDArray[np.float64]
    fp32: NDArray[np.float64]


def evaluate(model: Model, data: Path, progress: Callable[[int, int], None]) -> dict[str, Any]:
    """Measure, calibrate and write; returns what evaluation.json holds. Raises OSError or ValueError for bad data."""
    parts = _parts(read_semeval(data))
    int8, fp32 = _models(model)
    total, done, answered = sum(map(len, parts.values())), count(1), {}
    for name, examples in parts.items():
        answered[name] = _answer(int8, fp32, examples, lambda: progress(next(done), total))
    evaluation = _evaluation(answered)
    (model.adapter / "evaluation.json").write_text(json.dumps(evaluation, indent=1) + "\n", "utf-8")
    facts = json.loads((model.adapter / "adapter.json").read_text("utf-8"))
    (model.adapter / "card.md").write_text(card(model, facts, evaluation), "utf-8")
    return evaluation


def _parts(examples: Sequence[Example]) -> dict[str, list[Example]]:
    """What training has not seen: whole questions, and other answers to the questions that it has seen or not."""
    return {
        f"{corpus} {part}": [example for example in examples if example.corpus == corpus and belongs(example)]
        for corpus in ("beetle", "sciEntsBank")
        for part, belongs in (
            ("unseen questions (validation)", is_validation),
            ("unseen answers (test-UA)", is_unseen_answer),
        )
    }


def _models(model: Model) -> tuple[LoadedModel, LoadedModel]:
    """The int8 release as a function would load it, and the same with the fp32 graph."""
    with tempfile.TemporaryDirectory() as folder:
        store, signer = LocalStore(Path(folder, "store")), FileSigner(Path(folder, "key.pem"))
        int8 = load(store, publish(store, signer, build(model), model.name, "0.0.0"))
    session = onnxruntime.InferenceSession(float_graph(model).SerializeToString())
    return int8, dataclasses.replace(int8, session=session)


def _answer(
    int8: LoadedModel, fp32: LoadedModel, examples: Sequence[Example], progress: Callable[[], None]
) -> Answered:
    gold = np.array([LABELS.index(example.label) for example in examples])
    rows: dict[str, list[NDArray[np.float32]]] = {"int8": [], "fp32": []}
    for example in examples:
        rows["int8"].append(_logits(int8, example))
        rows["fp32"].append(_logits(fp32, example))
        progress()
    return Answered(gold, np.array(rows["int8"], dtype=np.float64), np.array(rows["fp32"], dtype=np.float64))


def _logits(model: LoadedModel, example: Example) -> NDArray[np.float32]:
    request = GradeRequest(question=example.question, references=list(example.references), answer=example.answer)
    logits = np.array([model.infer(row) for row in encode(request, model.tokenizer, model.release.manifest)])
    best: NDArray[np.float32] = logits[softmax(logits.astype(np.float64))[:, LABELS.index("correct")].argmax()]
    return best


def _evaluation(answered: dict[str, Answered]) -> dict[str, Any]:
    validation = [part for name, part in answered.items() if "validation" in name]
    gold = np.concatenate([part.gold for part in validation])
    int8, fp32 = (np.concatenate([getattr(part, kind) for part in validation]) for kind in ("int8", "fp32"))
    calibration = calibrate(int8, gold)
    low, high = paired_interval(gold, int8.argmax(1), fp32.argmax(1), len(LABELS))
    return {
        "calibration": calibration.model_dump(mode="json"),
        "metrics": {name: _metrics(part, calibration.temperature) for name, part in answered.items()},
        "int8_against_fp32": {
            "answers": len(gold),
            "macro_f1_int8": round(macro_f1(gold, int8.argmax(1), len(LABELS)), 4),
            "macro_f1_fp32": round(macro_f1(gold, fp32.argmax(1), len(LABELS)), 4),
            "difference_95": [round(low, 4), round(high, 4)],
            "labels_agree": round(accuracy(int8.argmax(1), fp32.argmax(1)), 4),
        },
    }


def _metrics(part: Answered, temperature: float) -> dict[str, float]:
    predicted, chances = part.int8.argmax(1), softmax(part.int8 / temperature)
    figures = {
        "answers": len(part.gold),
        "accuracy": accuracy(part.gold, predicted),
        "macro_f1": macro_f1(part.gold, predicted, len(LABELS)),
        "macro_f1_fp32": macro_f1(part.gold, part.fp32.argmax(1), len(LABELS)),
        "labels_agree": accuracy(predicted, part.fp32.argmax(1)),
        "ece": expected_calibration_error(chances.max(1), predicted == part.gold),
    }
    return {name: round(value, 4) for name, value in figures.items()}
