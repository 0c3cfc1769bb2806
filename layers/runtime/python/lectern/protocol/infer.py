"""A request of the protocol, whatever it came by: tensors become logits, texts the task's own answers."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from lectern.call import Call
from lectern.errors import InvalidRequest, LecternError, ReleaseRejected
from lectern.model import LoadedModel
from lectern.models import Models
from lectern.pipeline import answer
from lectern.protocol.described import LOGITS, REQUEST, RESPONSE, TEXT
from lectern.protocol.rows import rows_of
from lectern.protocol.tensors import Tensor, number_tensor, text_tensor
from lectern.release import Pin
from lectern.schemas import Response
from lectern.task import Task
from lectern.validation import validate

MOST_TEXTS = 16
"""Requests of the task in one request of the protocol, one after another."""


@dataclass(frozen=True)
class Inference:
    """What is asked: of which model, by which version if not the live one, and which outputs shall come back."""

    model: str
    version: str | None
    tensors: Mapping[str, Tensor]
    outputs: Sequence[str] = ()


@dataclass(frozen=True)
class Inferred:
    """The answer, and which release gave it."""

    model: str
    version: str
    tensors: Sequence[Tensor]


def infer(task: Task, asked: Inference, call: Call, models: Models) -> Inferred:
    """Answer by a release of `task`. Raises a LecternError."""
    texts = asked.tensors.keys() & {REQUEST, TEXT}
    known = RESPONSE if texts else LOGITS
    if set(asked.outputs) - {known}:
        raise InvalidRequest(f"With these inputs the only output is {known}.")
    with call.stage("resolve"):
        pin = models.resolve(asked.model, asked.version, call.principal.tenant, call.student)
        call.version = pin.version
    if texts:
        return _answered(task, asked, pin, call, models)
    with call.stage("load"):
        model = _checked(models.get(pin), task)
    with call.stage("validate"):
        rows = rows_of(asked.tensors, model)
    with call.stage("infer"):
        logits = _run(lambda: model.infer_all(rows, call))
    return Inferred(pin.model, pin.version, [number_tensor(LOGITS, np.array(logits))])


def _checked(model: LoadedModel, task: Task) -> LoadedModel:
    manifest = model.release.manifest
    if manifest.task != task.name:
        raise ReleaseRejected(f"{manifest.model} {manifest.version} is for the task {manifest.task}.")
    return model


def _run(work: Callable[[], Any]) -> Any:
    """The graph's own complaints, such as an index outside of a table, are about what the caller sent."""
    try:
        return work()
    except LecternError:
        raise
    except Exception as error:  # onnxruntime raises its own types, one per status code
        raise InvalidRequest("The model can't compute with these tensors.") from error


def _answered(task: Task, asked: Inference, pin: Pin, call: Call, models: Models) -> Inferred:
    (name, *others) = asked.tensors
    if others:
        raise InvalidRequest(f"{REQUEST} or {TEXT} comes alone.")
    tensor = asked.tensors[name]
    if tensor.datatype != "BYTES" or len(tensor.shape) != 1 or not 1 <= len(tensor.texts) <= MOST_TEXTS:
        raise InvalidRequest(f"{name} must be BYTES of the shape [n], n from 1 to {MOST_TEXTS}.")
    asking = replace(task, model=asked.model)
    made = [_one(number, asking, name, text, pin.version, call, models) for number, text in enumerate(tensor.texts)]
    written = [response.model_dump_json() for response in made]
    return Inferred(made[0].model.name, made[0].model.version, [text_tensor(RESPONSE, written)])


def _one(number: int, task: Task, name: str, text: bytes, version: str, call: Call, models: Models) -> Response:
    """The answer to one element; what is wrong with it says which it was."""
    try:
        fields = _of_text(task, _decoded(text)) if name == TEXT else _of_json(task, text, version, call)
        return answer(task, fields | {"version": version}, call, models)
    except InvalidRequest as error:
        error.detail = f"Element {number} of {name}: {error.detail}"
        raise


def _of_json(task: Task, text: bytes, version: str, call: Call) -> dict[str, Any]:
    """The fields of the task's own request, which must not ask for another model or version than the address does."""
    _decoded(text)
    request = validate(task.request, text)
    if request.version not in (None, version):
        raise InvalidRequest(f"It asks for another version than {version}, which the address or the alias names.")
    if getattr(request, "tier", "fast") != "fast":
        raise InvalidRequest("Another tier than fast is another model, which has no address here.")
    if task.variant and task.variant(request, call.principal.tenant).model != task.model:
        raise InvalidRequest(f"It asks for another model than {task.model}.")
    fields: dict[str, Any] = json.loads(text)
    return fields


def _of_text(task: Task, text: str) -> dict[str, Any]:
    if task.plain:
        return task.plain(task.model, text)
    if {name for name, field in task.request.model_fields.items() if field.is_required()} == {"text"}:
        return {"text": text}
    raise InvalidRequest(
        f"{task.model} takes no plain text: send the JSON of POST {task.route} as the input {REQUEST}."
    )


def _decoded(text: bytes) -> str:
    try:
        return text.decode()
    except UnicodeDecodeError as error:
        raise InvalidRequest(f"It is not UTF-8: byte {error.start} can't be read.") from None
