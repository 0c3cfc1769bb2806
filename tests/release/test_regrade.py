"""A regrade with the old version gives the old grades, to the last digit, whatever is live by then."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from infra.local.grade import grade_file
from lectern.models import shared
from lectern.release import Pin, read_release
from lectern.settings import settings
from lectern.store.local import LocalStore
from model_store.build.builder import Build
from model_store.release.alias import promote
from model_store.release.publish import publish
from model_store.release.retire import kept, retire
from model_store.release.signing import Signer

SHIFT = np.array([0.7, -0.1, -0.4, 0.2, 0.0], dtype=np.float32)
"""Of three labels, of the credit, and of whether the question is known."""
ROWS = 12


def other_model(build: Build, folder: Path) -> Build:
    """The build with SHIFT added to its logits: a model that grades otherwise."""
    folder.mkdir()
    for path in build.folder.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    model = onnx.load(folder / "model.onnx")
    output = model.graph.output[0].name
    for node in model.graph.node:
        node.output[:] = [f"{name}.plain" if name == output else name for name in node.output]
    model.graph.initializer.append(numpy_helper.from_array(SHIFT, "shift"))
    model.graph.node.append(helper.make_node("Add", [f"{output}.plain", "shift"], [output]))
    onnx.save(model, folder / "model.onnx")
    golden = build.description.golden
    vectors = [v.model_copy(update={"logits": tuple((np.array(v.logits) + SHIFT).tolist())}) for v in golden.vectors]
    changed = golden.model_copy(update={"vectors": tuple(vectors)})
    return replace(build, folder=folder, description=build.description.model_copy(update={"golden": changed}))


@pytest.fixture
def own_store(local_store: LocalStore, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalStore]:
    """This process's functions read from a store of this test alone."""
    monkeypatch.setenv("LECTERN_STORE", f"file:{local_store._objects.parent}")
    monkeypatch.setenv("LECTERN_ALIAS_SECONDS", "0")
    for cached in (settings, shared):
        cached.cache_clear()
    yield local_store
    monkeypatch.undo()
    for cached in (settings, shared):
        cached.cache_clear()


def test_the_old_version_grades_as_it_did(
    own_store: LocalStore, grading_build: Build, signer: Signer, tmp_path: Path
) -> None:
    lines = Path("examples/class.csv").read_bytes().splitlines(keepends=True)
    (tmp_path / "class.csv").write_bytes(b"".join(lines[: ROWS + 1]))

    def graded(name: str, version: str | None) -> bytes:
        grade_file(tmp_path / "class.csv", tmp_path / name, version, lambda *_: None)
        return (tmp_path / name / "grades.csv").read_bytes()

    key = signer.public_key()
    publish(own_store, signer, grading_build, "grading", "1.0.0")
    promote(own_store, key, "grading", "1.0.0", "live", "first")
    before = graded("first", None)
    publish(own_store, signer, other_model(grading_build, tmp_path / "other"), "grading", "2.0.0")
    promote(own_store, key, "grading", "2.0.0", "live", "second")
    shared.cache_clear()  # another process, which has to load it again
    assert graded("second", None) != before
    assert graded("again", "1.0.0") == before

    manifest = read_release(own_store, Pin("grading", "1.0.0"), key)
    retire(own_store, key, "grading", "1.0.0", "old", keep_manifest=True)
    assert kept(own_store, "grading", "1.0.0", key) == manifest
