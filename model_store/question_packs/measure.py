"""`lectern packs measure`: the learning curves of question packs, as a table (JSON and Markdown) and a picture."""

import json
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Protocol

from functions.grading.schemas import GradeRequest
from functions.grading.task import TASK
from lectern.model import LoadedModel
from lectern.packs.features import Features, features
from lectern.task import Logits, Rows
from model_store.catalogue import Base
from model_store.question_packs.curve import COUNTS, Scored, curve
from model_store.question_packs.data import Question, read_asap_sas, read_mohler
from model_store.question_packs.embedded import KINDS, Embeddings, embedded
from model_store.question_packs.figures import accepted, calibration_error, mean_kappa, paired, rmse
from model_store.question_packs.picture import Line, picture
from model_store.question_packs.raters import raters
from model_store.question_packs.table import table

NO_REFERENCE = 0.5
"""The credit of an answer that no grader reads: ASAP-SAS has neither questions nor references."""

Progress = Callable[[int, int], None]


class Observe(Protocol):
    """What a head sees of a question's answers, by their embeddings."""

    def __call__(self, question: Question, *, vectors: Embeddings) -> list[Features]:
        """The features of the question's answers, in their order."""


def measure(model: LoadedModel, base: Base, data: Path, out: Path, progress: Progress) -> dict[str, Any]:
    """Measure and write `question-packs.{json,md,svg}` into `out`; returns what the JSON holds.

    Raises OSError or DataError for the data folder.
    """
    prompts = read_asap_sas(data)
    results = {
        "grader": f"{model.release.manifest.model} {model.release.manifest.version}",
        "mohler": _measured(read_mohler(data), _Graded(model), COUNTS[:3], base, progress, 0.5),
        "asap_sas": _measured(prompts, _alone, (*COUNTS[1:], None), base, progress, 0.5),
        "raters": _raters(prompts, base, progress),
    }
    out.mkdir(parents=True, exist_ok=True)
    (out / "question-packs.json").write_text(json.dumps(results, indent=1) + "\n", "utf-8")
    (out / "question-packs.md").write_text(table(results), "utf-8")
    (out / "question-packs.svg").write_text(_picture(results), "utf-8")
    return results


def _measured(
    questions: Sequence[Question],
    observe: Observe,
    counts: Sequence[int | None],
    base: Base,
    progress: Progress,
    tolerance: float,
) -> dict[str, Any]:
    texts = [text for question in questions for text in (*question.answers, *question.references)]
    found = {}
    for kind in KINDS:
        vectors = embedded(base, kind, texts, progress)
        wanted = counts if kind == "int8" else [max(count for count in counts if count)]  # what the interval compares
        found[kind] = curve(questions, partial(observe, vectors=vectors), wanted)
    rows = {name: _figures(parts, tolerance) for name, parts in found["int8"].items()}
    compared = {name: _compared(found["int8"][name], parts) for name, parts in found["fp32"].items()}
    return {"curve": rows, "int8_less_fp32": compared, "questions": _questions(found["int8"])}


def _raters(prompts: Sequence[Question], base: Base, progress: Progress) -> dict[str, dict[str, float]]:
    vectors = embedded(base, "int8", [text for prompt in prompts for text in prompt.answers], progress)
    return {prompt.name: raters(prompt, _alone(prompt, vectors)) for prompt in prompts}


def _figures(parts: Sequence[Scored], tolerance: float) -> dict[str, float]:
    coverage, error = accepted(parts, tolerance)
    figures = {
        "rmse": rmse(parts),
        "kappa": mean_kappa(parts),
        "ece": calibration_error(parts, tolerance),
        "coverage_at_5": coverage,
        "error_at_5": error,
    }
    answers = sum(len(part.gold) for part in parts)
    return {"answers": answers} | {name: round(value, 4) for name, value in figures.items()}


def _compared(int8: Sequence[Scored], fp32: Sequence[Scored]) -> dict[str, list[float]]:
    metrics = {"rmse": rmse, "kappa": mean_kappa}
    return {name: [round(value, 4) for value in paired(metric, int8, fp32, 300)] for name, metric in metrics.items()}


def _questions(found: dict[str, list[Scored]]) -> dict[str, dict[str, float]]:
    """Kappa by question and number of grades, where a question has many answers."""
    names = sorted({part.question for parts in found.values() for part in parts if len(part.gold) > 100})
    return {
        name: {count: round(mean_kappa([p for p in parts if p.question == name]), 4) for count, parts in found.items()}
        for name in names
    }


class _Graded:
    """A question's answers as the service observes them, with the grader's credit; the grader reads each once."""

    def __init__(self, model: LoadedModel) -> None:
        self._model, self._read = model, lru_cache(None)(self._logits)

    def __call__(self, question: Question, *, vectors: Embeddings) -> list[Features]:
        return [self._observed(question, answer, vectors) for answer in question.answers]

    def _observed(self, question: Question, answer: str, vectors: Embeddings) -> Features:
        asked, rows, logits = self._read(question, answer)
        assert TASK.adaptation
        manifest = self._model.release.manifest
        return TASK.adaptation.observe(asked, rows, logits, manifest, lambda text, keep=False: vectors[text])

    def _logits(self, question: Question, answer: str) -> tuple[GradeRequest, Rows, Logits]:
        asked = GradeRequest(question=question.text, references=list(question.references), answer=answer)
        rows = TASK.encode(asked, self._model.tokenizer, self._model.release.manifest)
        return asked, rows, [self._model.infer(row) for row in rows]


def _alone(question: Question, vectors: Embeddings) -> list[Features]:
    return [features(answer, NO_REFERENCE, vectors[answer], []) for answer in question.answers]


def _picture(results: dict[str, Any]) -> str:
    def line(name: str, metric: str) -> Line:
        rows = {count: row for count, row in results[name]["curve"].items() if count != "all"}
        return Line([int(count) for count in rows], [row[metric] for row in rows.values()])

    return picture("Mohler: RMSE (0–5)", line("mohler", "rmse"), "ASAP-SAS: mean QWK", line("asap_sas", "kappa"))
