"""What a function's folder contributes to the pipeline: a few pure functions and two schemas."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel
from tokenizers import Tokenizer

from lectern.manifest import Manifest
from lectern.model import Encoding
from lectern.packs.features import Embed, Features
from lectern.packs.pack import QuestionPack
from lectern.probe import Probe
from lectern.schemas import Request, Response

Rows = Sequence[Encoding]
Logits = Sequence[NDArray[np.float32]]


@dataclass(frozen=True)
class Adaptation:
    """How a question's pack changes an answer: `observe` gives what the pack's head sees of it (request, rows, logits,
    manifest, sentence embeddings), `adapt` turns the response's fields into those that the head stands for.
    """

    observe: Callable[[Any, Rows, Logits, Manifest, Embed], Features]
    adapt: Callable[[Any, dict[str, Any], QuestionPack, Features], dict[str, Any]]


@dataclass(frozen=True)
class Variant:
    """The model that a request asks for, and what else of the tenant's own `postprocess` is given, as its last
    arguments.
    """

    model: str
    own: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Stages:
    """How a heavy model is asked that does the task in another way than the fast one: see Task."""

    encode: Callable[[Any, Tokenizer, Manifest], list[Encoding]]
    postprocess: Callable[..., dict[str, Any]]
    then: Callable[..., list[Encoding]] | None
    files: tuple[str, ...]


@dataclass(frozen=True)
class Task:
    """One function of the product.

    `encode` turns a request into rows of tokens (none, where no model is needed) within the manifest's limits;
    `postprocess` turns the rows' logits into the response's fields, without model and request_id (what the schema lacks
    stays with `explain`); after the manifest it is given the bytes of the release's `files`, in their order. `then` is
    there where what the rows gave asks for more of them: `postprocess` sees all, the first ones first. `then` is given
    `files` too.
    `adaptation` is there where questions can have packs; `explain`, where there is one, turns a request and its fields
    into the field `explanation`, asking the model through a probe. `heavy` is the model that an endpoint serves for
    this task, by the same functions or by those of `by_heavy`; a request of a task that has one says by its `tier` who
    shall answer. `variant` is there where a request
    (with the tenant) says which model answers; `model` is then the one that a function starts with, and `models` are
    all that have an address of their own in the Open Inference Protocol. There `plain` makes the fields of a request
    out of a model's name and a plain text, where the request needs more than a field `text`.
    """

    name: str
    model: str
    route: str
    request: type[Request]
    response: type[Response]
    encode: Callable[[Any, Tokenizer, Manifest], list[Encoding]]
    postprocess: Callable[..., dict[str, Any]]
    adaptation: Adaptation | None = None
    explain: Callable[[Any, dict[str, Any], Probe], BaseModel] | None = None
    files: tuple[str, ...] = ()
    heavy: str = ""
    by_heavy: Stages | None = None
    variant: Callable[[Any, str], Variant] | None = None
    then: Callable[..., list[Encoding]] | None = None
    models: tuple[str, ...] = ()
    plain: Callable[[str, str], dict[str, Any]] | None = None

    @property
    def remote(self) -> "Task":
        """As the heavy model does it."""
        return replace(self, **vars(self.by_heavy)) if self.by_heavy else self

    @property
    def names(self) -> tuple[str, ...]:
        """Every model that can be asked by its name."""
        return self.models or (self.model,)
