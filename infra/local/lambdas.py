"""Lambda on this machine: moto takes the invocations, real awslambdaric processes answer them.

A process that dies over an event is that event's error, as in AWS, and a new one takes its place.
"""

import json
import queue
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from infra.local.runtime_api import DEADLINE_SECONDS, function_process, serve_runtime_api

LOOK = 0.05
"""Seconds after which somebody looks whether a process still lives."""


@dataclass(frozen=True)
class Function:
    """A function to serve: its name, its handler, and how many processes there are."""

    name: str
    handler: str
    processes: int


class Process:
    """One process that answers one event at a time."""

    def __init__(self, function: Function, variables: Mapping[str, str]) -> None:
        self._function, self._variables = function, variables
        self._start()

    def invoke(self, event: bytes) -> tuple[bytes, bool]:
        """The answer, and whether it is an error."""
        if self.process.poll() is not None:
            self._renew()
        self._api.events.put(event)
        for _ in range(int(DEADLINE_SECONDS / LOOK)):
            try:
                answer = self._api.answers.get(timeout=LOOK)
                return json.dumps(answer.result).encode(), answer.failed
            except queue.Empty:
                if self.process.poll() is not None:
                    self._renew()
                    return _error("Runtime.ExitError", "the process ended before it answered"), True
        self._renew()
        return _error("Sandbox.Timedout", f"no answer in {DEADLINE_SECONDS} s"), True

    def stop(self) -> None:
        """End the process."""
        self._running.close()

    def _renew(self) -> None:
        self.stop()
        self._start()

    def _start(self) -> None:
        """A new process, with an address of its own: nothing that a dead one left open can take its events."""
        self._running = ExitStack()
        address, self._api = self._running.enter_context(serve_runtime_api())
        self.process = self._running.enter_context(function_process(address, self._function.handler, self._variables))


class Lambdas:
    """The processes of several functions, by name."""

    def __init__(self) -> None:
        self._free: dict[str, queue.Queue[Process]] = {}
        self.processes: dict[str, list[Process]] = {}

    def add(self, function: Function, processes: list[Process]) -> None:
        """Serve a function."""
        self.processes[function.name], self._free[function.name] = processes, queue.Queue()
        for process in processes:
            self._free[function.name].put(process)

    def invoke(self, name: str, event: bytes) -> tuple[bytes, bool]:
        """Answer by the first process that is free. Raises KeyError for another function."""
        process = self._free[name].get()
        try:
            return process.invoke(event)
        finally:
            self._free[name].put(process)

    def stop(self) -> None:
        """End every process."""
        for processes in self.processes.values():
            for process in processes:
                process.stop()


@contextmanager
def serve_lambdas(functions: list[Function], variables: Mapping[str, str]) -> Iterator[Lambdas]:
    """Serve functions to whoever invokes them by moto's Lambda in this process."""
    lambdas = Lambdas()
    with ExitStack() as stack:
        stack.callback(lambdas.stop)
        for function in functions:
            lambdas.add(function, [Process(function, variables) for _ in range(function.processes)])
        stack.enter_context(_bridged(lambdas))
        yield lambdas


@contextmanager
def _bridged(lambdas: Lambdas) -> Iterator[None]:
    from moto.awslambda_simple.models import LambdaSimpleBackend

    def invoke(_: Any, name: str, qualifier: Any, body: Any, headers: Any, told: dict[str, str]) -> bytes:
        answer, failed = lambdas.invoke(name.rsplit(":", 1)[-1], body.encode() if isinstance(body, str) else body)
        if failed:
            told["x-amz-function-error"] = "Unhandled"
        return answer

    with patch.object(LambdaSimpleBackend, "invoke", invoke):
        yield


def _error(kind: str, message: str) -> bytes:
    return json.dumps({"errorType": kind, "errorMessage": message}).encode()
