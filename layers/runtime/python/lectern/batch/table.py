"""The input table: CSV whose good rows become items for grading and whose bad rows keep their own error."""

import csv
import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from lectern.batch.lines import EmptyTable, Lines, TableError, decoded

REQUIRED = ("id", "student_id", "question_id", "question", "reference", "answer", "max_score")
RESULTS = ("label", "score", "confidence", "needs_review", "model_version", "error")
_SEPARATOR = "||"
_UNDECODED = re.compile("[\udc80-\udcff]")
"""Bytes that were not UTF-8, as they are kept."""

LONGEST_ID = 200

csv.field_size_limit(1_000_000_000)  # a huge cell is that row's error, not the reader's


@dataclass(frozen=True)
class Row:
    """One row: its cells by column, and either the item to grade or what is wrong."""

    cells: dict[str, str]
    item: dict[str, Any] | None = None
    error: str = ""


@dataclass(frozen=True)
class Table:
    """A file's columns and rows, in its order."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def read_table(data: bytes) -> Table:
    """Read a batch whole. Raises as `stream_table`."""
    columns, rows = stream_table(io.BytesIO(data))
    return Table(columns, tuple(rows))


def stream_table(source: IO[bytes]) -> tuple[tuple[str, ...], Iterator[Row]]:
    """A batch's columns, and its rows one after another; nothing of the file is held but a row, and its id's digest.

    Raises:
        EmptyTable: nothing is in it.
        TableError: it is no text, not UTF-8 at all, lacks a column, or has a result's column; while the rows are
            read, that a quote stays open or a row is endless.
    """
    lines = Lines(decoded(source))
    reader = csv.reader(lines)
    header = next(reader, [])
    if _is_blank(header):
        raise EmptyTable("the file is empty") if all(map(_is_blank, reader)) else TableError("the first line is empty")
    columns = _columns(header)
    return columns, _rows(reader, columns, lines)


def _is_blank(cells: list[str]) -> bool:
    return not any(map(str.strip, cells))


def _columns(header: list[str]) -> tuple[str, ...]:
    columns = tuple(name.strip() for name in header)
    missing = [name for name in REQUIRED if name not in columns]
    if missing:
        hint = "; separate cells by commas, not by semicolons" if len(columns) == 1 and ";" in columns[0] else ""
        raise TableError(f"the header line lacks {', '.join(missing)}{hint}")
    taken = [name for name in columns if name in RESULTS]
    if taken:
        raise TableError(f"the input has columns that the grades will have: {', '.join(taken)}")
    if len(set(columns)) < len(columns):
        raise TableError("the header line names a column twice")
    return columns


def _rows(reader: Iterator[list[str]], columns: tuple[str, ...], lines: Lines) -> Iterator[Row]:
    seen: set[bytes] = set()
    lines.close_record()
    for values in reader:
        if any(values):  # spreadsheets leave rows of empty cells behind
            yield _row(values, columns, seen)
        lines.close_record()
    lines.check_closed()


def _row(values: list[str], columns: tuple[str, ...], seen: set[bytes]) -> Row:
    last = len(columns) - 1
    kept = [*values[:last], ",".join(values[last:])]  # what is too much stays in the last cell
    cells = dict(zip(columns, kept + [""] * len(columns), strict=False))
    try:
        if len(values) != len(columns):
            raise ValueError(f"the row has {len(values)} cells, the header line {len(columns)}")
        item = _item(cells)
        digest = hashlib.blake2b(item["id"].encode(), digest_size=8).digest()
        if digest in seen:
            raise ValueError("another row above has the same id")
        seen.add(digest)
        return Row(cells, item)
    except ValueError as error:
        return Row(cells, error=str(error))


def _item(cells: dict[str, str]) -> dict[str, Any]:
    for name, cell in cells.items():
        if _UNDECODED.search(cell):
            raise ValueError(f"{name} is not UTF-8")
    if not cells["id"].strip():
        raise ValueError("id is empty")
    _check_ids(cells)
    item = {
        "id": cells["id"],
        "student_id": cells["student_id"],
        "question": cells["question"],
        "references": [text for part in cells["reference"].split(_SEPARATOR) if (text := part.strip())],
        "answer": cells["answer"],
        "max_score": _max_score(cells["max_score"]),
    }
    return item | ({"question_id": cells["question_id"]} if cells["question_id"] else {})


def _check_ids(cells: dict[str, str]) -> None:
    for name in ("student_id", "question_id", "class"):
        cell = cells.get(name, "")
        if len(cell) > LONGEST_ID or not all(c == " " or c.isprintable() for c in cell):
            raise ValueError(f"{name} has control characters, or more than {LONGEST_ID} characters")
    attempt = cells.get("attempt", "").strip()
    if attempt and not (attempt.isascii() and attempt.isdigit() and len(attempt) <= 6):
        raise ValueError("attempt is no whole number of at most six digits")


def _max_score(cell: str) -> float:
    try:
        if "_" in cell:  # Python's own way to write numbers, nobody else's
            raise ValueError
        return float(cell)
    except ValueError:
        raise ValueError(f"max_score is not a number: {cell[:20]!r}") from None
