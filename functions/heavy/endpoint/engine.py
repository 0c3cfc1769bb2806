"""What answers rows: onnxruntime or transformers, chosen by what the release holds."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from lectern.model import Encoding
from lectern.release import Pin, Release, read_alias, read_release
from lectern.settings import settings
from lectern.store import Store, open_store

WEIGHTS = "model.safetensors"
"""The file that makes a release one of transformers."""


class Engine(Protocol):
    """A release that has passed its golden self-test."""

    @property
    def release(self) -> Release:
        """What it answers by."""

    def answer(self, rows: Sequence[Encoding]) -> list[NDArray[np.float32]]:
        """The rows' logits (outputs,), in their order. An answer does not depend on its neighbours."""


def open_engine(model: str, version: str = "", device: str = "cpu", precision: str = "float32") -> Engine:
    """Fetch a release from the settings' store, check every file, prove it on its golden vectors.

    `version` is by default the alias's; `device` and `precision` are torch's. Raises UnknownRelease, ReleaseRejected or
    StoreUnavailable.
    """
    config = settings()
    store = open_store(config.store, config.store_timeout_seconds)
    release = read_release(store, _pin(store, model, version, config.alias), config.public_key)
    if WEIGHTS in release.manifest.files:
        from functions.heavy.endpoint.transformer import open_transformer

        return open_transformer(store, release, device, precision)
    from functions.heavy.endpoint.onnx import OnnxEngine
    from lectern.load import load

    return OnnxEngine(load(store, release))


def _pin(store: Store, model: str, version: str, alias: str) -> Pin:
    if version:
        return Pin(model, version)
    found = read_alias(store, model, alias)
    return Pin(model, found.version, found.manifest_version_id, found.manifest_sha256)
