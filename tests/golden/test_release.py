"""A release that is not exactly what its manifest says never answers."""

import hashlib
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import external_data_helper, numpy_helper

from functions.grading.task import TASK
from lectern.errors import Conflict, ReleaseRejected, StoreUnavailable, UnknownRelease
from lectern.http.handler import preload
from lectern.load import load, prove
from lectern.manifest import Description, alias_key, manifest_key
from lectern.model import MODEL
from lectern.models import Models
from lectern.release import Pin, Release, read_alias, read_release
from lectern.settings import Settings
from lectern.store import Store
from lectern.store.local import LocalStore
from lectern.store.s3 import S3Store
from model_store.build.builder import Build
from model_store.errors import BadVersion
from model_store.release.alias import history, promote, rollback
from model_store.release.publish import publish
from model_store.release.signing import FileSigner, Signer
from tests.conftest import SIGNER, models_of
from tests.patience import PATIENCE


@pytest.fixture
def altered(grading_build: Build, tmp_path: Path) -> Build:
    """A copy of the build that a test may spoil before it is published (and so signed)."""
    folder = tmp_path / "build"
    folder.mkdir()
    for path in grading_build.folder.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    return replace(grading_build, folder=folder)


def loaded(store: Store, release: Release) -> None:
    load(store, release)


def test_a_published_release_loads_and_answers(published: LocalStore) -> None:
    model = models_of(published).get(models_of(published).resolve("grading", None))
    assert model.release.manifest.version == "1.0.0"


def test_one_flipped_byte_in_the_model(published: LocalStore, signer: Signer) -> None:
    release = read_release(published, Pin("grading", "1.0.0"), signer.public_key())
    pin = release.manifest.files[MODEL]
    data = bytearray(published.get(pin.key).data)
    data[len(data) // 2] ^= 1
    path = next((published._folder(pin.key)).iterdir())
    path.write_bytes(bytes(data))
    with pytest.raises(ReleaseRejected, match=r"model\.onnx .* is not the file that the manifest pins"):
        load(published, release)


def test_the_pinned_version_of_a_file_is_gone(
    s3_store: S3Store, grading_build: Build, signer: Signer, aws: dict[str, str]
) -> None:
    release = publish(s3_store, signer, grading_build, "grading", "1.0.0")
    pin = release.manifest.files[MODEL]
    s3_store.put(pin.key, b"another version is there instead")
    s3_store._client.delete_object(Bucket=s3_store._bucket, Key=pin.key, VersionId=pin.version_id)
    with pytest.raises(ReleaseRejected, match=r"model\.onnx .* is gone from the store"):
        load(s3_store, release)


def test_the_pinned_manifest_is_gone(s3_store: S3Store, grading_build: Build, signer: Signer) -> None:
    publish(s3_store, signer, grading_build, "grading", "1.0.0")
    alias = promote(s3_store, signer.public_key(), "grading", "1.0.0", "live", "test")
    key = manifest_key("grading", "1.0.0")
    s3_store._client.delete_object(Bucket=s3_store._bucket, Key=key, VersionId=alias.manifest_version_id)
    models = models_of(s3_store)
    with pytest.raises(ReleaseRejected, match="is gone from the store"):
        models.get(models.resolve("grading", None))


def test_a_manifest_that_was_altered(published: LocalStore, signer: Signer) -> None:
    key = manifest_key("grading", "1.0.0")
    document = json.loads(published.get(key).data)
    document["calibration"]["temperature"] = 0.01
    published.put(key, json.dumps(document).encode())
    with pytest.raises(ReleaseRejected, match="not signed by the pinned key"):
        read_release(published, Pin("grading", "1.0.0"), signer.public_key())


def test_the_alias_pins_the_manifests_bytes(published: LocalStore) -> None:
    alias = json.loads(published.get(alias_key("grading", "live")).data)
    published.put(alias_key("grading", "live"), json.dumps(alias | {"manifest_sha256": "0" * 64}).encode())
    models = models_of(published)
    with pytest.raises(ReleaseRejected, match="not the one that the alias pins"):
        models.get(models.resolve("grading", None))


def test_another_key_signed_it(published: LocalStore, tmp_path: Path) -> None:
    other = FileSigner(tmp_path / "other.pem").public_key()
    with pytest.raises(ReleaseRejected, match="not signed by the pinned key"):
        read_release(published, Pin("grading", "1.0.0"), other)


@pytest.mark.parametrize("key", ["", "not base64!", "AAAA"])
def test_no_usable_public_key(published: LocalStore, key: str) -> None:
    with pytest.raises(ReleaseRejected, match="unreadable"):
        read_release(published, Pin("grading", "1.0.0"), key)


def test_a_manifest_copied_to_another_version(published: LocalStore, signer: Signer) -> None:
    data = published.get(manifest_key("grading", "1.0.0")).data
    published.put(manifest_key("grading", "2.0.0"), data)
    with pytest.raises(ReleaseRejected, match="belongs to another release"):
        read_release(published, Pin("grading", "2.0.0"), signer.public_key())


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'"text"', b"{}", b"\xff"])
def test_a_manifest_that_is_none(local_store: LocalStore, signer: Signer, content: bytes) -> None:
    local_store.put(manifest_key("grading", "1.0.0"), content)
    with pytest.raises(ReleaseRejected):
        read_release(local_store, Pin("grading", "1.0.0"), signer.public_key())


def test_perturbed_weights_fail_the_proof_before_an_alias_names_them(local_store: LocalStore, altered: Build) -> None:
    model = onnx.load(altered.folder / MODEL)
    for weights in model.graph.initializer:
        if weights.name.endswith("dense.weight_quantized"):
            values = numpy_helper.to_array(weights).copy()
            values[:, ::3] //= 2
            weights.CopyFrom(numpy_helper.from_array(values, weights.name))
    onnx.save(model, altered.folder / MODEL)
    release = publish(local_store, SIGNER, altered, "grading", "1.0.0")
    with pytest.raises(ReleaseRejected, match="fails its golden self-test on this CPU"):
        prove(local_store, release)


def test_a_model_that_answers_nan_fails_the_self_test(local_store: LocalStore, altered: Build) -> None:
    model = onnx.load(altered.folder / MODEL)
    bias = next(t for t in model.graph.initializer if t.name == "head.classifier.bias")
    bias.CopyFrom(numpy_helper.from_array(np.full(3, np.nan, dtype=np.float32), bias.name))
    onnx.save(model, altered.folder / MODEL)
    release = publish(local_store, SIGNER, altered, "grading", "1.0.0")
    with pytest.raises(ReleaseRejected, match="golden self-test"):
        load(local_store, release)


def test_a_model_with_external_data(local_store: LocalStore, altered: Build) -> None:
    model = onnx.load(altered.folder / MODEL)
    external_data_helper.convert_model_to_external_data(model, location="weights.bin", size_threshold=1024)
    onnx.save(model, altered.folder / MODEL)
    release = publish(local_store, SIGNER, altered, "grading", "1.0.0")
    with pytest.raises(ReleaseRejected, match="refers to files outside the release"):
        load(local_store, release)


@pytest.mark.parametrize("content", [b"", b"not a model", b"\x0a\xff\xff\xff\xff\xff", b"\x08\x08" * 100])
def test_a_file_that_is_no_model(local_store: LocalStore, altered: Build, content: bytes) -> None:
    (altered.folder / MODEL).write_bytes(content)
    release = publish(local_store, SIGNER, altered, "grading", "1.0.0")
    with pytest.raises(ReleaseRejected, match="is no model"):
        load(local_store, release)


def test_a_version_is_published_once(published: LocalStore, grading_build: Build, signer: Signer) -> None:
    before = published.get(manifest_key("grading", "1.0.0"))
    with pytest.raises(Conflict, match="never changes"):
        publish(published, signer, grading_build, "grading", "1.0.0")
    assert published.get(manifest_key("grading", "1.0.0")) == before


def test_of_two_publishers_at_once_one_is_told(local_store: LocalStore, grading_build: Build, signer: Signer) -> None:
    class Meanwhile(LocalStore):
        """Somebody else publishes the same version just before our manifest is written."""

        def put(self, key: str, data: bytes, **condition: Any) -> Any:
            if key.endswith("manifest.json"):
                publish(local_store, signer, grading_build, "grading", "1.0.0")
            return super().put(key, data, **condition)

    ours = Meanwhile(local_store._objects.parent)
    with pytest.raises(Conflict):
        publish(ours, signer, grading_build, "grading", "1.0.0")
    load(local_store, read_release(local_store, Pin("grading", "1.0.0"), signer.public_key()))


@pytest.mark.parametrize("version", ["", "1", "1.0", "v1.0.0", "1.0.0/..", "1.0.0\n"])
def test_a_version_has_three_numbers(
    local_store: LocalStore, grading_build: Build, signer: Signer, version: str
) -> None:
    with pytest.raises(BadVersion, match=r"like 1\.2\.3"):
        publish(local_store, signer, grading_build, "grading", version)


def test_promote_rollback_and_history(published: LocalStore, grading_build: Build, signer: Signer) -> None:
    publish(published, signer, grading_build, "grading", "1.1.0")
    promote(published, signer.public_key(), "grading", "1.1.0", "live", "better")
    assert read_alias(published, "grading", "live").version == "1.1.0"
    rollback(published, signer.public_key(), "grading", "live", "worse after all")
    states = [(entry.version, entry.reason) for entry in history(published, "grading", "live")]
    assert states == [("1.0.0", "worse after all"), ("1.1.0", "better"), ("1.0.0", "tests")]


def test_a_second_rollback_goes_further_back(published: LocalStore, grading_build: Build, signer: Signer) -> None:
    for version in ("1.1.0", "1.2.0"):
        publish(published, signer, grading_build, "grading", version)
        promote(published, signer.public_key(), "grading", version, "live", "better")
    versions = [rollback(published, signer.public_key(), "grading", "live", "bad").version for _ in range(2)]
    assert versions == ["1.1.0", "1.0.0"]


def test_of_two_who_move_an_alias_at_once_one_is_told(
    published: LocalStore, grading_build: Build, signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(published, signer, grading_build, "grading", "1.1.0")
    publish(published, signer, grading_build, "grading", "1.2.0")
    target = "model_store.release.alias.prove"

    def meanwhile(store: Store, release: Release) -> Any:
        monkeypatch.setattr(target, load)
        promote(published, signer.public_key(), "grading", "1.2.0", "live", "the other was faster")
        return load(store, release)

    monkeypatch.setattr(target, meanwhile)
    with pytest.raises(Conflict):
        promote(published, signer.public_key(), "grading", "1.1.0", "live", "too late")
    assert read_alias(published, "grading", "live").version == "1.2.0"


def test_a_release_that_does_not_load_is_not_promoted(
    published: LocalStore, grading_build: Build, signer: Signer
) -> None:
    release = publish(published, signer, grading_build, "grading", "1.1.0")
    next(published._folder(release.manifest.files[MODEL].key).iterdir()).write_bytes(b"junk")
    with pytest.raises(ReleaseRejected):
        promote(published, signer.public_key(), "grading", "1.1.0", "live", "test")
    assert read_alias(published, "grading", "live").version == "1.0.0"


def test_nothing_to_roll_back_to(published: LocalStore, signer: Signer) -> None:
    for alias in ("live", "never-set"):
        with pytest.raises(Conflict, match="no other version before"):
            rollback(published, signer.public_key(), "grading", alias, "test")


def test_promoting_what_is_not_there(published: LocalStore, signer: Signer) -> None:
    with pytest.raises(UnknownRelease, match=r"no version 9\.9\.9"):
        promote(published, signer.public_key(), "grading", "9.9.9", "live", "test")


def test_an_alias_is_looked_at_again_after_its_time(
    published: LocalStore, grading_build: Build, signer: Signer
) -> None:
    now = [0.0]
    models = Models(published, Settings(), clock=lambda: now[0])
    assert models.resolve("grading", None).version == "1.0.0"
    publish(published, signer, grading_build, "grading", "1.1.0")
    promote(published, signer.public_key(), "grading", "1.1.0", "live", "better")
    now[0] = 30.0
    assert models.resolve("grading", None).version == "1.0.0"
    now[0] = 30.1
    assert models.resolve("grading", None).version == "1.1.0"


def test_a_warm_function_outlives_its_store(published: LocalStore, monkeypatch: pytest.MonkeyPatch) -> None:
    models = models_of(published, alias_seconds=0)
    pin = models.resolve("grading", None)
    model = models.get(pin)
    monkeypatch.setattr(published, "get", lambda *_: (_ for _ in ()).throw(StoreUnavailable("down")))
    assert models.get(models.resolve("grading", None)) is model


def test_a_store_that_is_slow_or_down_holds_up_no_warm_request(
    published: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    models = Models(published, Settings(), clock=lambda: now[0])
    live = models.get(models.resolve("grading", None))
    asked: list[str] = []
    hanging, go_on = threading.Event(), threading.Event()

    def slow(key: str, *_: Any) -> Any:
        asked.append(key)
        hanging.set()
        go_on.wait(PATIENCE)
        raise StoreUnavailable("down")

    monkeypatch.setattr(published, "get", slow)
    now[0] = 31.0
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(models.resolve, "grading", None)
        unknown = pool.submit(models.get, Pin("grading", "9.9.9"))
        assert hanging.wait(PATIENCE)
        assert models.get(models.resolve("grading", None)) is live  # while both of the others wait
        go_on.set()
        assert first.result().version == "1.0.0"
        with pytest.raises(StoreUnavailable):
            unknown.result()
    models.resolve("grading", None)
    assert asked.count(alias_key("grading", "live")) == 1


def test_a_release_that_is_refused_drives_out_none(published: LocalStore, grading_build: Build, signer: Signer) -> None:
    publish(published, signer, grading_build, "grading", "1.1.0")
    spoilt = publish(published, signer, grading_build, "grading", "1.2.0")
    next(published._folder(spoilt.manifest.files[MODEL].key).iterdir()).write_bytes(b"junk")
    models = models_of(published)
    held = [models.get(Pin("grading", version)) for version in ("1.0.0", "1.1.0")]
    with pytest.raises(ReleaseRejected):
        models.get(Pin("grading", "1.2.0"))
    assert [models.get(Pin("grading", version)) for version in ("1.0.0", "1.1.0")] == held


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"runtime": "99.0.0"}, "needs the runtime"),
        ({"golden": {"tolerance": 1, "vectors": [{"input_ids": [1], "token_type_ids": [0], "logits": [1]}]}}, "golden"),
        (
            {
                "golden": {
                    "tolerance": 1,
                    "vectors": [{"input_ids": [10**6], "token_type_ids": [0], "logits": [1, 1, 1]}],
                }
            },
            "golden",
        ),
    ],
)
def test_a_description_that_this_runtime_or_model_does_not_meet(
    local_store: LocalStore, grading_build: Build, change: dict[str, Any], message: str
) -> None:
    description = Description.model_validate(grading_build.description.model_dump() | change)
    with pytest.raises(ReleaseRejected, match=message):
        load(
            local_store,
            publish(local_store, SIGNER, replace(grading_build, description=description), "grading", "1.0.0"),
        )


def test_a_tokenizer_that_is_none(local_store: LocalStore, altered: Build) -> None:
    (altered.folder / "tokenizer.json").write_text("{}")
    with pytest.raises(ReleaseRejected, match="is no model"):
        load(local_store, publish(local_store, SIGNER, altered, "grading", "1.0.0"))


def test_at_most_two_versions_are_held(published: LocalStore, grading_build: Build, signer: Signer) -> None:
    for version in ("1.1.0", "1.2.0"):
        publish(published, signer, grading_build, "grading", version)
    models = models_of(published)
    first = models.get(Pin("grading", "1.0.0"))
    models.get(Pin("grading", "1.1.0"))
    assert models.get(Pin("grading", "1.0.0")) is first
    models.get(Pin("grading", "1.2.0"))
    assert models.get(Pin("grading", "1.0.0")) is first
    assert len(models._held.loaded()) == 2


def test_a_canary_answers_its_share_of_students_and_always_the_same(published: LocalStore) -> None:
    alias = json.loads(published.get(alias_key("grading", "live")).data)
    alias["canary"] = {"version": "1.1.0", "weight": 0.25}
    published.put(alias_key("grading", "live"), json.dumps(alias).encode())
    models = models_of(published)
    versions = [models.resolve("grading", None, "demo", f"student-{n}").version for n in range(2000)]
    assert 0.2 < versions.count("1.1.0") / 2000 < 0.3
    assert versions == [models.resolve("grading", None, "demo", f"student-{n}").version for n in range(2000)]


def test_the_digest_names_the_manifests_bytes(published: LocalStore, signer: Signer) -> None:
    release = read_release(published, Pin("grading", "1.0.0"), signer.public_key())
    data = published.get(manifest_key("grading", "1.0.0")).data
    assert release.digest == hashlib.sha256(data).hexdigest()


def test_a_snapshot_of_a_started_function_looks_at_the_alias_again(
    published: LocalStore, grading_build: Build, signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A restored process's clock stands where the snapshot was made, so half a minute of it is worth nothing."""
    models = models_of(published, alias_seconds=30.0)
    monkeypatch.setattr("lectern.http.handler.shared", lambda: models)
    preload(TASK)
    publish(published, signer, grading_build, "grading", "1.1.0")
    promote(published, signer.public_key(), "grading", "1.1.0", "live", "while the snapshot lay there")
    assert models.resolve("grading", None).version == "1.1.0"
    assert models._held.loaded() == [("grading", "1.0.0")], "what is loaded stays"
