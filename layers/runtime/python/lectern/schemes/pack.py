"""A scheme's pack: the document that holds its head. It holds no example's text."""

import base64
import binascii
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field, ValidationError, model_validator

from lectern.errors import SchemeRejected
from lectern.manifest import BaseReference, Document, Manifest
from lectern.schemes.head import VERSION, WIDTH, Head


class SchemeFacts(BaseModel):
    """What is known of a scheme, without its numbers. `examples` by label; `right` is the share of the examples whose
    label a head finds that was fitted to all the others.
    """

    name: str
    version: str
    examples: dict[str, int]
    right: float
    base: str
    created_at: str
    by: str


class SchemePack(Document):
    """What a teacher's examples make of the frozen encoder. `version` is the digest of what it was fitted to."""

    name: str
    version: str
    features: int
    base: BaseReference
    labels: tuple[str, ...] = Field(min_length=2)
    examples: tuple[int, ...]
    """By label."""
    sharpness: float = Field(gt=0, allow_inf_nan=False)
    right: float
    weights: str = Field(repr=False)
    created_at: str
    by: str

    @model_validator(mode="after")
    def _holds_a_head(self) -> "SchemePack":
        assert self.head
        return self

    @cached_property
    def head(self) -> Head:
        """The head, decoded. Raises ValueError when there are other than so many finite numbers."""
        shape = len(self.labels), 1 + 2 * WIDTH
        try:
            data = base64.b64decode(self.weights, validate=True)
        except binascii.Error as error:
            raise ValueError("weights are no base64") from error
        if len(data) != 4 * shape[0] * shape[1] or len(self.examples) != len(self.labels):
            raise ValueError(f"weights are not {shape[0]} times {shape[1]} numbers")
        numbers = np.frombuffer(data, dtype="<f4").astype(np.float64).reshape(shape)
        if not np.isfinite(numbers).all():
            raise ValueError("weights are not finite")
        return Head(numbers[:, 1:].reshape(-1, 2, WIDTH), numbers[:, 0], self.sharpness, self.right)

    def chances(self, vector: NDArray[np.float32]) -> NDArray[np.float64]:
        """Probabilities (labels,) for what the embedder gives a text."""
        return self.head.chances(vector)

    def check(self, manifest: Manifest) -> None:
        """See that this pack reads what a release makes. Raises SchemeRejected."""
        if self.base.sha256 != manifest.base.sha256 or self.features != VERSION:
            raise SchemeRejected(
                f"scheme: it was fitted on another base model ({self.base.name}, {self.base.sha256[:12]}) or to other "
                f"features than {manifest.model} {manifest.version} has; create it again or delete it."
            )

    def facts(self) -> SchemeFacts:
        """Without the numbers."""
        counts = dict(zip(self.labels, self.examples, strict=True))
        same = {name: getattr(self, name) for name in ("name", "version", "right", "created_at", "by")}
        return SchemeFacts(**same, examples=counts, base=self.base.name)


def encode(head: Head) -> str:
    """A head's numbers as text: float32, base64; bias first, label by label."""
    numbers = np.column_stack([head.bias, head.weights.reshape(len(head.bias), -1)])
    return base64.b64encode(numbers.astype("<f4").tobytes()).decode()


def read(data: bytes) -> SchemePack:
    """The pack that bytes hold. Raises SchemeRejected."""
    try:
        return SchemePack.model_validate_json(data)
    except ValidationError as error:
        fault = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(map(str, fault["loc"])) or "document"
        raise SchemeRejected(f"The scheme is damaged: {place}: {fault['msg']}.") from None
