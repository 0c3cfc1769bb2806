"""A circuit breaker: what fails again and again is left alone for a while (Nygard, 2007, Release It!)."""

import threading
import time
from collections.abc import Callable

FAILURES = 5
"""Failures in a row that open it."""

REST = 10.0
"""Seconds for which it stays open; then one request may try."""


class Breaker:
    """Closed until FAILURES in a row, then open for REST seconds; one trial closes it or opens it again.

    Safe to use from several threads. A trial that never comes back is followed by another one after REST.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._failures = 0
        self._opened: float | None = None

    def allows(self) -> bool:
        """Whether a request may be made now; who is told so of an open breaker is its trial."""
        with self._lock:
            if self._opened is None:
                return True
            if self._clock() - self._opened < REST:
                return False
            self._opened = self._clock()
            return True

    def succeeded(self) -> None:
        """A request was answered."""
        with self._lock:
            self._failures, self._opened = 0, None

    def failed(self) -> None:
        """A request was not, and the endpoint is to blame."""
        with self._lock:
            self._failures += 1
            if self._failures >= FAILURES:
                self._opened = self._clock()
