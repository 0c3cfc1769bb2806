"""HTTP entrances; the only room that knows FastAPI, which it imports lightly."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pydantic import BaseModel


@contextmanager
def _validators_later() -> Iterator[None]:
    """Models that are made meanwhile get their validators when they are first used (pydantic's `defer_build`).

    FastAPI makes those of its OpenAPI models while it is imported, by `model_rebuild()`: a sixth of a cold start's
    imports, for what /openapi.json alone uses.
    """
    rebuild = BaseModel.__dict__["model_rebuild"]

    def later(cls: Any, /, **how: Any) -> Any:
        return rebuild.__func__(cls, **how) if how else None  # pydantic's own calls say how

    BaseModel.model_config["defer_build"] = True
    setattr(BaseModel, "model_rebuild", classmethod(later))  # noqa: B010  # a method, to mypy
    try:
        yield
    finally:
        setattr(BaseModel, "model_rebuild", rebuild)  # noqa: B010
        del BaseModel.model_config["defer_build"]


with _validators_later():
    import fastapi  # noqa: F401
