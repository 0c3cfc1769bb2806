"""One build, kept by the digest of what it depends on; what makes it is imported when there is something to make."""

import hashlib
import json
import tempfile
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from lectern import __version__
from model_store.build.measured import Build, read_build
from model_store.catalogue import Model
from model_store.digest import file_digest
from model_store.errors import SourceError
from model_store.home import home, move_into_place

__all__ = ["Build", "build"]


def build(model: Model, source: str = "") -> Build:
    """The files of a release of `model`, made now or found in the cache.

    Raises:
        SourceError: the base can't be had, or the model is one of transformers.
        ReferenceMismatch: the fp32 graph does not give the recorded outputs of transformers.
        AdapterMismatch: the adapter does not fit the base.
    """
    if model.precision == "transformers":
        raise SourceError(f"{model.name} is one of transformers: {model.recipe} builds it")
    folder = home() / "builds" / f"{model.name}-{_content_digest(model)[:16]}"
    cached = folder.exists()
    if not cached:
        folder.parent.mkdir(parents=True, exist_ok=True)
        from model_store.build.make import make  # onnx and its helpers take half a second

        with tempfile.TemporaryDirectory(dir=folder.parent) as draft:
            make(model, source, Path(draft, "build"))
            move_into_place(Path(draft, "build"), folder)
    return replace(read_build(folder), cached=cached)


def _content_digest(model: Model) -> str:
    """Over the base, the adapter's files, this package's code and the versions of the tools."""
    digest = hashlib.sha256(repr(model.base.files).encode())
    tools = [f"{tool}=={version(tool)}" for tool in ("onnx", "onnxruntime", "numpy")]
    digest.update(json.dumps([__version__, *tools]).encode())
    for path in [*sorted(model.adapter.iterdir()), *sorted(Path(__file__).parent.glob("*.py"))]:
        digest.update(f"{path.name}\0{file_digest(path)}".encode())
    return digest.hexdigest()
