"""The catalogue as data: bases with their sources, models with their adapters."""

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from model_store.limits import Limits, read_limits

_FOLDER = Path(__file__).parent
ADAPTERS = _FOLDER / "adapters"

EMBEDDED = (
    "grading",
    "essays",
    "search",
    "sentiment",
    "question-type",
    "bloom",
    "sentences",
    "translate",
    "roles",
    "summaries",
    "answer",
)
"""The models that come with Lectern: built on the spot, and published by the first deployment."""

HeavyModel = Literal["grading-large", "answer-large", "summaries-large"]

HEAVY: tuple[HeavyModel, ...] = get_args(HeavyModel)
"""The models that an endpoint serves; functions name them as their task's heavy one."""


@dataclass(frozen=True)
class BaseFile:
    """A file of a base and its pinned digest."""

    name: str
    sha256: str


@dataclass(frozen=True)
class PackageSource:
    """A package of the Python index that carries the base in `folder`; empty where none does."""

    requirement: str = ""
    sha256: str = ""
    folder: str = ""


@dataclass(frozen=True)
class HubSource:
    """A repository of the Hugging Face Hub at a revision; empty where none has it."""

    repository: str = ""
    revision: str = ""


@dataclass(frozen=True)
class Base:
    """A pretrained model."""

    name: str
    licence: str
    files: tuple[BaseFile, ...]
    package: PackageSource
    hub: HubSource

    @property
    def sha256(self) -> str:
        """The digest of its weights; '' for a base of random weights, which has no files."""
        return next((file.sha256 for file in self.files if file.name == "model.safetensors"), "")


@dataclass(frozen=True)
class TextSet:
    """The labelled texts that a model learns: a set that `model_store.recipes.texts_data` reads, and its facts."""

    set: str
    name: str
    licence: str


@dataclass(frozen=True)
class Model:
    """A model that releases are built of: a base and a committed adapter.

    `recipe` is the module that trains it; `teacher` the adapter that it is distilled from, where it is.
    `precision` is `int8`, or for a heavy endpoint `float32` or `transformers`, which its recipe builds.
    """

    name: str
    task: str
    base: Base
    adapter: Path
    recipe: str = ""
    precision: str = "int8"
    teacher: Path | None = None
    gate: Limits | None = None
    """None: nothing is published but by force."""
    labels: tuple[str, ...] = ()
    texts: TextSet | None = None
    """What a classifier of single texts tells apart, and what it learns from."""


def kind_of(model: Model) -> str:
    """How the model's files are put together, as its adapter's facts say; '' for the base with an adapter merged in."""
    path = model.adapter / "adapter.json"
    return str(json.loads(path.read_text("utf-8")).get("kind", "")) if path.exists() else ""


def read_model(name: str) -> Model:
    """The catalogue's entry of a model. Raises KeyError with the known names."""
    content = tomllib.loads((_FOLDER / "catalogue.toml").read_text("utf-8"))
    if name not in content["models"]:
        raise KeyError(f"the catalogue has no model {name!r}; it has {', '.join(sorted(content['models']))}")
    entry = content["models"][name]
    base = content["bases"][entry["base"]]
    return Model(
        name,
        entry["task"],
        Base(
            entry["base"],
            base["licence"],
            tuple(BaseFile(**file) for file in base["files"]),
            PackageSource(**base.get("package", {})),
            HubSource(**base.get("hub", {})),
        ),
        ADAPTERS / entry["adapter"],
        entry["recipe"],
        entry.get("precision", "int8"),
        ADAPTERS / entry["teacher"] if "teacher" in entry else None,
        read_limits(entry["gate"]) if "gate" in entry else None,
        tuple(entry.get("labels", ())),
        TextSet(**entry["texts"]) if "texts" in entry else None,
    )
