"""Mohler and ASAP-SAS as questions with graded answers.

Mohler, Bunescu and Mihalcea (2011), Learning to Grade Short Answer Questions using Semantic Similarity Measures and
Dependency Graph Alignments. The Hewlett Foundation (2012), Short Answer Scoring: ten prompts, without prompt texts and
references; the held-out part here is `id % 5 == 1`. Of copies of an answer the first alone is kept, so that no held-out
answer was seen.
"""

import gzip
import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model_store.errors import DataError

HELD_OUT = 1


@dataclass(frozen=True)
class Question:
    """A question with answers and their scores; `held_out` says which answers no head may see (None: no such part).

    `second` holds another rater's scores where the data has them.
    """

    name: str
    text: str
    references: tuple[str, ...]
    answers: tuple[str, ...]
    scores: tuple[float, ...]
    max_score: float
    step: float
    held_out: tuple[bool, ...] | None = None
    second: tuple[float, ...] | None = None


def read_mohler(folder: Path) -> list[Question]:
    """Questions of 0 to 5 points in halves, scores the mean of two graders. Raises OSError or DataError."""
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in _rows(folder / "mohler.jsonl.gz", {"qid", "question", "reference", "answer", "score"}):
        groups[row["qid"]].append(row)
    return [_mohler(name, rows) for name, rows in sorted(groups.items())]


def read_asap_sas(folder: Path) -> list[Question]:
    """Ten prompts of 0 to 2 or 3 points. Raises OSError or DataError."""
    groups: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in _rows(folder / "asap_sas.jsonl.gz", {"id", "prompt", "answer", "score", "score2"}):
        groups[row["prompt"]].append(row)
    return [_prompt(name, _different(rows)) for name, rows in sorted(groups.items())]


def _mohler(name: str, rows: list[dict[str, Any]]) -> Question:
    answers, scores = _columns(rows)
    return Question(name, rows[0]["question"], (rows[0]["reference"],), answers, scores, 5.0, 0.5)


def _prompt(name: int, rows: list[dict[str, Any]]) -> Question:
    answers, scores = _columns(rows)
    held_out = tuple(row["id"] % 5 == HELD_OUT for row in rows)
    second = tuple(float(row["score2"]) for row in rows)
    return Question(f"prompt {name}", "", (), answers, scores, max(scores), 1.0, held_out, second)


def _different(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The first row of each answer."""
    first: dict[str, dict[str, Any]] = {}
    for row in rows:
        first.setdefault(row["answer"], row)
    return list(first.values())


def _columns(rows: list[dict[str, Any]]) -> tuple[tuple[str, ...], tuple[float, ...]]:
    return tuple(row["answer"] for row in rows), tuple(float(row["score"]) for row in rows)


def _rows(path: Path, columns: set[str]) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    for number, row in enumerate(rows, 1):
        if missing := sorted(columns - set(row)):
            raise DataError(f"{path.name}: line {number} lacks {', '.join(missing)}")
    return rows
