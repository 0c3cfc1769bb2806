"""One request, read straight down: validate → resolve → load → tokenise → infer → postprocess → adapt → explain."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from lectern.call import Call
from lectern.errors import ReleaseRejected
from lectern.explain import open_probe, remembering
from lectern.model import InferAll, Model
from lectern.models import Models
from lectern.packs.embedding import embeddings
from lectern.packs.repository import FindsPacks, shared
from lectern.schemas import ExplainableRequest, ModelReference, Request, Response
from lectern.task import Task, Variant
from lectern.validation import validate


def answer(
    task: Task, payload: bytes | Mapping[str, Any], call: Call, models: Models, packs: FindsPacks | None = None
) -> Response:
    """Answer one request of `task` with the release that serves the caller, and the question's pack if it has one.

    `packs` are by default those of this process. Raises a LecternError.
    """
    with call.stage("validate"):
        request = validate(task.request, payload)
    fast = partial(_answer_here, task, packs, call, models)
    if not task.heavy or getattr(request, "tier", "fast") == "fast":
        return fast(request)
    from lectern.heavy.tiers import answer_by_tier  # whoever never asks an endpoint need not import how

    return answer_by_tier(task, request, call, models, fast, partial(_answer_by, task.remote, packs))


def _answer_here(task: Task, packs: FindsPacks | None, call: Call, models: Models, request: Request) -> Response:
    with call.stage("resolve"):
        chosen = task.variant(request, call.principal.tenant) if task.variant else Variant(task.model)
        pin = models.resolve(chosen.model, request.version, call.principal.tenant, call.student)
        call.version = pin.version
    with call.stage("load"):
        model = models.get(pin)
    return _answer_by(task, packs, request, call, model, chosen.own)


def _answer_by(
    task: Task, packs: FindsPacks | None, request: Request, call: Call, model: Model, own: tuple[Any, ...] = ()
) -> Response:
    manifest = model.release.manifest
    if manifest.task != task.name:
        raise ReleaseRejected(f"{manifest.model} {manifest.version} is for the task {manifest.task}.")
    explains = isinstance(request, ExplainableRequest) and request.explain
    infer = remembering(model.infer_all) if explains else model.infer_all
    ask = partial(_fields, task, model, infer, packs, own)
    fields = ask(call, request)
    if task.explain and explains:
        with call.stage("explain"):
            probe = open_probe(partial(ask, call.again()), model, call)
            fields["explanation"] = task.explain(request, fields, probe)
    reference = ModelReference(name=manifest.model, version=manifest.version, digest=model.release.digest)
    return task.response.model_construct(**fields, model=reference, request_id=call.request_id)


def _fields(
    task: Task,
    model: Model,
    infer: InferAll,
    packs: FindsPacks | None,
    own: tuple[Any, ...],
    call: Call,
    request: Request,
) -> dict[str, Any]:
    """What an explanation repeats with changed requests: from the request's texts to the response's fields."""
    manifest, further = model.release.manifest, model.further(task.files)
    with call.stage("tokenise"):
        rows = task.encode(request, model.tokenizer, manifest)
    with call.stage("infer"):
        logits = infer(rows, call)
    if task.then:
        with call.stage("infer"):
            more = task.then(request, rows, logits, manifest, *further)
            rows, logits = [*rows, *more], [*logits, *infer(more, call)]
    with call.stage("postprocess"):
        fields = task.postprocess(request, rows, logits, manifest, *further, *own)
    question = getattr(request, "question_id", None)
    if task.adaptation and question and rows:
        with call.stage("adapt"):
            pack = (packs or shared()).find(call.principal.tenant, question)
            if pack:
                pack.check(manifest, model.encoder is not None)
                seen = task.adaptation.observe(request, rows, logits, manifest, embeddings(model))
                fields = task.adaptation.adapt(request, fields, pack, seen)
    return fields
