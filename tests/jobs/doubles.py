"""Stores and tables that fail, and a grader that needs no model."""

import random
from collections.abc import Callable
from typing import Any

from lectern.errors import StoreUnavailable


class Killed(BaseException):
    """The process is gone: nothing in it catches this."""


class Faulty:
    """Whatever it stands for, with a fault before some of the calls."""

    def __init__(self, real: object, fault: Callable[[], None]) -> None:
        self._real, self._fault = real, fault

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._real, name)
        if not callable(real):
            return real

        def call(*arguments: Any, **named: Any) -> Any:
            self._fault()
            return real(*arguments, **named)

        return call


def sometimes(share: float, seed: int) -> Callable[[], None]:
    """A fault in this share of the calls."""
    chance = random.Random(seed)

    def fault() -> None:
        if chance.random() < share:
            raise StoreUnavailable("slow down")

    return fault


def killed_at(number: int) -> Callable[[], None]:
    """Death at the call of this number, from 0."""
    left = [number]

    def fault() -> None:
        if left[0] == 0:
            raise Killed
        left[0] -= 1

    return fault


def answer_all(task: Any, items: list[dict[str, Any]], *_: Any) -> list[dict[str, Any]]:
    """An answer is right when it has the reference in it; one without letters is refused."""
    return [_result(item) for item in items]


def _result(item: dict[str, Any]) -> dict[str, Any]:
    if not item["answer"].strip():
        fault = {"detail": "blank", "status": 422, "errors": [{"loc": ["answer"], "msg": "is blank"}]}
        return {"id": item["id"], "error": fault}
    right = item["references"][0] in item["answer"]
    return {
        "id": item["id"],
        "label": "correct" if right else "incorrect",
        "probabilities": {"correct": float(right), "contradictory": 0.0, "incorrect": float(not right)},
        "score": item["max_score"] * right,
        "confidence": 0.9 if right else 0.6,
        "needs_review": not right,
        "warnings": [],
        "pack": None,
        "model": {"name": "grading", "version": item["version"], "digest": "d" * 64},
        "request_id": "r",
    }
