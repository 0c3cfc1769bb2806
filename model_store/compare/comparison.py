"""What a comparison found, as one document: for the table, for machines, and for the page."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from lectern.reports.marks import BIN_EDGES
from model_store.compare.answered import Answered
from model_store.compare.figures import Marks, Side, differences, marks_of, right, side_of
from model_store.compare.marked import Marked


@dataclass(frozen=True)
class Flip:
    """An answer whose grade flips; the page shows it, nothing else does."""

    row: Marked
    first: dict[str, Any]
    second: dict[str, Any]
    gain: int
    """1: the second version is right and the first was not; -1: the other way round; 0: neither or both are right."""


@dataclass(frozen=True)
class Comparison:
    """The figures, and the flips behind their count."""

    document: dict[str, Any]
    flips: tuple[Flip, ...]


def compare(rows: Sequence[Marked], answered: tuple[Answered, Answered], left_out: int) -> Comparison:
    """Hold the second version's answers against the first's, over the same rows."""
    marks, sides = marks_of(rows), (side_of(rows, answered[0].results), side_of(rows, answered[1].results))
    flips = _flips(rows, answered, marks, sides)
    document = {
        "answers": len(rows),
        "left_out": left_out,
        "versions": [_version(one, marks, side) for one, side in zip(answered, sides, strict=True)],
        "differences": {
            found.metric.name: {
                "first": found.first,
                "second": found.second,
                "difference": found.second - found.first,
                "low": found.low,
                "high": found.high,
                "better": found.metric.better,
            }
            for found in differences(marks, *sides)
        },
        "questions": _questions(rows, marks, sides),
        "flips": {
            "all": len(flips),
            "gained": sum(flip.gain > 0 for flip in flips),
            "lost": sum(flip.gain < 0 for flip in flips),
        },
    }
    return Comparison(document, flips)


def _version(one: Answered, marks: Marks, side: Side) -> dict[str, Any]:
    manifest = one.manifest
    return {
        "model": manifest.model,
        "version": manifest.version,
        "digest": one.digest,
        "quantisation": manifest.quantisation,
        "bytes": sum(pin.size for pin in manifest.files.values()),
        "milliseconds": {
            "median": float(np.median(one.milliseconds)),
            "p95": float(np.percentile(one.milliseconds, 95)),
        },
        "reliability": _reliability(marks, side),
    }


def _reliability(marks: Marks, side: Side) -> list[dict[str, Any]]:
    """How often answers of about the same confidence are right; empty bins are left out."""
    hit, bins = right(marks, side), []
    for low, high in pairwise(BIN_EDGES):
        here = (side.confidence >= low) & ((side.confidence < high) | (high == BIN_EDGES[-1]))
        if here.any():
            mean = float(side.confidence[here].mean())
            bins.append({"low": low, "high": high, "count": int(here.sum()), "confidence": mean})
            bins[-1]["right"] = float(hit[here].mean())
    return bins


def _questions(rows: Sequence[Marked], marks: Marks, sides: Sequence[Side]) -> list[dict[str, Any]]:
    """Each question's share of right grades, those that change most first."""
    hits, names = [right(marks, side) for side in sides], list(dict.fromkeys(row.question_id for row in rows))
    questions = []
    for number, name in enumerate(names):
        here = marks.question == number
        first, second = (float(hit[here].mean()) for hit in hits)
        figures = {"first": first, "second": second, "difference": second - first}
        questions.append({"question": name, "answers": int(here.sum()), **figures})
    return sorted(questions, key=lambda entry: -abs(entry["difference"]))


def _flips(
    rows: Sequence[Marked], answered: tuple[Answered, Answered], marks: Marks, sides: Sequence[Side]
) -> tuple[Flip, ...]:
    """The answers whose label changes, or that become right or wrong, the lost ones first."""
    before, after = (right(marks, side) for side in sides)
    gains = after.astype(int) - before.astype(int)
    flipped = np.flatnonzero((sides[0].label != sides[1].label) | (gains != 0))
    flips = [Flip(rows[n], answered[0].results[n], answered[1].results[n], int(gains[n])) for n in map(int, flipped)]
    return tuple(sorted(flips, key=lambda flip: flip.gain))
