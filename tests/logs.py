"""What a function logs."""

import io
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from lectern.telemetry import logger


@contextmanager
def logged(name: str) -> Iterator[io.StringIO]:
    """The function's log; afterwards it is on the terminal, since a test's own output is closed by then."""
    written, handler = io.StringIO(), logger(name).registered_handler
    assert isinstance(handler, logging.StreamHandler)
    handler.stream = written
    yield written
    handler.stream = sys.__stderr__
