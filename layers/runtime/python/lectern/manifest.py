"""What a release is made of, and where an alias points: the two documents of the release format."""

from pydantic import BaseModel, ConfigDict, Field


class Document(BaseModel):
    """A frozen document that knows all its fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class PinnedFile(Document):
    """One file of a release: this very version of this key, with these very bytes."""

    key: str
    version_id: str
    sha256: str
    size: int


class Threshold(Document):
    """To keep errors within `budget`, leave answers below `confidence` to a person."""

    budget: float
    confidence: float


class Knot(Document):
    """A point of a curve: of outcomes with such a score, such a share is right."""

    score: float
    confidence: float


DEFAULT_ERROR_BUDGET = 0.05
"""The share of wrong grades that a teacher accepts who says nothing of it."""


class Calibration(Document):
    """From logits to confidence: a temperature, and the confidence that an error budget asks for.

    Guo et al. (2017), On Calibration of Modern Neural Networks.
    """

    temperature: float = Field(gt=0)
    thresholds: tuple[Threshold, ...] = ()
    known: tuple[Threshold, ...] = ()
    """Instead of `thresholds`, for questions that the model knows from training; empty where it doesn't tell."""
    least_score: float = 0.0
    """The score from which on there is an answer at all, for tasks that may say that there is none."""
    curve: tuple[Knot, ...] = ()
    """Confidence by score, in straight lines between points with rising scores, for tasks with a score."""
    transitions: tuple[tuple[float, ...], ...] = ()
    """What a tag adds after another one, (tags, tags), for tasks with tags; empty where nothing is added."""


class GoldenVector(Document):
    """One input of the int8 file and what it answered on the building machine."""

    input_ids: tuple[int, ...]
    token_type_ids: tuple[int, ...]
    features: tuple[float, ...] = ()
    hashes: tuple[int, ...] = ()
    written: tuple[int, ...] = ()
    """Of a model that writes: the text whose tokens' log-probabilities `logits` are."""
    logits: tuple[float, ...]


class Golden(Document):
    """The self-test: every logit must come within `tolerance` of the recorded one."""

    tolerance: float = Field(gt=0)
    vectors: tuple[GoldenVector, ...] = Field(min_length=1)


class BaseReference(Document):
    """The pretrained model underneath."""

    name: str
    sha256: str


class TrainingData(Document):
    """One data set that the adapter saw."""

    name: str
    licence: str


class Description(Document):
    """What a build knows of a release before it has a version and a place."""

    task: str
    base: BaseReference
    adapter_sha256: str
    quantisation: str
    max_length: int = Field(gt=0)
    labels: tuple[str, ...]
    calibration: Calibration
    metrics: dict[str, dict[str, float]]
    training_data: tuple[TrainingData, ...]
    golden: Golden
    runtime: str
    """The oldest runtime that can serve it."""
    encoder_layers: int = 0
    """Of how many of the base's layers the release's encoder is; 0: of all of them, or there is none."""
    measured_sha256: str = ""
    """Which files and which calibration `metrics` were measured with; empty where nobody measured."""


class Check(Document):
    """One thing that the gate looked at."""

    name: str
    passed: bool
    detail: str


class GateReport(Document):
    """What the gate said of a release before it was published."""

    live: str | None
    """The version that it was held against, if one was live."""
    checks: tuple[Check, ...]
    forced: str = ""
    """Why somebody published it whatever the gate said."""

    @property
    def failed(self) -> tuple[Check, ...]:
        """What did not pass."""
        return tuple(check for check in self.checks if not check.passed)


class Manifest(Description):
    """A release. `files` maps a file's role (`model.onnx`, `tokenizer.json`) to its pin."""

    model: str
    version: str
    files: dict[str, PinnedFile]
    created_at: str
    gate: GateReport | None = None
    """None where nobody asked the gate, as when a machine takes up the model that came with its checkout."""
    signature: str = ""
    """ECDSA P-256 over the canonical JSON of everything else."""


class Tombstone(Document):
    """What lies in the place of a retired version's manifest, so that the number is never used again."""

    retired: str
    """The version."""
    by: str
    at: str
    reason: str
    manifest: str = ""
    """The manifest as it was, to the byte, where grades still name it: its digest and signature hold as before."""


class Canary(Document):
    """A second version that gets a share of the students."""

    version: str
    weight: float = Field(ge=0, le=1)


class Alias(Document):
    """A name that moves from version to version."""

    version: str
    manifest_version_id: str
    manifest_sha256: str
    canary: Canary | None = None
    by: str
    at: str
    reason: str


def manifest_key(model: str, version: str) -> str:
    """Where a version's manifest lies."""
    return f"releases/{model}/{version}/manifest.json"


def alias_key(model: str, alias: str) -> str:
    """Where an alias lies."""
    return f"aliases/{model}/{alias}.json"
