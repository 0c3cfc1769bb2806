"""One table of every task's figures: docs/results/tasks.md, out of the adapters' evaluations alone."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model_store.catalogue import ADAPTERS
from model_store.templates import template

PAGE = "tasks.md"


@dataclass(frozen=True)
class Figure:
    """One metric of one model on one set, under the names of its evaluation."""

    asked: str
    model: str
    set: str
    metric: str
    name: str
    beside: tuple[tuple[str, str], ...] = ()
    """Other metrics of the same set to hold it against, with their names."""


FIGURES = (
    Figure("/v1/grade", "grading", "sciEntsBank unseen answers (test-UA)", "macro_f1", "macro-F1"),
    Figure("/v1/grade", "grading", "sciEntsBank unseen questions (validation)", "macro_f1", "macro-F1"),
    Figure("/v1/essays/score", "essays", "known prompts", "kappa", "QWK"),
    Figure("/v1/answer", "answer", "squad v1.1 development", "f1", "F1", (("exact", "exact match"),)),
    Figure("/v1/answer", "answer", "squad v2.0 development", "answered_f1", "F1 where there is an answer"),
    Figure("/v1/answer", "answer", "squad v2.0 development", "silent", "silent where there is none"),
    Figure("/v1/classify", "question-type", "trec development", "accuracy", "accuracy"),
    Figure("/v1/classify", "bloom", "bloom development", "macro_f1", "macro-F1"),
    Figure("/v1/classify", "sentences", "trec development, 8 examples of each label", "accuracy", "accuracy"),
    Figure("/v1/sentiment", "sentiment", "sst2 development", "accuracy", "accuracy"),
    Figure("/v1/roles", "roles", "propbank development", "predicate_f1", "F1 of predicates"),
    Figure("/v1/roles", "roles", "propbank development", "argument_f1", "F1 of arguments"),
    Figure(
        "/v1/summarize", "summaries", "scitldr development, 1 sentence", "rouge_l", "ROUGE-L",
        (("rouge_l_lead", "first sentence"), ("rouge_l_centrality", "centrality")),
    ),
    Figure("/v1/translate", "translate", "en-zh development", "chrf", "chrF", (("chrf_memory", "translation memory"),)),
    Figure("/v1/translate", "translate", "zh-en development", "chrf", "chrF", (("chrf_memory", "translation memory"),)),
    Figure(
        "/v1/search", "search", "openstax python", "mrr", "MRR@10",
        (("mrr_words", "words alone"), ("mrr_meaning", "vectors alone")),
    ),
    Figure("/v1/embed", "search", "openstax python", "mean_cosine", "cosine to fp32", (("least_cosine", "least"),)),
)  # fmt: skip


def compose(adapters: Path = ADAPTERS) -> str:
    """The page. Raises OSError where something was not measured yet."""
    read = {name: _read(adapters, name) for name in {figure.model for figure in FIGURES}}
    return template("tasks.md.j2").render(rows=[_row(figure, read[figure.model]) for figure in FIGURES])


def _row(figure: Figure, evaluation: dict[str, Any]) -> dict[str, Any]:
    metrics = evaluation["metrics"][figure.set]
    beside = [f"{name} {_shown(metrics[metric])}" for metric, name in figure.beside]
    interval = _interval(figure, evaluation)
    less = " to ".join(f"{end:+.4f}" if abs(metrics[figure.metric]) <= 1 else f"{end:+.2f}" for end in interval)
    return {"figure": figure, "value": _shown(metrics[figure.metric]), "less": less or "–", "beside": ", ".join(beside)}


def _interval(figure: Figure, evaluation: dict[str, Any]) -> Sequence[float]:
    """95 % of what int8 brings above fp32; nothing where that was not measured for this metric."""
    compared = evaluation.get("int8_against_fp32", {})
    found = compared.get(figure.set, compared)
    others = evaluation.get("above_fp32", {}).get(figure.set, {})
    known = (
        (f"{figure.metric}_95", "difference_95") if figure.metric in ("macro_f1", "kappa") else (f"{figure.metric}_95",)
    )
    return next((found[name] for name in known if name in found), others.get(figure.metric, ()))


def _shown(value: float) -> str:
    return f"{value:.3f}" if abs(value) <= 1 else f"{value:.1f}"


def _read(adapters: Path, model: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((adapters / model / "evaluation.json").read_text("utf-8"))
    return found
