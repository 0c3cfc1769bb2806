"""Classifying as pure functions: a scheme's model reads a text, and its logits become a label.

A scheme is either a model of its own, or a head over the frozen encoder's vectors that a teacher's examples made.
"""

from typing import Any

from tokenizers import Tokenizer

from functions.classify.schemas import ClassifyRequest, ClassifyResponse, SchemeReference
from lectern.calibration import probabilities, review_threshold
from lectern.labels import explain, labelled, mean_output, text_rows
from lectern.manifest import DEFAULT_ERROR_BUDGET, Manifest
from lectern.model import Encoding
from lectern.schemes.pack import SchemePack
from lectern.schemes.repository import shared
from lectern.task import Logits, Rows, Task, Variant

SCHEMES = ("question-type", "bloom")
"""Schemes that are models, by name."""

EMBEDDER = "sentences"
"""The model that reads texts for all other schemes."""


def encode(request: ClassifyRequest, tokenizer: Tokenizer, manifest: Manifest) -> list[Encoding]:
    """The text in windows."""
    return text_rows(request.text, tokenizer, manifest)


def variant(request: ClassifyRequest, tenant: str) -> Variant:
    """The model of a scheme; for one of the tenant's own the embedder, and the scheme's pack for `postprocess`.

    Raises UnknownScheme, SchemeRejected or StoreUnavailable.
    """
    if request.scheme in SCHEMES:
        return Variant(request.scheme)
    return Variant(EMBEDDER, (shared().find(tenant, request.scheme),))


def postprocess(
    request: ClassifyRequest, rows: Rows, logits: Logits, manifest: Manifest, pack: SchemePack | None = None
) -> dict[str, Any]:
    """The label by the mean of the windows' logits, or by the pack over their mean vectors.

    Raises SchemeRejected for a pack that was fitted on another base.
    """
    if pack is None:
        chances = probabilities(mean_output(rows, logits), manifest.calibration)
        least = review_threshold(manifest.calibration, DEFAULT_ERROR_BUDGET)
        return labelled(request.text, rows, manifest.labels, chances, least)
    pack.check(manifest)
    own = SchemeReference(name=pack.name, version=pack.version, examples=sum(pack.examples))
    return labelled(request.text, rows, pack.labels, pack.chances(mean_output(rows, logits))) | {"scheme": own}


TASK = Task(
    "classify",
    SCHEMES[0],
    "/v1/classify",
    ClassifyRequest,
    ClassifyResponse,
    encode,
    postprocess,
    explain=explain,
    variant=variant,
    models=(*SCHEMES, EMBEDDER),
    plain=lambda model, text: {"text": text, "scheme": model},
)
