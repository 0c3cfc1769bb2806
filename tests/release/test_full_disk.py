"""A disk that is full ends in a sentence, and in nothing half done."""

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from infra.local import cli
from lectern.errors import StoreUnavailable, UnknownRelease
from lectern.load import load
from lectern.release import Pin, read_release
from lectern.store.local import LocalStore
from model_store.build import make
from model_store.build.builder import Build
from model_store.release.publish import publish
from model_store.release.signing import Signer

FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("written", [0, 1, 2])
def test_publish_onto_a_full_disk(
    local_store: LocalStore, tiny: Build, signer: Signer, monkeypatch: pytest.MonkeyPatch, written: int
) -> None:
    """The kernel may tell at the write or, as here, when the bytes have to reach the disk."""
    left, fsync = iter([True] * written), os.fsync

    def full(descriptor: int) -> None:
        if not next(left, False):
            raise FULL
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreUnavailable, match="local store can't be written: No space left on device"):
        publish(local_store, signer, tiny, "grading", "1.0.0")
    assert list(local_store._drafts.iterdir()) == []
    with pytest.raises(UnknownRelease):
        read_release(local_store, Pin("grading", "1.0.0"), signer.public_key())
    monkeypatch.undo()
    load(local_store, publish(local_store, signer, tiny, "grading", "1.0.0"))


def test_build_onto_a_full_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(model: Any, base: Path, folder: Path, *_: Any) -> None:
        target = folder / "model.onnx"
        target.write_bytes(b"half of it")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(target))

    monkeypatch.setenv("LECTERN_HOME", str(tmp_path))
    monkeypatch.setattr(make, "base_folder", lambda *_: tmp_path)
    monkeypatch.setattr(make, "_maker", lambda model: full)
    monkeypatch.setattr("sys.argv", ["lectern", "models", "build", "grading"])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    told = capsys.readouterr().err
    assert stop.value.code == 1
    assert "No space left on device" in told and "Traceback" not in told
    assert list((tmp_path / "builds").iterdir()) == []
