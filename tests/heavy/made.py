"""Releases that only an endpoint could load, for tests whose endpoint is made up: a tokenizer, and no true weights."""

from pathlib import Path

from lectern.manifest import BaseReference, Calibration, Description, Golden, GoldenVector
from lectern.model import TOKENIZER
from lectern.release import Release
from lectern.settings import settings
from lectern.store import open_store
from model_store.build.builder import Build
from model_store.release.alias import promote
from model_store.release.publish import publish
from model_store.release.signing import Signer


def publish_made(
    signer: Signer, folder: Path, model: str, task: str, tokenizer: bytes, vectors: tuple[GoldenVector, ...], most: int
) -> Release:
    """Such a release, live as version 2.0.0 in the tests' own store; its rows have at most `most` tokens."""
    folder.mkdir()
    (folder / TOKENIZER).write_bytes(tokenizer)
    (folder / "model.safetensors").write_bytes(b"of nobody's concern")
    description = Description(
        task=task,
        base=BaseReference(name="made", sha256="0" * 64),
        adapter_sha256="0" * 64,
        quantisation="none",
        max_length=most,
        labels=(),
        calibration=Calibration(temperature=1.0),
        metrics={},
        training_data=(),
        golden=Golden(tolerance=0.001, vectors=vectors),
        runtime="1.0.0",
    )
    store = open_store(settings().store)
    release = publish(store, signer, Build(folder, description, cached=False), model, "2.0.0")
    promote(store, signer.public_key(), model, "2.0.0", "live", "tests")
    return release
