"""The grading function without its model, for what is not about grading."""

import importlib
from typing import Any

from functions.grading.handler import handler as grade
from tests.jobs.doubles import answer_all

work: Any = importlib.import_module("lectern.jobs.work")
work.answer_all = answer_all


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """A job's chunk, graded by whether the reference is in the answer."""
    return grade(event, context)
