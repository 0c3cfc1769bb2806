"""How requests are gathered: bounded in number and in time; who has gone is left out."""

import threading
import time
from queue import Queue
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("litserve")

from litserve.loops.base import _SENTINEL_VALUE, _StopLoopError

from functions.heavy.endpoint.gather import Gathering, Queued, gathered
from tests.patience import PATIENCE


def queued(name: str, age: float = 0.0, seconds: float = 5.0) -> Queued:
    return 0, name, time.monotonic() - age, SimpleNamespace(seconds=seconds)


def filled(*items: Any) -> "Queue[Any]":
    waiting: Queue[Any] = Queue()
    for item in items:
        waiting.put(item)
    return waiting


def test_no_more_than_fit_and_nobody_waits_for_a_full_batch() -> None:
    waiting = filled(*map(queued, "abcde"))
    started = time.monotonic()
    assert [item[1] for item in gathered(waiting, 3, PATIENCE)] == ["a", "b", "c"]
    assert time.monotonic() - started < PATIENCE
    assert waiting.qsize() == 2


def test_the_wait_is_bounded_from_the_first_one_on() -> None:
    waiting: Queue[Queued] = Queue()
    threading.Timer(0.2, waiting.put, [queued("late")]).start()
    started = time.monotonic()
    assert [item[1] for item in gathered(waiting, 3, 0.05)] == ["late"]
    assert time.monotonic() - started >= 0.2


def test_a_request_whose_caller_has_gone_is_not_worked_on() -> None:
    waiting = filled(queued("gone", age=3.0, seconds=2.0), queued("here", age=1.0, seconds=2.0))
    api = SimpleNamespace(max_batch_size=2, batch_timeout=0.01)
    here, late = Gathering().get_batch_requests(api, waiting, None)
    assert [uid for _, uid, _ in here] == ["here"]
    assert late == [(0, "gone")]


def test_the_end_is_heard() -> None:
    with pytest.raises(_StopLoopError):
        Gathering().get_batch_requests(
            SimpleNamespace(max_batch_size=2, batch_timeout=0.01), filled(_SENTINEL_VALUE), None
        )
