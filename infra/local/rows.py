"""A file of lines as rows of a few at a time: whatever a line is, it is one row."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pydantic_core import from_json

from lectern.errors import BodyTooLarge, InvalidRequest, MalformedJson
from lectern.settings import settings

WINDOW_ROWS, WINDOW_BYTES = 1024, 16_000_000
"""What is held of a file at a time."""


def lines(path: Path) -> Iterator[bytes]:
    """The lines without their ends; of one over the limit of a request no more than tells that it is."""
    most = settings().max_body_bytes
    with path.open("rb") as file:
        while line := file.readline(most + 2):
            rest = line
            while len(rest) == most + 2 and not rest.endswith(b"\n"):
                rest = file.readline(most + 2)
            yield line.rstrip(b"\r\n")


def windows(found: Iterable[bytes]) -> Iterator[list[bytes]]:
    """The lines in their order, as many at a time as memory should hold."""
    window: list[bytes] = []
    size = 0
    for line in found:
        window.append(line)
        size += len(line)
        if len(window) == WINDOW_ROWS or size >= WINDOW_BYTES:
            yield window
            window, size = [], 0
    if window:
        yield window


def item_of(line: bytes) -> dict[str, Any]:
    """The request of a line. Raises BodyTooLarge, MalformedJson or InvalidRequest."""
    most = settings().max_body_bytes
    if len(line) > most:
        raise BodyTooLarge(f"The line has more than {most:,} bytes, which is the limit of a request.")
    if not line.strip():
        raise MalformedJson("The line is blank.")
    try:
        item = from_json(line.removeprefix(b"\xef\xbb\xbf"))
    except ValueError as error:
        raise MalformedJson(f"The line is not JSON: {error}.") from None
    if not isinstance(item, dict):
        raise InvalidRequest("A line must hold an object.")
    return item
