"""The output table: the same rows in the same order, each with its grade or its error.

A spreadsheet opens it, so cells are safe (lectern.cells): what a student began with `=` is text. `plain` gives the
input's cell again.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lectern.batch.table import RESULTS, Row, Table
from lectern.cells import safe
from lectern.reports.row import Row as Counted
from lectern.reports.row import from_batch


@dataclass(frozen=True)
class Grade:
    """One row's outcome. `result` is the function's answer; without one there is an error."""

    row: Row
    result: dict[str, Any] | None
    error: str = ""

    @property
    def credit(self) -> float:
        """The score as a share of max_score, 0..1."""
        assert self.result and self.row.item
        return float(self.result["score"] / self.row.item["max_score"])


def counted(grade: Grade) -> Counted:
    """A grade as reports count it; what the question bank filled in is in the item alone."""
    item = grade.row.item or {}
    return from_batch(grade.row.cells | {"question": item.get("question", "")}, grade.result, grade.error)


def error_text(problem: dict[str, Any]) -> str:
    """A problem document as one line for a cell."""
    faults = [f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in problem.get("errors", ())]
    return "; ".join(faults) or str(problem["detail"])


def grades_csv(table: Table, grades: list[Grade]) -> bytes:
    """`grades.csv`; bytes that were not UTF-8 in the input come out as they were."""
    return b"".join([header(table.columns), *(line(table.columns, grade) for grade in grades)])


def header(columns: Sequence[str]) -> bytes:
    """The first line of `grades.csv`."""
    return _line((*columns, *RESULTS))


def line(columns: Sequence[str], grade: Grade) -> bytes:
    """A row of `grades.csv`."""
    return _line([*(grade.row.cells[name] for name in columns), *_results(grade)])


def _line(cells: Sequence[str]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerow(map(safe, cells))  # so that a CR in a cell is quoted, too
    return text.getvalue().removesuffix("\r\n").encode("utf-8", errors="surrogateescape") + b"\n"


def _results(grade: Grade) -> list[str]:
    if grade.result is None:
        return ["", "", "", "", "", grade.error]
    result = grade.result
    review = "true" if result["needs_review"] else "false"
    return [result["label"], repr(result["score"]), repr(result["confidence"]), review, result["model"]["version"], ""]
