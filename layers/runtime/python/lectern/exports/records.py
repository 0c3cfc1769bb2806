"""Lines of text as records of CSV: the separator found by itself, every record with its line."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from lectern import cells
from lectern.exports.gradebook import Faults, refuse
from lectern.exports.source import MOST_BYTES, lines

MOST_COLUMNS = 5_000

csv.field_size_limit(1_000_000_000)  # the limits are those of lines and of the file


@dataclass(frozen=True)
class Record:
    """A record: its first line, from 1, and its cells as text (the mark before a formula is off)."""

    line: int
    cells: list[str]


@dataclass(frozen=True)
class Sheet:
    """A file's columns and its other records, blank ones left out. `decimal` is what numbers have before a fraction."""

    columns: list[str]
    records: Iterator[Record]
    decimal: str

    @cached_property
    def _places(self) -> dict[str, int]:
        return {name.casefold(): place for place, name in enumerate(self.columns)}

    def place(self, name: str) -> int | None:
        """Where a column stands, whatever the case of its name; None where there is none."""
        return self._places.get(name.casefold())

    def cell(self, record: Record, name: str) -> str:
        """A record's cell without spaces around it; empty where there is no such column."""
        place = self.place(name)
        return "" if place is None else record.cells[place].strip()


def read_sheet(chunks: Iterable[bytes], faults: Faults, most_bytes: int = MOST_BYTES) -> Sheet:
    """Open a CSV file; its records are read as they are asked for. Rows with too many cells are `faults`.

    Raises InvalidRequest and BodyTooLarge as `source.lines`, and InvalidRequest for an empty file, a column that is
    named twice, and, with the line, for quotation marks that don't match.
    """
    source = _Numbered(lines(chunks, most_bytes))
    first = source.peek()
    separator = max(",;\t", key=lambda mark: _outside_quotes(first).count(mark))
    records = _records(source, separator)
    header = next(records, None)
    if header is None:
        raise refuse(1, "", "the file is empty")
    columns = [name.strip() for name in header.cells]
    _check_names(columns, header.line)
    return Sheet(columns, _fitting(records, columns, faults), "." if separator == "," else ",")


class _Numbered:
    """Lines, and the number of the last one; csv takes no line before it needs it."""

    def __init__(self, source: Iterator[str]) -> None:
        self._source, self._first, self.number = source, next(source, ""), 0

    def peek(self) -> str:
        return self._first

    def __iter__(self) -> Iterator[str]:
        if self._first:
            self.number = 1
            yield self._first
        for line in self._source:
            self.number += 1
            yield line


def _records(source: _Numbered, separator: str) -> Iterator[Record]:
    reader = csv.reader(iter(source), delimiter=separator, strict=True)
    while True:
        line = source.number + 1
        try:
            found = next(reader, None)
        except csv.Error as error:
            told = "is not closed" if "unexpected end" in str(error) else "stands inside a cell without being doubled"
            raise refuse(line, "", f"a quotation mark {told}") from None
        if found is None:
            return
        if any(cell.strip() for cell in found):
            yield Record(line, [cells.plain(cell) for cell in found])


def _fitting(records: Iterator[Record], columns: list[str], faults: Faults) -> Iterator[Record]:
    """Records with as many cells as there are columns; what is missing at the end is empty."""
    for record in records:
        if any(cell.strip() for cell in record.cells[len(columns) :]):
            faults.add(record.line, "", f"has {len(record.cells)} cells; the header line has {len(columns)}")
        else:
            yield Record(record.line, [*record.cells, *[""] * (len(columns) - len(record.cells))][: len(columns)])


def _check_names(columns: list[str], line: int) -> None:
    if len(columns) > MOST_COLUMNS:
        raise refuse(line, "", f"has {len(columns):,} columns; the limit is {MOST_COLUMNS:,}")
    seen = set[str]()
    for place, name in enumerate(columns, 1):
        if name and name.casefold() in seen:
            raise refuse(line, f"column {place}", "has the name of a column before it")
        seen.add(name.casefold())


def _outside_quotes(line: str) -> str:
    return "".join(line.split('"')[::2])
