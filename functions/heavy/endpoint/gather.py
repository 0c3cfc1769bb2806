"""How requests are gathered: the first is waited for in peace, the others for a bounded time after it.

LitServe's own loop asks the queue a thousand times a second while nothing happens, and counts the waiting time from
when it began to ask; this one sleeps, and leaves out requests whose callers have gone.
"""

import time
from queue import Empty, Queue
from typing import Any

from litserve import LitAPI
from litserve.loops.base import _SENTINEL_VALUE, _StopLoopError
from litserve.loops.simple_loops import BatchedLoop
from litserve.transport.base import MessageTransport

Queued = tuple[int, str, float, Any]
"""Who waits for the answer, the request's id, when it came (monotonic), and the request."""


class Gathering(BatchedLoop):
    """LitServe's loop over batches, with another way to gather one."""

    def get_batch_requests(
        self, lit_api: LitAPI, request_queue: "Queue[Queued]", transport: MessageTransport
    ) -> tuple[list[tuple[int, str, Any]], list[tuple[int, str]]]:
        """Requests to work on, and those whose time is over."""
        taken = gathered(request_queue, lit_api.max_batch_size, lit_api.batch_timeout)
        if _SENTINEL_VALUE in taken:
            raise _StopLoopError
        now = time.monotonic()
        late = [(place, uid) for place, uid, came, asked in taken if now - came > asked.seconds]
        return [(place, uid, asked) for place, uid, came, asked in taken if now - came <= asked.seconds], late


def gathered(waiting: "Queue[Queued]", most: int, seconds: float) -> list[Queued]:
    """One request, and up to `most` in all that come within `seconds` after it was taken."""
    taken = [waiting.get()]
    until = time.monotonic() + seconds
    while len(taken) < most and (left := until - time.monotonic()) > 0:
        try:
            taken.append(waiting.get(timeout=left))
        except Empty:
            break
    return taken
