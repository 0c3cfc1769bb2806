"""`lectern packs measure`: the learning curves of question packs, as a table (JSON and Markdown) and a picture."""

import json
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from lectern.packs.features import Features, features
from model_store.catalogue import Base, Model
from model_store.question_packs.curve import COUNTS, Scored, curve
from model_store.question_packs.data import Question, read_asap_sas, read_mohler
from model_store.question_packs.embedded import KINDS, Embeddings, embedded
from model_store.question_packs.figures import accepted, calibration_error, mean_kappa, paired, rmse
from model_store.question_packs.graders import Graded, kept_apart
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


def measure(model: Model, first_runs: Sequence[Path], data: Path, out: Path, progress: Progress) -> dict[str, Any]:
    """Measure and write `question-packs.{json,md,svg}` into `out`; returns what the JSON holds.

    `first_runs` are adapters of the grader's folds; each of Mohler's questions is put to one that was kept from it.
    Raises OSError or DataError for the data folder and the first runs; and as `build`.
    """
    questions, prompts, base = read_mohler(data), read_asap_sas(data), model.base
    graded = Graded(kept_apart(model, first_runs, questions))
    results = {
        "grader": f"{model.name}, {len(first_runs)} first runs",
        "mohler": _measured(questions, graded, COUNTS[:3], base, progress, 0.5),
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


def _alone(question: Question, vectors: Embeddings) -> list[Features]:
    return [features(answer, NO_REFERENCE, vectors[answer], []) for answer in question.answers]


def _picture(results: dict[str, Any]) -> str:
    def line(name: str, metric: str) -> Line:
        rows = {count: row for count, row in results[name]["curve"].items() if count != "all"}
        return Line([int(count) for count in rows], [row[metric] for row in rows.values()])

    return picture("Mohler: RMSE (0–5)", line("mohler", "rmse"), "ASAP-SAS: mean QWK", line("asap_sas", "kappa"))
