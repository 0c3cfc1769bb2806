"""A release that only an endpoint could load is proved file by file before an alias names it."""

from pathlib import Path

import pytest

from lectern.errors import ReleaseRejected, UnknownRelease
from lectern.release import read_alias
from lectern.store.local import LocalStore
from model_store.release.alias import promote
from model_store.release.publish import publish
from model_store.release.signing import Signer
from tests.release.tiny import tiny_build


def test_an_altered_file_keeps_its_release_from_every_alias(
    local_store: LocalStore, tmp_path: Path, signer: Signer
) -> None:
    build = tiny_build(tmp_path / "tiny")
    (build.folder / "model.onnx").rename(build.folder / "model.safetensors")
    whole, altered = (publish(local_store, signer, build, "grading-large", version) for version in ("1.0.0", "1.0.1"))
    promote(local_store, signer.public_key(), "grading-large", "1.0.0", "live", "tests")
    assert read_alias(local_store, "grading-large", "live").manifest_sha256 == whole.digest
    (path,) = (tmp_path / "store").rglob(altered.manifest.files["model.safetensors"].version_id)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ReleaseRejected, match=r"model\.safetensors .* is not the file"):
        promote(local_store, signer.public_key(), "grading-large", "1.0.1", "next", "tests")
    with pytest.raises(UnknownRelease):
        read_alias(local_store, "grading-large", "next")
