"""A file's bytes as lines of text, and the record of CSV that they belong to."""

import csv
import io
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import IO, cast

from lectern import packed

MOST_RECORD = 16_000_000
"""Characters of one row; a longer one is a quotation mark that was not closed."""


class TableError(Exception):
    """The file as a whole can't be read."""


class EmptyTable(TableError):
    """There is nothing in the file, or nothing but blanks."""


class Lines:
    """The lines of a text, and those of the record that was read last; csv takes no line before it needs it."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines, self._record, self._last, self._number = lines, "", "", 0

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self._number += 1
            self._record += line
            if len(self._record) > MOST_RECORD:
                raise self._open_quote(self._record, f" in a row of over {MOST_RECORD:,} characters")
            yield line

    def close_record(self) -> None:
        """A record has been read; the next line begins another."""
        self._last, self._record = self._record, ""

    def check_closed(self) -> None:
        """Raise TableError when the last record ends inside a quoted cell: it has swallowed all that follows."""
        try:
            list(csv.reader(io.StringIO(self._last, newline=""), strict=True))
        except csv.Error as error:
            if "unexpected end of data" in str(error):
                raise self._open_quote(self._last) from error

    def _open_quote(self, record: str, where: str = "") -> TableError:
        first = self._number - len(record.splitlines()) + 1
        return TableError(f"near line {first}: a quotation mark is not closed{where}")


def decoded(source: IO[bytes]) -> Iterable[str]:
    """The lines of UTF-8 text. Raises TableError for a file that is none."""
    buffered = io.BufferedReader(cast(io.RawIOBase, source))  # which asks for readinto alone
    if kind := packed.kind_of(buffered.peek(packed.ENOUGH)):
        raise TableError(f"the file is {kind}; save it as CSV UTF-8, not packed")
    return _text(buffered)


def _text(source: IO[bytes]) -> Iterator[str]:
    """Lines; bytes that are not UTF-8 survive as lone surrogates: they are the error of their own row."""
    text = io.TextIOWrapper(source, encoding="utf-8-sig", errors="surrogateescape", newline="")
    try:
        yield from text
    finally:
        with suppress(ValueError):  # closed already
            cast(io.BufferedReader, text.detach()).detach()  # whoever opened the source closes it
