"""What /v1/models and /healthz tell."""

from pydantic import BaseModel, Field

from lectern.manifest import BaseReference, TrainingData


class CanaryView(BaseModel):
    """A second version, and the share of students that it answers."""

    version: str
    weight: float


class AliasView(BaseModel):
    """Where an alias points, and since when."""

    version: str
    canary: CanaryView | None
    at: str


class ModelSummary(BaseModel):
    """A model: the task that it is for, and the version that answers whoever names none."""

    name: str
    task: str | None
    live: str | None
    digest: str | None = Field(description="SHA-256 of the live version's manifest, as answers name it.")
    canary: CanaryView | None


class ModelList(BaseModel):
    """Models by name."""

    models: list[ModelSummary]


class VersionView(BaseModel):
    """A version as its manifest says. Of a retired one only the number is left; `fault` says why one can't be used."""

    version: str
    retired: bool = False
    fault: str | None = None
    digest: str | None = Field(default=None, description="SHA-256 of the manifest.")
    created_at: str | None = None
    task: str | None = None
    labels: list[str] = []
    max_length: int | None = None
    quantisation: str | None = None
    base: BaseReference | None = None
    metrics: dict[str, dict[str, float]] = Field(default={}, description="By evaluation set.")
    training_data: list[TrainingData] = []


class ModelView(BaseModel):
    """A model with its aliases and a page of its versions, the newest number first."""

    name: str
    aliases: dict[str, AliasView]
    versions: list[VersionView]
    cursor: str | None


class ReadyModel(BaseModel):
    """A live release."""

    version: str
    digest: str


class Health(BaseModel):
    """Every model that has a live version, all verified."""

    status: str
    models: dict[str, ReadyModel]


class Live(BaseModel):
    """The server answers."""

    live: bool


class Ready(BaseModel):
    """Every live release is what its manifest says."""

    ready: bool


class ModelReady(Ready):
    """The same of one model."""

    name: str
