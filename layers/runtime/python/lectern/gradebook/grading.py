"""From an answer of the grader to a grade of the gradebook."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from lectern.gradebook.documents import Decision, Grade, Machine, Status
from lectern.gradebook.keys import Place
from lectern.validation import validate

_GRADER = ("label", "score", "confidence", "needs_review", "probabilities")
_ASKED = ("question", "references", "answer", "max_score", "step", "error_budget")


def graded(
    tenant: str, place: Place, item: Mapping[str, Any], result: Mapping[str, Any], job_id: str, row: int = 0
) -> Grade:
    """The grade that an item (a request's fields) and its result (lectern.items) make.

    Raises InvalidRequest for an id, or for texts, that no grade can have.
    """
    asked = {name: item[name] for name in _ASKED if item.get(name) is not None}
    scale = {"max_score": 1.0} | asked
    machine = {name: result[name] for name in _GRADER}
    model = dict(result["model"]) | {"pack": (result.get("pack") or {}).get("version", "")}
    fields = {
        **place._asdict(),
        **scale,
        "key": digest(tenant, place, scale, model),
        "job_id": job_id,
        "row": row,
        "machine": machine | {"warnings": result.get("warnings", ()), "model": model},
    }
    return validate(Grade, fields)


def digest(tenant: str, place: Place, asked: Mapping[str, Any], model: Mapping[str, str]) -> str:
    """The key of a grade: what it depends on, so that the same work is known again."""
    scale = [float(asked["max_score"]), asked.get("step")]
    texts = [asked["question"], list(asked["references"]), asked["answer"]]
    grader = [model[name] for name in ("name", "version", "digest", "pack")]
    parts = json.dumps([tenant, *place, *texts, *scale, *grader], ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(parts.encode()).hexdigest()


def status_of(grade: Grade) -> Status:
    """What a grade waits for."""
    if grade.decision:
        return grade.decision.kind
    if grade.machine.needs_review:
        return "review"
    return "sampled" if grade.sampled else "confident"


def carried(decision: Decision | None, before: Grade, after: Grade) -> Decision | None:
    """A teacher's decision on the same answer, as the same share of the points; None where it says nothing of `after`.

    On another scale a share can miss the steps; then a teacher has to look again.
    """
    if decision is None or before.answer != after.answer:
        return None
    score = round(decision.score * after.max_score / before.max_score, 9)
    return decision.model_copy(update={"score": score}) if on_scale(score, after) else None


def on_scale(score: float, grade: Grade) -> bool:
    """Whether these points can be given: 0 to max_score, in steps where there are any."""
    steps = score / grade.step if grade.step else 0.0
    return 0 <= score <= grade.max_score and abs(steps - round(steps)) < 1e-6


def value(machine: Machine, sampled: bool) -> float:
    """What a teacher's look at a grade is worth, 0..1: how unsure the grader is; a warning or a sample is half."""
    return max(1 - machine.confidence, 0.5 if machine.warnings or sampled else 0.0)
