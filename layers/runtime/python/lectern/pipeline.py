"""One request, read straight down: validate → resolve → load → tokenise → infer → postprocess → respond."""

from collections.abc import Mapping
from typing import Any

from lectern.call import Call
from lectern.errors import ReleaseRejected
from lectern.models import Models
from lectern.task import ModelReference, Response, Task
from lectern.validation import validate


def answer(task: Task, payload: bytes | Mapping[str, Any], call: Call, models: Models) -> Response:
    """Answer one request of `task` with the release that serves the caller. Raises a LecternError."""
    with call.stage("validate"):
        request = validate(task.request, payload)
    with call.stage("resolve"):
        pin = models.resolve(task.model, request.version, call.principal.tenant, call.student)
        call.version = pin.version
    with call.stage("load"):
        model = models.get(pin)
        manifest = model.release.manifest
        if manifest.task != task.name:
            raise ReleaseRejected(f"{manifest.model} {manifest.version} is for the task {manifest.task}.")
    with call.stage("tokenise"):
        rows = task.encode(request, model.tokenizer, manifest)
    with call.stage("infer"):
        logits = [model.infer(row) for row in call.within_deadline(rows)]
    with call.stage("postprocess"):
        fields = task.postprocess(request, rows, logits, manifest, *model.further(task.files))
    reference = ModelReference(name=manifest.model, version=manifest.version, digest=model.release.digest)
    return task.response.model_construct(**fields, model=reference, request_id=call.request_id)
