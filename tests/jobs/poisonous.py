"""The grading function, and a word over which its process dies."""

import importlib
import os
from typing import Any

from functions.grading.handler import handler as grade

POISON = "hemlock"


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Grade, unless there is poison in it."""
    work: Any = importlib.import_module("lectern.jobs.work")
    answer_all = work.answer_all

    def tasted(task: Any, items: list[dict[str, Any]], *rest: Any) -> list[dict[str, Any]]:
        if any(POISON in item["answer"] for item in items):
            os._exit(1)
        found: list[dict[str, Any]] = answer_all(task, items, *rest)
        return found

    work.answer_all = tasted
    try:
        return grade(event, context)
    finally:
        work.answer_all = answer_all
