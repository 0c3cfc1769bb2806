"""A Step Functions item, or a batch of items, through the same pipeline.

An item is a request's fields, with `id` and `student_id` beside them if the caller wants: `id` comes back with the
result. `BatchInput.principal` says for whom a batch runs.
"""

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from lectern.call import Call
from lectern.errors import InvalidRequest, LecternError, Unavailable
from lectern.models import Models
from lectern.packs.repository import FindsPacks
from lectern.pipeline import answer
from lectern.principal import DEVELOPMENT, Principal, from_event
from lectern.problem import problem
from lectern.schemas import Response
from lectern.settings import settings
from lectern.task import Task
from lectern.telemetry import record, unexpected

Outcome = Response | LecternError
"""How a call ended."""


def answer_event(task: Task, event: Mapping[str, Any], request_id: str, models: Models) -> dict[str, Any]:
    """Answer `{"Items": [...]}` with `{"Items": [...]}` in the same order, or a single item with its result.

    A poisonous item gets its problem document as `error` and stops nothing. What concerns every item (no release, no
    principal) is raised, so that the state machine tries again or reports it.
    """
    if "Items" not in event:
        principal = _principal(event.get("principal"))
        return answer_all(task, [_without(event, "principal")], principal, request_id, models)[0]
    items = event["Items"]
    if not isinstance(items, list):
        raise InvalidRequest("Items must be a list.")
    common = event.get("BatchInput")
    principal = _principal(common.get("principal") if isinstance(common, Mapping) else common)
    return {"Items": answer_all(task, items, principal, request_id, models)}


def answer_all(
    task: Task, items: list[Any], principal: Principal, request_id: str, models: Models, packs: FindsPacks | None = None
) -> list[dict[str, Any]]:
    """The items' results in their order, each with its item's `id`; what concerns every item is raised.

    Items that ask for the same are answered once.
    """
    calls = [Call(principal, request_id, student=_student(item)) for item in items]
    keys = [_key(item, place) for place, item in enumerate(items)]
    first = {key: place for place, key in reversed(list(enumerate(keys)))}
    with ThreadPoolExecutor(min(settings().threads, max(1, len(items)))) as pool:
        found = pool.map(lambda place: _outcome(task, items[place], calls[place], models, packs), first.values())
        answered = dict(zip(first, found, strict=True))
    outcomes = [answered[key] for key in keys]
    record(task.name, calls, outcomes)
    _raise_what_concerns_all(items, outcomes)
    return [_result(item, outcome, request_id) for item, outcome in zip(items, outcomes, strict=True)]


def _key(item: Any, place: int) -> str:
    """The same for items with the same answer: their student counts where a canary may choose a version for them."""
    if not isinstance(item, Mapping):
        return str(place)
    own = ("id", "student_id") if item.get("version") else ("id",)
    return json.dumps(_without(item, *own), sort_keys=True, default=repr)


def _raise_what_concerns_all(items: list[Any], outcomes: list[Outcome]) -> None:
    """Raise the fault of the live release or of the store; one of a version that an item pins is that item's own."""
    faults = [
        (item, outcome) for item, outcome in zip(items, outcomes, strict=True) if isinstance(outcome, Unavailable)
    ]
    for item, fault in faults:
        if len(faults) == len(items) or "version" not in item:
            raise fault


def _outcome(task: Task, item: Any, call: Call, models: Models, packs: FindsPacks | None) -> Outcome:
    try:
        if not isinstance(item, Mapping):
            raise InvalidRequest("An item must be an object.")
        return answer(task, _without(item, "id", "student_id"), call, models, packs)
    except LecternError as error:
        return error
    except Exception as error:
        return unexpected(task.name, call, error)


def _result(item: Any, outcome: Outcome, request_id: str) -> dict[str, Any]:
    identity = {"id": item["id"]} if isinstance(item, Mapping) and "id" in item else {}
    if isinstance(outcome, LecternError):
        return identity | {"error": problem(outcome, request_id)}
    return identity | outcome.model_dump(mode="json")


def _principal(claimed: Any) -> Principal:
    if claimed is None and settings().environment == "local":
        return DEVELOPMENT
    return from_event(claimed)


def _student(item: Any) -> str:
    return str(item.get("student_id", "")) if isinstance(item, Mapping) else ""


def _without(item: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {key: value for key, value in item.items() if key not in names}
