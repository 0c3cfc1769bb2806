"""Marked answers to compare with: a batch CSV with a `gold` column, or a data folder."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from functions.grading.schemas import LABELS
from lectern.batch.table import Row, read_table
from model_store.errors import DataError
from model_store.recipes.data import Example, is_unseen_answer, read_semeval


@dataclass(frozen=True)
class Marked:
    """An answer with a person's mark: a label, or credit as a share of the question's points."""

    id: str
    question_id: str
    request: dict[str, Any]
    label: str | None
    credit: float | None

    @property
    def max_score(self) -> float:
        """The question's points."""
        return float(self.request.get("max_score", 1.0))


def read_marked(path: Path) -> tuple[list[Marked], int]:
    """The marked answers of a CSV, or the unseen answers of a data folder; and how many rows had to be left out.

    Raises:
        TableError: the CSV as a whole can't be read.
        DataError: nothing in it is marked.
        OSError: it can't be read.
    """
    if path.is_dir():
        return [_example(example) for example in read_semeval(path) if is_unseen_answer(example)], 0
    table = read_table(path.read_bytes())
    if "gold" not in table.columns:
        raise DataError(f"{path.name}: there is no column gold to compare with")
    marked = [found for row in table.rows if (found := _marked(row))]
    if not marked:
        raise DataError(f"{path.name}: no row has a mark in its column gold")
    return marked, len(table.rows) - len(marked)


def _marked(row: Row) -> Marked | None:
    """A row with a readable mark. The question's id stays out of the request: what is compared are the models."""
    if row.item is None:
        return None
    request = {name: value for name, value in row.item.items() if name not in ("id", "student_id", "question_id")}
    mark = row.cells["gold"].strip().lower()
    label = mark if mark in LABELS else None
    credit = None if label else _credit(mark, row.item["max_score"])
    if label is None and credit is None:
        return None
    return Marked(row.cells["id"], row.cells["question_id"] or row.cells["question"], request, label, credit)


def _credit(mark: str, max_score: float) -> float | None:
    try:
        credit = float(mark) / max_score
    except (ValueError, ZeroDivisionError):
        return None
    return credit if 0 <= credit <= 1 else None  # NaN is neither


def _example(example: Example) -> Marked:
    request = {"question": example.question, "references": list(example.references), "answer": example.answer}
    question = f"{example.corpus}/{example.question_id}"
    return Marked(question, question, request, example.label, None)
