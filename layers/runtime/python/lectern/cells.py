"""Cells of CSV files that spreadsheets open: what would be run as a formula is shown as text.

After OWASP, CSV Injection (owasp.org/www-community/attacks/CSV_Injection): a cell that begins with one of `STARTS` gets
a single quotation mark before it. Numbers stay numbers. `plain` takes the mark off again, and off nothing else, so that
a text that is written and read comes back as it was.
"""

import csv
import io
import re
from collections.abc import Iterable

STARTS = frozenset("=+-@\t\r\n\0＝＋－＠")
"""The last four are their full-width forms, which some spreadsheets read alike."""

_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?", re.ASCII)


def safe(text: str) -> str:
    """The cell for a text."""
    return f"'{text}" if _is_formula(text.lstrip("'")) else text


def plain(cell: str) -> str:
    """The text of a cell: the inverse of `safe`."""
    return cell[1:] if cell.startswith("'") and _is_formula(cell.lstrip("'")) else cell


def number(value: float) -> str:
    """The shortest decimal that is read as the same number; whole ones without a point."""
    text = repr(float(value))
    return text.removesuffix(".0")


def line(cells: Iterable[str]) -> bytes:
    """A line of CSV (RFC 4180, ending CR LF, UTF-8) of safe cells."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerow([safe(cell) for cell in cells])
    return text.getvalue().encode("utf-8", "replace")


def _is_formula(text: str) -> bool:
    begins = text.lstrip(" \u00a0")[:1]
    return bool(begins) and begins in STARTS and not _NUMBER.fullmatch(text)
