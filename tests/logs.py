"""What a function logs."""

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from lectern.telemetry import logger


@contextmanager
def logged(name: str) -> Iterator[io.StringIO]:
    """The function's log, instead of on the terminal."""
    written, handler = io.StringIO(), logger(name).registered_handler
    assert isinstance(handler, logging.StreamHandler)
    before = handler.setStream(written)
    yield written
    handler.setStream(before)
