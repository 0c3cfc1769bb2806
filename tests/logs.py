"""What a function logs."""

import io
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr


@contextmanager
def logged() -> Iterator[io.StringIO]:
    """What is logged meanwhile."""
    with redirect_stderr(io.StringIO()) as written:
        yield written
