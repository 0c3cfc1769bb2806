"""A tiny model with limits, and two versions of it in a store."""

from dataclasses import replace
from pathlib import Path

import pytest

from lectern.store.local import LocalStore
from model_store.build.builder import Build
from model_store.catalogue import Model, read_model
from model_store.limits import GateMetric, Limits
from model_store.release.alias import promote
from model_store.release.publish import publish
from model_store.release.signing import Signer
from tests.release.tiny import tiny_build

LIMITS = Limits((GateMetric("set", "macro_f1", 0.01),), 1000.0, ece=0.05, attack=0.05, attacks={"flipped": 0.25})


@pytest.fixture
def tiny(tmp_path: Path) -> Build:
    return tiny_build(tmp_path / "tiny")


@pytest.fixture
def model(tmp_path: Path) -> Model:
    """The catalogue's grading model, with limits for the tiny build and a card that names what it learnt from."""
    adapter = tmp_path / "adapter"
    adapter.mkdir()
    (adapter / "card.md").write_text("all-minilm-l6-v2 (Apache-2.0), Made-up answers (CC0-1.0)", "utf-8")
    return replace(read_model("grading"), adapter=adapter, gate=LIMITS)


@pytest.fixture
def store(local_store: LocalStore, tiny: Build, tmp_path: Path, signer: Signer) -> LocalStore:
    """1.0.0 is live; 1.1.0, another model, is published."""
    other = tiny_build(tmp_path / "other", slopes=(-1.0, 0.0, 1.0))
    publish(local_store, signer, tiny, "grading", "1.0.0")
    publish(local_store, signer, other, "grading", "1.1.0")
    promote(local_store, signer.public_key(), "grading", "1.0.0", "live", "tests")
    return local_store
