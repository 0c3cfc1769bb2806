"""The choice of one function for several tasks, in an environment's table `text`."""

from typing import Literal, Self

from pydantic import Field, model_validator

from functions.text.places import PLACES
from infra.frozen import Frozen

TEXT = "text"
"""The folder of functions/ whose function serves the tasks of others."""

PROCESS_MB = 300
"""Of a function's memory: Python, libraries, a request and the model that is being loaded, before there is room for it.
`python -m tests.perf.text` measures them."""

SEARCH_MB = 600
"""What the collections of search take at most (`search_megabytes` of lectern.settings)."""


class TextSettings(Frozen):
    """Which tasks the function `text` serves in the place of their own functions, and with what."""

    tasks: tuple[str, ...] = ()
    """By the names of their folders; none: every task has its own function."""

    both: bool = False
    """On the way there or back: the tasks' own functions are there, too, and `routes` says where requests go."""

    routes: Literal["text", "own"] = "text"
    models_mb: int = Field(default=768, ge=1)
    """Memory for loaded models, all together: the least recently used are let go."""

    preload: tuple[str, ...] = ()
    """The tasks whose live models are in the snapshot that the function starts from; others are loaded on demand."""

    memory: int = Field(default=1769, ge=128, le=10_240)
    timeout: int = Field(default=30, ge=1, le=900)
    p99_seconds: float = Field(default=10, gt=0)
    reserved: int | None = Field(default=None, ge=1)
    """Reserved concurrency, as in functions.toml."""

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if unknown := sorted(set(self.tasks) - PLACES.keys()):
            raise ValueError(f"tasks: {TEXT} can't serve {', '.join(unknown)}; it can serve {', '.join(PLACES)}")
        if missing := sorted(set(self.preload) - set(self.tasks)):
            raise ValueError(f"preload: {', '.join(missing)} is not among the tasks")
        if len(set(self.tasks)) < len(self.tasks):
            raise ValueError("tasks: each but once")
        if self.routes == "own" and not self.both:
            raise ValueError("routes: only while `both` are there can they lead to the tasks' own functions")
        used = self.models_mb + PROCESS_MB + SEARCH_MB * ("search" in self.tasks)
        if used > self.memory:
            raise ValueError(f"models_mb: {self.models_mb} MB of models need a memory of {used} MB")
        return self
