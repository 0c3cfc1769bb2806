"""What a function logs."""

import io
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TextIO
from unittest.mock import patch

from lectern import logs


@contextmanager
def logged() -> Iterator[io.StringIO]:
    """What is logged meanwhile, in a fixture's test too, for which pytest puts up a standard error of its own."""
    written, write = io.StringIO(), logs._write_line

    def write_here(stream: TextIO, line: Mapping[str, Any]) -> None:
        write(written if stream is sys.stderr else stream, line)

    with patch.object(logs, "_write_line", write_here):
        yield written
