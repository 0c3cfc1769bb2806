"""From a teacher's examples to a stored scheme: validate → load → read → fit → keep."""

import hashlib
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from lectern.call import Call
from lectern.errors import FieldError, InvalidRequest, SchemeRejected, UnknownScheme
from lectern.labels import mean_output, text_rows
from lectern.manifest import Manifest
from lectern.model import LoadedModel
from lectern.models import Models
from lectern.schemes.head import VERSION, fit
from lectern.schemes.pack import SchemePack, encode
from lectern.schemes.repository import Schemes
from lectern.schemes.request import SchemeRequest
from lectern.settings import settings
from lectern.validation import validate


def create_scheme(
    embedder: str, taken: Sequence[str], payload: bytes, call: Call, models: Models, schemes: Schemes
) -> SchemePack:
    """Fit and keep a scheme; the same examples again give the one that is there.

    Raises a LecternError: InvalidRequest names the field, for a name that is `taken` by a model too.
    """
    with call.stage("validate"):
        request = validate(SchemeRequest, payload)
        if request.name in taken:
            raise InvalidRequest("The scheme can't be created.", (FieldError(("name",), "is a scheme of Lectern's"),))
    with call.stage("load"):
        model = models.get(models.resolve(embedder, request.version, call.principal.tenant, call.student))
        call.version = model.release.manifest.version
    tenant, version = call.principal.tenant, _version(request, model.release.manifest)
    known = _known(schemes, tenant, request.name)
    if known and known.version == version:
        return known
    with call.stage("read"):
        vectors = _read(list(request.different()), model, call)
    with call.stage("fit"):
        pack = _pack(request, vectors, version, model.release.manifest, call)
    schemes.put(tenant, pack)
    return pack


def _pack(
    request: SchemeRequest, vectors: NDArray[np.float32], version: str, manifest: Manifest, call: Call
) -> SchemePack:
    given = list(request.different().values())
    labels = sorted(set(given))
    head = fit(vectors, [labels.index(label) for label in given], len(labels))
    return SchemePack(
        name=request.name,
        version=version,
        features=VERSION,
        base=manifest.base,
        labels=tuple(labels),
        examples=tuple(given.count(label) for label in labels),
        sharpness=head.sharpness,
        right=round(head.right, 4),
        weights=encode(head),
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        by=call.principal.subject,
    )


def _read(texts: Sequence[str], model: LoadedModel, call: Call) -> NDArray[np.float32]:
    """The texts' vectors (texts, width), side by side on threads. Raises DeadlineExceeded."""

    def one(text: str) -> NDArray[np.float32]:
        rows = text_rows(text, model.tokenizer, model.release.manifest)
        return mean_output(rows, model.infer_all(rows, call))

    with ThreadPoolExecutor(settings().threads) as pool:
        return np.stack(list(pool.map(one, texts)))


def _version(request: SchemeRequest, manifest: Manifest) -> str:
    """What identifies a fit: everything that goes into it, in one digest from which nothing can be read."""
    facts = [manifest.base.sha256, manifest.quantisation, VERSION, sorted(request.different().items())]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]


def _known(schemes: Schemes, tenant: str, name: str) -> SchemePack | None:
    """The scheme that is there; a damaged one is as good as none, so that creating it again mends it."""
    try:
        return schemes.get(tenant, name)
    except (UnknownScheme, SchemeRejected):
        return None
