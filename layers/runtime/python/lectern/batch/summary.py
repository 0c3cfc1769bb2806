"""`summary.json`: a batch in figures. It holds no time, so that the same batch gives the same bytes."""

import hashlib
from collections import Counter
from typing import Any

from lectern.batch.agreement import by_confidence, compare, share
from lectern.batch.grades import Grade


def summarise(data: bytes, grades: list[Grade]) -> dict[str, Any]:
    """The figures of a graded batch; `data` is the input file."""
    graded = [grade for grade in grades if grade.result]
    return {
        "input_sha256": hashlib.sha256(data).hexdigest(),
        "model": graded[0].result["model"] if graded and graded[0].result else None,
        "rows": len(grades),
        "errors": len(grades) - len(graded),
        **_figures(graded),
        "questions": {name: _figures(members) for name, members in by_question(graded).items()},
    }


def by_question(graded: list[Grade]) -> dict[str, list[Grade]]:
    """Graded rows by question id (by the question itself where it has none), in the order of their first row."""
    groups: dict[str, list[Grade]] = {}
    for grade in graded:
        groups.setdefault(grade.row.cells["question_id"] or grade.row.cells["question"], []).append(grade)
    return groups


def _figures(graded: list[Grade]) -> dict[str, Any]:
    results = [grade.result for grade in graded if grade.result]
    figures: dict[str, Any] = {
        "graded": len(results),
        "needs_review": sum(result["needs_review"] for result in results),
        "labels": dict(sorted(Counter(result["label"] for result in results).items())),
        "mean_credit": _mean([grade.credit for grade in graded]),
    }
    compared = compare(graded)
    if compared:
        distances = [pair.distance for pair in compared if pair.distance is not None]
        figures["agreement"] = {
            "marks": len(compared),
            "share": share(compared),
            "mean_distance": _mean(distances),
            "by_confidence": [vars(entry) for entry in by_confidence(compared)],
        }
    return figures


def _mean(values: list[float]) -> float | None:
    return sum(values) / len(values) if values else None
