"""From a teacher's grades to a stored question pack: validate → resolve → load → observe → fit → keep."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import numpy as np

from lectern.call import Call
from lectern.errors import FieldError, InvalidRequest, PackRejected, ReleaseRejected, UnknownPack
from lectern.model import LoadedModel
from lectern.models import Models
from lectern.packs.embedding import embeddings
from lectern.packs.features import VERSION, Features
from lectern.packs.fit import fit, learning_curve, steps_of
from lectern.packs.pack import QuestionPack, head_fields, source_digest
from lectern.packs.repository import Packs
from lectern.packs.request import PackRequest
from lectern.settings import settings
from lectern.task import Task
from lectern.validation import validate


def fit_pack(
    task: Task, question_id: str, payload: bytes | Mapping[str, Any], call: Call, models: Models, packs: Packs
) -> QuestionPack:
    """Fit and keep the pack of a question; the same grades again give the pack that is there.

    Raises a LecternError: InvalidRequest names the field, Conflict when somebody else fitted at the same time.
    """
    with call.stage("validate"):
        request = validate(PackRequest, payload)
        assert isinstance(request, PackRequest)
    with call.stage("load"):
        model = models.get(models.resolve(task.model, request.version, call.principal.tenant, call.student))
        call.version = model.release.manifest.version
    source = source_digest(_asked(request, model), list(request.by_answer().items()))
    known = _known(packs, call.principal.tenant, question_id)
    if known and known.source_sha256 == source:
        return known
    with call.stage("observe"):
        seen = _observed(task, request, model, call)
    with call.stage("fit"):
        fields = _fitted(request, seen) | _origin(question_id, source, model, call)
    return packs.put(
        call.principal.tenant,
        lambda version: QuestionPack.model_validate({**fields, "version": version}),
        question_id,
    )


def _fitted(request: PackRequest, seen: list[Features]) -> dict[str, object]:
    """The fields of a pack that the grades make."""
    gold = np.array(list(request.by_answer().values())) / request.max_score
    step = request.step and request.step / request.max_score
    steps = steps_of(gold.tolist(), step)
    head = fit(seen, gold, steps, step or 0.0)
    curve = learning_curve(seen, gold, head, request.max_score)
    scale = {"max_score": request.max_score, "step": step, "grades": len(gold)}
    return {**scale, **head_fields(head), "curve": curve}


def _origin(question_id: str, source: str, model: LoadedModel, call: Call) -> dict[str, object]:
    """The fields of a pack that say where it comes from."""
    return {
        "question_id": question_id,
        "features": VERSION,
        "base": model.release.manifest.base,
        "encoder": model.encoder is not None,
        "encoder_layers": model.release.manifest.encoder_layers,
        "fitted_with": model.release.manifest.version,
        "source_sha256": source,
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "by": call.principal.subject,
    }


def _known(packs: Packs, tenant: str, question_id: str) -> QuestionPack | None:
    """The pack that is there; a damaged one is as good as none, so that fitting again mends it."""
    try:
        return packs.get(tenant, question_id)
    except (UnknownPack, PackRejected):
        return None


def _asked(request: PackRequest, model: LoadedModel) -> list[object]:
    """What a fit depends on beside the grades."""
    scale = [request.max_score, request.step]
    return [request.question, request.references, scale, model.release.digest, VERSION]


def _observed(task: Task, request: PackRequest, model: LoadedModel, call: Call) -> list[Features]:
    """What a head sees of each different answer, side by side on threads."""
    common = {"question": request.question, "references": request.references, "max_score": request.max_score}
    with ThreadPoolExecutor(settings().threads) as pool:
        seen = [pool.submit(_observe, task, common | {"answer": answer}, model, call) for answer in request.by_answer()]
        return [_of_answer(number, future.result) for number, future in enumerate(seen)]


def _of_answer(number: int, result: Any) -> Features:
    """A fault of one answer, told with its place among the different answers."""
    try:
        features: Features = result()
    except InvalidRequest as error:
        faults = tuple(FieldError(("grades", number, *fault.loc), fault.msg) for fault in error.errors)
        raise InvalidRequest(error.detail, faults) from None
    return features


def _observe(task: Task, payload: dict[str, Any], model: LoadedModel, call: Call) -> Features:
    manifest = model.release.manifest
    if not task.adaptation or manifest.task != task.name:
        raise ReleaseRejected(f"{manifest.model} {manifest.version} can't be adapted to a question.")
    request = validate(task.request, payload)
    rows = task.encode(request, model.tokenizer, manifest)
    logits = model.infer_all(rows, call)
    return task.adaptation.observe(request, rows, logits, manifest, embeddings(model))
