"""The figures of measured explanations, and the page that shows them."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, StrictUndefined
from numpy.typing import NDArray

from functions.grading.explanation import COVERED
from model_store.explanation_threshold import Threshold
from model_store.explanations import Explained
from model_store.faithfulness import DRAWS, STEPS, Loss
from model_store.metrics import area_under_roc, mean_interval


def summarise(measured: Sequence[Explained], threshold: Threshold | None) -> dict[str, Any]:
    """Faithfulness for all answers, by corpus and by label; coverage by the gold label; latency.

    `threshold` is the one of coverage that training answers ask for.
    """
    return {
        "answers": len(measured),
        "of_one_phrase": sum(one.deleted is None for one in measured),
        "steps": STEPS,
        "draws": DRAWS,
        "deleted": _losses(measured, lambda one: one.deleted),
        "kept": _losses(measured, lambda one: one.kept),
        "coverage": _coverage([one for one in measured if one.explanation.reference]),
        "threshold": {"used": COVERED, "best": threshold.similarity, "youden": threshold.youden} if threshold else None,
        "latency": latency([(one.plain_seconds, one.explained_seconds) for one in measured]),
    }


def write(figures: Mapping[str, Any], folder: Path, name: str = "explanations") -> str:
    """Write NAME.json and NAME.md, by the template NAME.md.j2, to `folder`; returns the page. Raises OSError."""
    environment = Environment(  # noqa: S701 - Markdown, and nothing in it comes from users
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    template = environment.from_string(Path(__file__).with_name(f"{name}.md.j2").read_text("utf-8"))
    page = template.render(**figures)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    (folder / f"{name}.md").write_text(page, "utf-8")
    return page


def _losses(measured: Sequence[Explained], loss: Callable[[Explained], Loss | None]) -> dict[str, Any]:
    parts: dict[str, list[Loss]] = {"all": []}
    for one in sorted(measured, key=lambda one: (one.example.corpus, one.label)):
        parts.setdefault(one.example.corpus, [])
    for label in sorted({one.label for one in measured}):
        parts[f"graded {label}"] = []
    for one in measured:
        if found := loss(one):
            for name in ("all", one.example.corpus, f"graded {one.label}"):
                parts[name].append(found)
    return {name: compared(part) for name, part in parts.items() if part}


def compared(part: Sequence[Loss]) -> dict[str, Any]:
    """Mean losses, and the paired 95 % interval of their difference."""
    named, by_chance = (np.array([getattr(loss, name) for loss in part]) for name in ("named", "random"))
    means = {"named": named.mean(), "random": by_chance.mean(), "difference": (named - by_chance).mean()}
    return {
        "answers": len(part),
        **{name: round(float(value), 4) for name, value in means.items()},
        "interval_95": [round(end, 4) for end in mean_interval(named - by_chance)],
    }


def _coverage(measured: Sequence[Explained]) -> dict[str, float] | None:
    """How similarity and `covered` tell correct answers from the others; None where there are not both to compare."""
    right = np.array([one.example.label == "correct" for one in measured], dtype=bool)
    if right.all() or not right.any():
        return None
    similar = np.array([np.mean([part.similarity for part in one.explanation.reference]) for one in measured])
    covered = np.array([np.mean([part.covered for part in one.explanation.reference]) for one in measured])
    return {
        "area_under_roc": round(area_under_roc(similar[right], similar[~right]), 4),
        "covered_of_correct": round(float(covered[right].mean()), 4),
        "covered_of_others": round(float(covered[~right].mean()), 4),
    }


def latency(seconds: Sequence[tuple[float, float]]) -> dict[str, list[float]]:
    """Median and 95th percentile of pairs of a plain answer's time and an explained one's."""
    plain, explained = np.array(seconds).T
    return {
        "plain_ms": _percentiles(plain * 1000),
        "explained_ms": _percentiles(explained * 1000),
        "ratio": _percentiles(explained / plain),
    }


def _percentiles(values: NDArray[np.float64]) -> list[float]:
    return [round(float(value), 2) for value in np.percentile(values, [50, 95])]
