"""A release that writes is proved before it answers: by its rules, and by the scores of its golden texts."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from lectern.errors import ReleaseRejected
from lectern.generation.writing import WRITING
from lectern.load import load, prove
from lectern.model import MODEL
from lectern.release import Release
from lectern.store.local import LocalStore
from model_store.build.builder import Build, build
from model_store.catalogue import read_model
from model_store.release.publish import publish
from model_store.release.signing import Signer

MOST = 5_500_000
"""Bytes that all files of the release may have together."""


@pytest.fixture(scope="module")
def made() -> Build:
    return build(read_model("translate"))


@pytest.fixture
def altered(made: Build, tmp_path: Path) -> Build:
    folder = tmp_path / "build"
    folder.mkdir()
    for path in made.folder.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    return replace(made, folder=folder)


@pytest.fixture
def release(local_store: LocalStore, signer: Signer) -> Callable[[Build], Release]:
    return lambda one: publish(local_store, signer, one, "translate", "1.0.0")


def test_all_of_it_is_small(made: Build) -> None:
    assert sum(path.stat().st_size for path in made.folder.iterdir()) <= MOST


@pytest.mark.parametrize(
    "change", [{"end": "two"}, {"tokens": None}, {"writable": {"en": [1]}}, {"more": 1}, {"beams": []}]
)
def test_rules_that_are_none_are_refused(
    local_store: LocalStore, altered: Build, release: Callable[[Build], Release], change: dict[str, Any]
) -> None:
    path = altered.folder / WRITING
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | change), "utf-8")
    with pytest.raises(ReleaseRejected, match="no model that this runtime can read"):
        load(local_store, release(altered))


def test_a_graph_without_its_rules_is_refused(
    local_store: LocalStore, altered: Build, release: Callable[[Build], Release]
) -> None:
    (altered.folder / WRITING).unlink()
    with pytest.raises(ReleaseRejected, match="golden vectors"):
        load(local_store, release(altered))


@pytest.mark.parametrize(("spoilt", "check"), [(1 / 3, prove), (1, load)])
def test_a_spoilt_layer_fails_the_self_test(
    local_store: LocalStore,
    altered: Build,
    release: Callable[[Build], Release],
    spoilt: float,
    check: Callable[[LocalStore, Release], object],
) -> None:
    """A part of one matrix of the decoder is zero: before an alias names it a third is seen, at a start the whole."""
    path = altered.folder / MODEL
    model = onnx.load(path)
    branch = next(part.g for part in model.graph.node[-1].attribute if part.name == "else_branch")
    weight = next(one for one in branch.initializer if one.name == "write/decoder.1.looked.weight")
    values = np.array(numpy_helper.to_array(weight))
    values[: round(len(values) * spoilt)] = 0
    weight.CopyFrom(numpy_helper.from_array(values, weight.name))
    path.write_bytes(model.SerializeToString())
    with pytest.raises(ReleaseRejected, match="fails its golden self-test"):
        check(local_store, release(altered))
