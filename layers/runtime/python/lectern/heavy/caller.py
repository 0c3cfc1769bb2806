"""Ask an endpoint for logits: within a deadline, again with jitter where that may help, not at all while it is down."""

import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from lectern.errors import EndpointBusy, EndpointRejected, EndpointUnavailable, InvalidRequest
from lectern.heavy.breaker import Breaker
from lectern.heavy.wire import MOST_BYTES, MOST_ROWS, Answered, Asked, Row, fits
from lectern.model import ENCODER, Encoding
from lectern.release import Release

ATTEMPTS = 3

FIRST_PAUSE, LONGEST_PAUSE = 0.05, 0.5
"""Seconds, at most; the pause is any time up to that, so that callers don't come back together (“full jitter”: Brooker,
2015, Exponential Backoff and Jitter)."""

LEAST = 0.1
"""Seconds without which asking is not worth it."""

PATIENT = 1.0
"""Seconds that an endpoint must have been given, for its silence to speak against it: else one caller with a short
deadline could open the breaker for all."""

Invoke = Callable[[bytes, float], bytes]
"""A body and the seconds that may pass → the answer's body.

Raises EndpointUnavailable, EndpointRejected, or InvalidRequest, which speaks against the rows alone.
"""


@dataclass(frozen=True)
class Caller:
    """One endpoint, as a process sees it. `clock`, `sleep` and `chance` (0..1) are given by tests."""

    invoke: Invoke
    breaker: Breaker = field(default_factory=Breaker)
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random

    def logits(self, release: Release, rows: Sequence[Encoding], until: float) -> list[NDArray[np.float32]]:
        """The rows' logits by `release`, in their order; `until` is a time of the clock.

        Raises:
            EndpointUnavailable: there is no time left, the endpoint rests, or it gave no answer.
            EndpointRejected: it serves another release, or answers nonsense.
            InvalidRequest: it can't use the rows.
        """
        if len(rows) > MOST_ROWS:
            raise InvalidRequest(f"There are {len(rows)} rows; the heavy endpoint takes {MOST_ROWS} at a time.")
        for attempt in range(ATTEMPTS):
            try:
                return self._once(release, rows, until)
            except EndpointBusy:
                pause = self.chance() * min(LONGEST_PAUSE, FIRST_PAUSE * 2**attempt)
                if attempt + 1 == ATTEMPTS or self.clock() + pause + LEAST > until:
                    raise
                self.sleep(pause)
        raise AssertionError  # the last attempt returns or raises

    def _once(self, release: Release, rows: Sequence[Encoding], until: float) -> list[NDArray[np.float32]]:
        seconds = min(until - self.clock(), 60.0)
        if seconds < LEAST:
            raise EndpointUnavailable("There is no time to ask the heavy endpoint.")
        body = _body(release, rows, seconds)
        if not self.breaker.allows():
            raise EndpointUnavailable("The heavy endpoint failed lately, and is left alone for a while.")
        try:
            found = _read(self.invoke(body, seconds), release, rows)
        except (EndpointUnavailable, EndpointRejected) as error:
            if seconds >= PATIENT or not _silent(error):
                self.breaker.failed()
            raise
        self.breaker.succeeded()
        return found


class Callers:
    """A caller for each model, made when it is first asked: what befalls one model opens no other one's breaker."""

    def __init__(self, make: Callable[[str], Caller]) -> None:
        self._make, self._known, self._lock = make, dict[str, Caller](), threading.Lock()

    def logits(self, release: Release, rows: Sequence[Encoding], until: float) -> list[NDArray[np.float32]]:
        """See Caller.logits; EndpointUnavailable too where nobody serves the release's model."""
        model = release.manifest.model
        with self._lock:
            caller = self._known.get(model) or self._known.setdefault(model, self._make(model))
        return caller.logits(release, rows, until)


def _silent(error: Exception) -> bool:
    """Whether the endpoint gave no answer, rather than a bad one."""
    return type(error) is EndpointUnavailable


def _body(release: Release, rows: Sequence[Encoding], seconds: float) -> bytes:
    counted = ENCODER in release.manifest.files
    sent = tuple(Row.of(row, counted) for row in rows)
    asked = Asked.model_construct(digest=release.digest, seconds=seconds, rows=sent)
    body = asked.model_dump_json().encode()
    if len(body) > MOST_BYTES:
        raise InvalidRequest(f"The rows have {len(body):,} bytes; the heavy endpoint takes {MOST_BYTES:,}.")
    return body


def _read(body: bytes, release: Release, rows: Sequence[Encoding]) -> list[NDArray[np.float32]]:
    """The answer, if it is one to these rows by this release, of finite numbers."""
    try:
        answered = Answered.model_validate_json(body)
    except ValidationError:
        raise EndpointRejected("The heavy endpoint's answer can't be read.") from None
    if answered.digest != release.digest:
        raise EndpointRejected("Another release answered than the heavy endpoint was asked for.")
    fitting = (fits(release.manifest.golden, *pair) for pair in zip(rows, answered.logits, strict=False))
    if len(answered.logits) != len(rows) or not all(fitting):
        raise EndpointRejected("The heavy endpoint answered with another number of rows or of logits.")
    return [np.array(row, dtype=np.float32) for row in answered.logits]
