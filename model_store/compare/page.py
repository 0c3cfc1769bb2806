"""The comparison as one self-contained page, in the manner of a class's report."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

from model_store.compare.comparison import Comparison

MOST_LISTED = 300
"""Answers and questions on the page."""

TITLES = {
    "accuracy": "Right grades",
    "macro_f1": "Macro-F1",
    "qwk": "Quadratic weighted kappa",
    "rmse": "RMSE, in shares of the points",
    "ece": "Calibration error (ECE)",
    "left_to_the_grader": "Left to the grader",
    "wrong_unreviewed": "Wrong among those",
}


def page(comparison: Comparison, source: str) -> str:
    """The page; `source` names the marked answers."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["percent"] = lambda value: f"{100 * value:.0f} %"
    template = environment.from_string(Path(__file__).with_name("page.html.j2").read_text("utf-8"))
    document = comparison.document
    return template.render(
        source=source,
        first=document["versions"][0],
        second=document["versions"][1],
        document=document,
        metrics=[_metric(name, entry) for name, entry in document["differences"].items()],
        questions=[entry for entry in document["questions"] if entry["difference"]][:MOST_LISTED],
        flips=comparison.flips[:MOST_LISTED],
        more_flips=max(0, len(comparison.flips) - MOST_LISTED),
    )


def verdict(entry: dict[str, Any]) -> str:
    """`better` or `worse` where the interval leaves out zero, else `even`."""
    if entry["low"] <= 0 <= entry["high"]:
        return "even"
    return "better" if entry["difference"] * entry["better"] > 0 else "worse"


def _metric(name: str, entry: dict[str, Any]) -> dict[str, Any]:
    return entry | {"title": TITLES[name], "verdict": verdict(entry)}
