"""Measure a grader: its experts are asked once, and everything else follows from what they say.

Three adapters answer: the one that ships, about other answers to its own questions (test-UA), and two folds, about the
questions and science modules that they were kept from.
"""

import dataclasses
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from functions.grading.schemas import LABELS, GradeRequest
from functions.grading.task import encode
from lectern.manifest import Calibration
from lectern.model import Encoder, LoadedModel
from model_store.build.builder import build
from model_store.build.grading import float_experts, int8_experts
from model_store.build.measured import measured_sha256
from model_store.card import card
from model_store.catalogue import Model
from model_store.grader_figures import Told, experts_of, figures
from model_store.recipes.data import Example, is_unseen_answer, read_semeval
from model_store.recipes.grader.blend import fit_blend
from model_store.recipes.grader.folds import apart
from model_store.release.rehearsal import rehearse
from model_store.sources import base_folder

Progress = Callable[[int, int], None]


def calibrate_grader(model: Model, folds: Sequence[Path], data: Path, progress: Progress) -> dict[str, Any]:
    """Fit the blend into adapter.json and the thresholds into evaluation.json; returns what that holds."""
    told = _ask_all(model, folds, data, progress)
    blend = fit_blend(*experts_of(told.int8), told.gold, told.sets)
    _rewrite(model.adapter / "adapter.json", {"blend": np.round(blend, 4).tolist()})
    evaluation = figures(told, np.round(blend, 4))
    return _write(model, evaluation)


def evaluate_grader(model: Model, folds: Sequence[Path], data: Path, progress: Progress) -> dict[str, Any]:
    """Measure, and write evaluation.json and the card. Raises OSError or DataError."""
    blend = np.array(json.loads((model.adapter / "adapter.json").read_text("utf-8"))["blend"])
    return _write(model, figures(_ask_all(model, folds, data, progress), blend))


def _ask_all(model: Model, folds: Sequence[Path], data: Path, progress: Progress) -> Told:
    examples = read_semeval(data)
    parts = [(model, "answers (test-UA)", [e for e in examples if is_unseen_answer(e)])]
    for folder in folds:
        fold = json.loads((folder / "adapter.json").read_text("utf-8"))["fold"]
        other = dataclasses.replace(model, adapter=folder)
        for kind in ("question", "module"):
            kept = [e for e in examples if e.split == "train" and apart(e, fold) == kind]
            parts.append((other, f"{kind}s (validation)", kept))
    total, done = sum(len(part) for _, _, part in parts), 0
    told = []
    for asked, name, part in parts:
        told.append(_ask(asked, name, part, lambda more, before=done: progress(before + more, total)))  # type: ignore[misc]
        done += len(part)
    return Told(*(np.concatenate([getattr(one, f.name) for one in told]) for f in dataclasses.fields(Told)))


def _ask(model: Model, name: str, examples: Sequence[Example], progress: Callable[[int], None]) -> Told:
    base = base_folder(model.base)
    release = rehearse(build(model), model.name)
    asked = {"int8": int8_experts(model, base), "fp32": float_experts(model, base)}
    graders = {kind: _with(release, *graphs) for kind, graphs in asked.items()}
    rows: dict[str, list[NDArray[np.float32]]] = {kind: [] for kind in graders}
    for number, example in enumerate(examples):
        request = GradeRequest(question=example.question, references=list(example.references), answer=example.answer)
        row = encode(request, release.tokenizer, release.release.manifest)[0]
        for kind, grader in graders.items():
            rows[kind].append(grader.infer(row))
        progress(number + 1)
    sets = np.array([f"{e.corpus} unseen {name}" for e in examples])
    questions = np.array([f"{e.corpus}/{e.question_id}" for e in examples])
    gold = np.array([LABELS.index(e.label) for e in examples])
    return Told(sets, questions, gold, np.array(rows["int8"], dtype=float), np.array(rows["fp32"], dtype=float))


def _with(release: LoadedModel, encoder: bytes, graph: bytes) -> LoadedModel:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    sessions = [onnxruntime.InferenceSession(data, options) for data in (encoder, graph)]
    return dataclasses.replace(release, encoder=Encoder(sessions[0]), session=sessions[1])


def _write(model: Model, evaluation: dict[str, Any]) -> dict[str, Any]:
    calibration = Calibration.model_validate(evaluation["calibration"])
    (model.adapter / "evaluation.json").write_text(json.dumps(evaluation, indent=1) + "\n", "utf-8")
    evaluation["measured_sha256"] = measured_sha256(build(model).folder, calibration)
    (model.adapter / "evaluation.json").write_text(json.dumps(evaluation, indent=1) + "\n", "utf-8")
    facts = json.loads((model.adapter / "adapter.json").read_text("utf-8"))
    (model.adapter / "card.md").write_text(card(model, facts, evaluation), "utf-8")
    return evaluation


def _rewrite(path: Path, change: dict[str, Any]) -> None:
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | change, indent=1) + "\n", "utf-8")
