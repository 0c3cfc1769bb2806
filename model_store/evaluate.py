"""Measure what a build makes of an adapter: `lectern models evaluate NAME` writes evaluation.json and card.md.

The int8 file is asked through the grading function's own `encode`, one row per run, as in service, and the fp32 graph
answers the same rows beside it. The adapter that ships has seen the validation questions, so another one answers them
here: the recipe's first run, which kept them apart.
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
import onnx
import onnxruntime
from numpy.typing import NDArray

from functions.grading.schemas import LABELS, GradeRequest
from functions.grading.task import encode
from lectern.encoder import Encoder
from lectern.load import load
from lectern.manifest import Calibration
from lectern.model import LoadedModel
from lectern.store.local import LocalStore
from model_store.build.builder import build
from model_store.build.encoder import float_encoder
from model_store.build.make import float_graph
from model_store.calibrate import calibrate, coverage, softmax
from model_store.catalogue import Model
from model_store.keep import keep
from model_store.metrics import Labels, accuracy, expected_calibration_error, macro_f1, paired_interval
from model_store.recipes.data import Example, is_unseen_answer, is_validation, read_semeval
from model_store.release.publish import publish
from model_store.release.signing import FileSigner
from model_store.sources import base_folder

VALIDATION, UNSEEN_ANSWERS = "unseen questions (validation)", "unseen answers (test-UA)"


@dataclass(frozen=True)
class Answered:
    """Logits (answers, labels) by the int8 file and by the fp32 graph, each answer beside its nearest reference."""

    corpus: NDArray[np.str_]
    gold: Labels
    int8: NDArray[np.float64]
    fp32: NDArray[np.float64]

    def of(self, corpus: str) -> "Answered":
        """The answers of one corpus."""
        here = self.corpus == corpus
        return Answered(self.corpus[here], self.gold[here], self.int8[here], self.fp32[here])


def evaluate(model: Model, first_run: Path, data: Path, progress: Callable[[int, int], None]) -> dict[str, Any]:
    """Measure, calibrate and write; returns what evaluation.json holds.

    `first_run` is the adapter's folder of the run without the validation questions. Raises OSError or DataError.
    """
    examples = read_semeval(data)
    parts = {
        VALIDATION: (dataclasses.replace(model, adapter=first_run), [e for e in examples if is_validation(e)]),
        UNSEEN_ANSWERS: (model, [e for e in examples if is_unseen_answer(e)]),
    }
    total, done = sum(len(part) for _, part in parts.values()), count(1)
    answered = {name: ask(asked, part, lambda: progress(next(done), total)) for name, (asked, part) in parts.items()}
    return keep(model, _evaluation(answered))


def recalibrate(model: Model, first_run: Path, data: Path, progress: Callable[[int, int], None]) -> dict[str, Any]:
    """Fit the calibration alone and write it into evaluation.json; returns what that holds. Raises as `evaluate`."""
    kept = [example for example in read_semeval(data) if is_validation(example)]
    done = count(1)
    found = ask(dataclasses.replace(model, adapter=first_run), kept, lambda: progress(next(done), len(kept)))
    calibration = calibrate(found.int8, found.gold)
    path = model.adapter / "evaluation.json"
    before = json.loads(path.read_text("utf-8")) if path.exists() else {"metrics": {}}
    evaluation: dict[str, Any] = before | {
        "calibration": calibration.model_dump(mode="json"),
        "coverage": coverage(calibration, found.int8),
    }
    path.write_text(json.dumps(evaluation, indent=1) + "\n", "utf-8")
    return evaluation


def ask(model: Model, examples: Sequence[Example], progress: Callable[[], None]) -> Answered:
    """Ask the int8 release and the fp32 graph. Raises as `build`."""
    int8, fp32 = loaded_models(model)
    rows: dict[str, list[NDArray[np.float32]]] = {"int8": [], "fp32": []}
    for example in examples:
        rows["int8"].append(_logits(int8, example))
        rows["fp32"].append(_logits(fp32, example))
        progress()
    gold = np.array([LABELS.index(example.label) for example in examples])
    logits = {kind: np.array(values, dtype=np.float64) for kind, values in rows.items()}
    return Answered(np.array([example.corpus for example in examples]), gold, **logits)


def loaded_models(model: Model) -> tuple[LoadedModel, LoadedModel]:
    """The int8 release as a function would load it, and the same in fp32."""
    with tempfile.TemporaryDirectory() as folder:
        store, signer = LocalStore(Path(folder, "store")), FileSigner(Path(folder, "key.pem"))
        int8 = load(store, publish(store, signer, build(model), model.name, "0.0.0"))
    fp32 = dataclasses.replace(int8, session=_session(float_graph(model)))
    if int8.encoder is None:
        return int8, fp32
    encoder = float_encoder(base_folder(model.base), int8.release.manifest.encoder_layers)
    return int8, dataclasses.replace(fp32, encoder=Encoder(_session(encoder)))


def _session(graph: onnx.ModelProto) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = (
        1  # as in service; more would wait for each other busily
    )
    return onnxruntime.InferenceSession(graph.SerializeToString(), options)


def _logits(model: LoadedModel, example: Example) -> NDArray[np.float32]:
    request = GradeRequest(question=example.question, references=list(example.references), answer=example.answer)
    logits = np.array([model.infer(row) for row in encode(request, model.tokenizer, model.release.manifest)])
    best: NDArray[np.float32] = logits[softmax(logits.astype(np.float64))[:, LABELS.index("correct")].argmax()]
    return best


def _evaluation(answered: dict[str, Answered]) -> dict[str, Any]:
    validation = answered[VALIDATION]
    calibration = calibrate(validation.int8, validation.gold)
    return {
        "calibration": calibration.model_dump(mode="json"),
        "coverage": coverage(calibration, validation.int8),
        "metrics": {
            f"{corpus} {name}": _metrics(part.of(corpus), calibration)
            for name, part in answered.items()
            for corpus in sorted(set(part.corpus))
        },
        "int8_against_fp32": {name: _compared(part) for name, part in answered.items()},
    }


def _metrics(part: Answered, calibration: Calibration) -> dict[str, float]:
    predicted, chances = part.int8.argmax(1), softmax(part.int8 / calibration.temperature)
    figures = {
        "answers": len(part.gold),
        "accuracy": accuracy(part.gold, predicted),
        "macro_f1": macro_f1(part.gold, predicted, len(LABELS)),
        "macro_f1_fp32": macro_f1(part.gold, part.fp32.argmax(1), len(LABELS)),
        "labels_agree": accuracy(predicted, part.fp32.argmax(1)),
        "ece": expected_calibration_error(chances.max(1), predicted == part.gold),
    }
    return {name: round(value, 4) for name, value in figures.items()}


def _compared(part: Answered) -> dict[str, Any]:
    int8, fp32 = part.int8.argmax(1), part.fp32.argmax(1)
    low, high = paired_interval(part.gold, int8, fp32, len(LABELS))
    return {
        "answers": len(part.gold),
        "macro_f1_int8": round(macro_f1(part.gold, int8, len(LABELS)), 4),
        "macro_f1_fp32": round(macro_f1(part.gold, fp32, len(LABELS)), 4),
        "difference_95": [round(low, 4), round(high, 4)],
        "labels_agree": round(accuracy(int8, fp32), 4),
    }
