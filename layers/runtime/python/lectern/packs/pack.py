"""A question pack: the document that holds a question's head. It holds no answer and no student's name."""

import base64
import binascii
import hashlib
import json
import zlib
from collections.abc import Sequence
from functools import cached_property

import numpy as np
from pydantic import Field, ValidationError

from lectern.errors import PackRejected
from lectern.manifest import BaseReference, Document, Manifest, Threshold
from lectern.packs.design import Weights
from lectern.packs.features import BUCKETS, VERSION, WIDTH, Features
from lectern.packs.fit import Head, Quality
from lectern.packs.scale import Scale
from lectern.packs.waves import WAVES

_DENSE = 3
_SIZES = (1, 1, _DENSE, WIDTH, WAVES, BUCKETS)
NUMBERS = sum(_SIZES)
"""In a head's weights."""


class QuestionPack(Document):
    """What a teacher's grades of one question make of the grader. Scores are shares of `max_score`."""

    question_id: str
    version: str
    features: int
    base: BaseReference
    encoder: bool
    """Whether the release that it was fitted with gives embeddings."""

    encoder_layers: int = 0
    """By how many of the base's layers, as that release's manifest says."""

    fitted_with: str
    """The grader's version."""

    max_score: float = Field(gt=0)
    step: float | None
    grades: int = Field(ge=1)
    source_sha256: str
    """Of the question, the references and the grades that it was fitted to."""

    scale: Scale
    thresholds: tuple[Threshold, ...]
    curve: tuple[Quality, ...]
    weights: str = Field(repr=False)
    created_at: str
    by: str

    @cached_property
    def head(self) -> Weights:
        """The weights, decoded. Raises PackRejected."""
        return decode(self.weights)

    def check(self, manifest: Manifest, encoder: bool) -> None:
        """See that this pack reads the features that a release makes. Raises PackRejected."""
        named = f"question_id: the question's pack {self.version}"
        own = (self.base.sha256, self.encoder, self.encoder_layers)
        if own != (manifest.base.sha256, encoder, manifest.encoder_layers):
            raise PackRejected(
                f"{named} was fitted on another base model ({self.base.name}, {self.base.sha256[:12]}) than that of "
                f"{manifest.model} {manifest.version} ({manifest.base.sha256[:12]}), or on other layers of it; fit it "
                "again or delete it."
            )
        if self.features != VERSION:
            raise PackRejected(f"{named} has features {self.features}, this runtime {VERSION}; fit it again.")

    def credit(self, answer: Features) -> float:
        """What the head says of an answer; `scale` makes a score of it. Raises PackRejected."""
        return self.head(answer)


def encode(weights: Weights) -> str:
    """Weights as text: float32, deflated, base64."""
    blocks = weights.dense, weights.embedding, weights.waves, weights.ngrams
    numbers = np.concatenate([[weights.bias, weights.reach], *blocks])
    return base64.b64encode(zlib.compress(numbers.astype("<f4").tobytes(), 9)).decode()


def decode(text: str) -> Weights:
    """The weights of a text. Raises PackRejected when it holds other than so many finite numbers, or no reach."""
    try:
        inflating = zlib.decompressobj()
        data = inflating.decompress(base64.b64decode(text, validate=True), 4 * NUMBERS + 1)
    except (binascii.Error, zlib.error, ValueError) as error:
        raise PackRejected("The pack's field weights can't be read.") from error
    numbers = np.frombuffer(data, dtype="<f4").astype(np.float64) if len(data) == 4 * NUMBERS else np.array([np.nan])
    if not np.isfinite(numbers).all():
        raise PackRejected(f"The pack's field weights does not hold {NUMBERS} finite numbers.")
    if numbers[1] <= 0:
        raise PackRejected("The pack's field weights holds no reach over 0.")
    bias, reach, dense, embedding, waves, ngrams = np.split(numbers, np.cumsum(_SIZES)[:-1])
    return Weights(float(bias[0]), dense, embedding, float(reach[0]), waves, ngrams)


def read(data: bytes) -> QuestionPack:
    """The pack that bytes hold, its weights decoded unless they are those of other features. Raises PackRejected."""
    try:
        pack = QuestionPack.model_validate_json(data)
    except ValidationError as error:
        fault = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(map(str, fault["loc"])) or "document"
        raise PackRejected(f"The question's pack is damaged: {place}: {fault['msg']}.") from None
    if pack.features == VERSION:
        assert pack.head
    return pack


def source_digest(facts: object, answers: Sequence[tuple[str, float]]) -> str:
    """What identifies a fit: everything that went into it, in one digest from which nothing can be read."""
    return hashlib.sha256(json.dumps([facts, sorted(answers)], sort_keys=True).encode()).hexdigest()


def head_fields(head: Head) -> dict[str, object]:
    """The fields of a pack that come from its head."""
    return {"scale": head.scale, "thresholds": head.thresholds, "weights": encode(head.weights)}
