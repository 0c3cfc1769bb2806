"""Before the queue: one request after another by hand, no server."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from functions.heavy.endpoint.gate import Gate

App = Callable[[Scope, Receive, Send], Awaitable[None]]


def run(act: Coroutine[Any, Any, Any]) -> Any:
    """asyncio.run would leave the thread without a loop, which Mangum then asks for in another test."""
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(act)
    finally:
        loop.close()


async def answers(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def never(scope: Scope, receive: Receive, send: Send) -> None:
    await asyncio.sleep(60)


def gate(app: App = answers, ready: bool = True, most: int = 2, seconds: float = 5.0) -> Gate:
    return Gate(app, "/invocations", lambda: ready, most, seconds)


async def status(app: Gate, path: str = "/invocations", length: bytes = b"2") -> int:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request", "body": b"{}", "more_body": False}

    await app({"type": "http", "path": path, "headers": [(b"content-length", length)]}, receive, send)
    code: int = sent[0]["status"]
    if code >= 400:
        assert json.loads(sent[1]["body"])["status"] == code
        assert (b"retry-after" in dict(sent[0]["headers"])) == (code == 503)
    return code


@pytest.mark.parametrize(
    ("length", "code"), [(b"2", 200), (b"", 411), (b"-1", 411), (b"5000001", 413), (b"9" * 5000, 413)]
)
def test_a_body_says_its_length_within_the_limit(length: bytes, code: int) -> None:
    assert run(status(gate(), length=length)) == code


def test_nobody_comes_in_before_the_model_is_ready_but_others_ask_how_it_is() -> None:
    assert run(status(gate(ready=False))) == 503
    assert run(status(gate(ready=False), path="/ping")) == 200


def test_more_than_fit_are_refused_and_places_are_given_back() -> None:
    async def crowd() -> list[int]:
        opened = asyncio.Event()

        async def waits(scope: Scope, receive: Receive, send: Send) -> None:
            await opened.wait()
            await answers(scope, receive, send)

        app = gate(waits)
        inside = [asyncio.create_task(status(app)) for _ in range(2)]
        await asyncio.sleep(0.01)
        refused = [await status(app) for _ in range(3)]
        opened.set()
        return [*refused, *[await task for task in inside], await status(app)]

    assert run(crowd()) == [503, 503, 503, 200, 200, 200]


def test_what_never_answers_is_given_up_and_its_place_given_back() -> None:
    async def twice() -> list[int]:
        app = gate(never, most=1, seconds=0.05)
        return [await status(app), await status(app)]

    assert run(twice()) == [504, 504]
