"""Measure a model that answers from a text: `lectern models evaluate answer` writes evaluation.json and card.md.

The int8 file that ships and the fp32 graph beside it answer the development questions of SQuAD v1.1 and v2.0, in the
windows of service, one row per run. The threshold and the confidence are chosen on some of the articles, others were
learnt; what is told is of the rest.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from functions.answer.schemas import AnswerRequest
from functions.answer.task import best_of, encode
from lectern.calibration import confidence_of
from lectern.manifest import Calibration
from lectern.model import LoadedModel
from model_store.answer_calibration import calibrate
from model_store.answer_outcomes import Judged
from model_store.catalogue import Model
from model_store.errors import DataError
from model_store.evaluate import loaded_models
from model_store.keep import keep
from model_store.metrics import area_under_roc, expected_calibration_error, mean_interval
from model_store.recipes.squad.data import DEV_1, DEV_2, read_squad, use_of
from model_store.squad_metrics import exact_match, overlap_f1

SETS = {"squad v1.1 development": DEV_1, "squad v2.0 development": DEV_2}

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Asked:
    """A development question that was not learnt; `chosen`: its article is one that thresholds are chosen on."""

    question: str
    context: str
    accepted: tuple[str, ...]
    chosen: bool


@dataclass(frozen=True)
class Said:
    """What a model answers, whatever its score, and that score."""

    text: str
    score: float


def evaluate_answers(model: Model, data: Path, progress: Progress) -> dict[str, Any]:
    """Measure, calibrate and write; returns what evaluation.json holds. Raises OSError or DataError."""
    asked = {name: read_questions(data / file) for name, file in SETS.items()}
    unique = list(dict.fromkeys((one.question, one.context) for part in asked.values() for one in part))
    judged = []
    for number, one in enumerate(loaded_models(model)):
        said = answers(one, unique, partial(_tell, progress, number, len(unique)))
        judged.append({name: judge(part, said) for name, part in asked.items()})
    return keep(model, _evaluation(asked, *judged))


def _tell(progress: Progress, number: int, of_each: int, done: int) -> None:
    progress(number * of_each + done, 2 * of_each)


def read_questions(path: Path) -> list[Asked]:
    """The questions of a development part. Raises FileNotFoundError or DataError."""
    found = [
        Asked(one.question, paragraph.context, one.answers, use_of(paragraph.title) == "chosen on")
        for paragraph in read_squad(path)
        for one in paragraph.asked
        if use_of(paragraph.title) != "learnt"
    ]
    if len({one.chosen for one in found}) < 2:
        raise DataError(f"{path.name} has no articles to choose on, or none to report")
    return found


def answers(
    model: LoadedModel, pairs: Sequence[tuple[str, str]], progress: Callable[[int], None]
) -> dict[tuple[str, str], Said]:
    """What a model says of questions and texts, as in service; a question too long for it is an error."""
    found = {}
    for done, (question, context) in enumerate(pairs, start=1):
        request = AnswerRequest(question=question, context=context)
        rows = encode(request, model.tokenizer, model.release.manifest)
        best = best_of(rows, [model.infer(row) for row in rows])
        found[question, context] = Said(context[best.start : best.end], best.score)
        progress(done)
    return found


def judge(asked: Sequence[Asked], said: Mapping[tuple[str, str], Said]) -> Judged:
    """The questions with what was said of them; where there is no answer, any is worth nothing."""
    texts = [said[one.question, one.context] for one in asked]
    pairs = list(zip(asked, texts, strict=True))
    return Judged(
        np.array([one.score for one in texts]),
        np.array([exact_match(one.accepted, text.text) if one.accepted else 0.0 for one, text in pairs]),
        np.array([overlap_f1(one.accepted, text.text) if one.accepted else 0.0 for one, text in pairs]),
        np.array([bool(one.accepted) for one in asked]),
    )


def figures(part: Judged, plain: Judged, calibration: Calibration, plain_least: float) -> dict[str, float]:
    """Of the int8 file at its threshold, and of fp32 (`plain`) beside it at its own. `ece` is of exact matches."""
    exact, f1 = part.at(calibration.least_score)
    plain_exact, plain_f1 = plain.at(plain_least)
    sure = np.array([confidence_of(score, calibration) for score in part.scores])
    found = {
        "questions": float(len(exact)),
        "exact": exact.mean(),
        "f1": f1.mean(),
        "exact_fp32": plain_exact.mean(),
        "f1_fp32": plain_f1.mean(),
        "exact_if_forced": part.exact[part.has].mean(),
        "f1_if_forced": part.f1[part.has].mean(),
        "answered_f1": f1[part.has].mean(),
        "ece": expected_calibration_error(sure, exact > 0),
    }
    if not part.has.all():
        found["silent"] = f1[~part.has].mean()
        found["auc"] = area_under_roc(part.scores[part.has], part.scores[~part.has])
    return {name: round(float(value), 4) for name, value in found.items()}


def _evaluation(
    asked: Mapping[str, Sequence[Asked]], int8: Mapping[str, Judged], fp32: Mapping[str, Judged]
) -> dict[str, Any]:
    chosen = {name: np.array([one.chosen for one in part]) for name, part in asked.items()}
    calibration, plain = (calibrate(*(judged[name].of(chosen[name]) for name in SETS)) for judged in (int8, fp32))
    metrics, differences = {}, {}
    for name in SETS:
        part, beside = int8[name].of(~chosen[name]), fp32[name].of(~chosen[name])
        metrics[name] = figures(part, beside, calibration, plain.least_score)
        differences[name] = compared(part, beside, calibration.least_score, plain.least_score)
    return {
        "calibration": calibration.model_dump(mode="json"),
        "chosen_on": {name: int(part.sum()) for name, part in chosen.items()},
        "metrics": metrics,
        "int8_against_fp32": differences,
    }


def compared(int8: Judged, fp32: Judged, least: float, plain_least: float) -> dict[str, list[float]]:
    """The difference of int8 from fp32, each at its threshold, with its paired 95 % interval."""
    pairs = zip(("exact", "f1"), int8.at(least), fp32.at(plain_least), strict=True)
    return {f"{name}_95": [round(end, 4) for end in mean_interval(one - other)] for name, one, other in pairs}
