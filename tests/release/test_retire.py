"""A version goes for good, unless something still names it; its number is never used again."""

import json
from pathlib import Path
from typing import Any

import pytest

from lectern.errors import Conflict, ReleaseRejected, RetiredRelease, UnknownRelease
from lectern.manifest import Alias, alias_key, manifest_key
from lectern.models import Models
from lectern.release import Pin, read_alias, read_release
from lectern.settings import Settings
from lectern.store import ObjectVersion, Store
from lectern.store.local import LocalStore
from lectern.store.s3 import S3Store
from model_store.build.builder import Build
from model_store.errors import StillNamed
from model_store.release.alias import canary, promote
from model_store.release.graded import Lookup, lookup_in
from model_store.release.publish import publish
from model_store.release.retire import kept, retire
from model_store.release.signing import Signer


def gone(store: Store, version: str) -> bool:
    return store.keys(f"releases/grading/{version}/") == [manifest_key("grading", version)]


def graded_folder(folder: Path, version: str, model: str = "grading") -> str:
    folder.mkdir(parents=True)
    (folder / "grades.csv").write_text(f"id,score,model_version,error\n1,0.5,{version},\n2,,,bad\n", "utf-8")
    (folder / "summary.json").write_text(json.dumps({"model": {"name": model, "version": version}}), "utf-8")
    return str(folder)


def test_retired_it_answers_nobody_and_its_number_is_taken(store: LocalStore, signer: Signer, tiny: Build) -> None:
    retire(store, signer.public_key(), "grading", "1.1.0", "worse")
    assert gone(store, "1.1.0")
    assert len(store.versions(manifest_key("grading", "1.1.0"))) == 1
    with pytest.raises(RetiredRelease, match=r"grading 1\.1\.0 was retired on 20"):
        Models(store, Settings()).get(Pin("grading", "1.1.0"))
    with pytest.raises(Conflict, match=r"1\.1\.0 was retired; its number is not used again"):
        publish(store, signer, tiny, "grading", "1.1.0")
    with pytest.raises(RetiredRelease):
        promote(store, signer.public_key(), "grading", "1.1.0", "live", "back")
    with pytest.raises(UnknownRelease, match="No manifest"):
        kept(store, "grading", "1.1.0", signer.public_key())


def test_in_a_bucket_every_version_of_the_weights_goes(s3_store: S3Store, signer: Signer, tiny: Build) -> None:
    s3_store.put("releases/grading/1.0.0/model.onnx", b"of a publish that was cut short")
    release = publish(s3_store, signer, tiny, "grading", "1.0.0")
    retire(s3_store, signer.public_key(), "grading", "1.0.0", "old")
    assert gone(s3_store, "1.0.0")
    assert all(s3_store.versions(pin.key) == [] for pin in release.manifest.files.values())
    with pytest.raises(Conflict, match="retired"):
        publish(s3_store, signer, tiny, "grading", "1.0.0")


def test_a_kept_manifest_is_the_one_that_was_signed(store: LocalStore, signer: Signer) -> None:
    before = read_release(store, Pin("grading", "1.1.0"), signer.public_key())
    retire(store, signer.public_key(), "grading", "1.1.0", "old", keep_manifest=True)
    assert gone(store, "1.1.0")
    assert kept(store, "grading", "1.1.0", signer.public_key()) == before
    blob = store.get(manifest_key("grading", "1.1.0"))
    store.put(manifest_key("grading", "1.1.0"), blob.data.replace(b"int8", b"int9").replace(b"CC0", b"CC1"))
    with pytest.raises(ReleaseRejected, match="not signed"):
        kept(store, "grading", "1.1.0", signer.public_key())


@pytest.mark.parametrize("alias", ["live", "candidate"])
def test_a_version_that_an_alias_names_stays(store: LocalStore, signer: Signer, alias: str) -> None:
    promote(store, signer.public_key(), "grading", "1.1.0", alias, "test")
    with pytest.raises(StillNamed, match=f"alias {alias} names it"):
        retire(store, signer.public_key(), "grading", "1.1.0", "old", keep_manifest=True)
    assert not gone(store, "1.1.0")


def test_a_canary_stays(store: LocalStore, signer: Signer) -> None:
    canary(store, signer.public_key(), "grading", "1.1.0", 0.1, "live", "try")
    with pytest.raises(StillNamed, match="alias live names it"):
        retire(store, signer.public_key(), "grading", "1.1.0", "old")


def test_what_is_not_there_can_not_be_retired(store: LocalStore, signer: Signer) -> None:
    with pytest.raises(UnknownRelease, match=r"no version 9\.9\.9"):
        retire(store, signer.public_key(), "grading", "9.9.9", "old")


def test_a_version_that_a_stored_grade_names_stays_or_leaves_its_manifest(
    store: LocalStore, signer: Signer, tmp_path: Path
) -> None:
    lookups = [lookup_in(graded_folder(tmp_path / "grades" / "7b", "1.1.0"))]
    with pytest.raises(StillNamed, match=r"7b/grades\.csv; --keep-manifest"):
        retire(store, signer.public_key(), "grading", "1.1.0", "old", lookups)
    retire(store, signer.public_key(), "grading", "1.1.0", "old", lookups, keep_manifest=True)
    assert kept(store, "grading", "1.1.0", signer.public_key()).manifest.version == "1.1.0"


def test_grades_are_found_in_tables_and_journals_below_a_folder(tmp_path: Path) -> None:
    graded_folder(tmp_path / "a" / "b", "1.1.0")
    graded_folder(tmp_path / "essays", "1.1.0", model="essays")
    (tmp_path / "c").mkdir()
    journal = [["key", {"model": {"name": "grading", "version": "1.1.0"}}], ["key", 3], "torn"]
    lines = "\n".join([*(json.dumps(line) for line in journal), '["to'])
    (tmp_path / "c" / ".journal.jsonl").write_text(lines, "utf-8")
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "grades.csv").write_bytes(b"id,model_version\n1,2.0.0\n\xff\n")
    found: Lookup = lookup_in(str(tmp_path))
    names = [Path(place).relative_to(tmp_path).as_posix() for place in found("grading", "1.1.0")]
    assert names == ["a/b/grades.csv", "c/.journal.jsonl"]
    assert [Path(place).parent.name for place in found("essays", "1.1.0")] == ["essays"]
    assert [Path(place).parent.name for place in found("grading", "2.0.0")] == ["d"]  # no summary: it may be ours
    assert list(found("grading", "1.1")) == []


def test_grades_are_found_under_a_prefix_of_a_bucket(s3_store: S3Store) -> None:
    s3_store.put("tenant/demo/7b/grades.csv", b"id,model_version\n1,1.1.0\n")
    s3_store.put("tenant/demo/7b/notes.txt", b"1.1.0")
    s3_store.put("tenant/other/grades.csv", b"id,model_version\n1,1.1.0\n")
    found = lookup_in(f"s3://{s3_store._bucket}/tenant/demo")
    assert list(found("grading", "1.1.0")) == [f"s3://{s3_store._bucket}/tenant/demo/7b/grades.csv"]


def test_a_folder_of_grades_that_is_not_there_is_no_proof(store: LocalStore, signer: Signer, tmp_path: Path) -> None:
    with pytest.raises(NotADirectoryError):
        retire(store, signer.public_key(), "grading", "1.1.0", "old", [lookup_in(str(tmp_path / "nowhere"))])
    assert not gone(store, "1.1.0")


class Meanwhile(LocalStore):
    """A store where something happens just before, or just after, a key is written."""

    def __init__(self, store: LocalStore, key: str, before: Any = None, after: Any = None) -> None:
        super().__init__(store._objects.parent)
        self._key, self._before, self._after = key, before, after

    def put(self, key: str, data: bytes, **condition: Any) -> ObjectVersion:
        if key == self._key and self._before:
            self._before()
        written = super().put(key, data, **condition)
        if key == self._key and self._after:
            self._after()
        return written


@pytest.mark.parametrize("moment", ["before", "after"])
def test_promoted_while_it_is_being_retired(store: LocalStore, signer: Signer, moment: str) -> None:
    """`retire` has checked the aliases; the promotion lands on either side of its tombstone."""

    def promoted() -> None:
        state = read_alias(store, "grading", "live").model_copy(update={"version": "1.1.0"})
        store.put(alias_key("grading", "live"), state.model_dump_json().encode())

    ours = Meanwhile(store, manifest_key("grading", "1.1.0"), **{moment: promoted})
    with pytest.raises(StillNamed, match="alias live"):
        retire(ours, signer.public_key(), "grading", "1.1.0", "old")
    assert Models(store, Settings()).get(Pin("grading", "1.1.0"))


@pytest.mark.parametrize("moment", ["before", "after"])
def test_retired_while_it_is_being_promoted(store: LocalStore, signer: Signer, moment: str) -> None:
    """`promote` has loaded the version; the tombstone lands on either side of its write."""
    key, states = alias_key("grading", "live"), store.versions(alias_key("grading", "live"))

    def retired() -> None:
        manifest, aliases = store.get(manifest_key("grading", "1.1.0")), store.versions(key)
        tombstone = json.dumps({"retired": "1.1.0", "by": "x", "at": "2026-01-01", "reason": "y"})
        store.put(manifest_key("grading", "1.1.0"), tombstone.encode(), if_match=manifest.etag)
        assert len(aliases) == len(states) + (moment == "after")

    with pytest.raises(Conflict, match="was retired meanwhile; the alias live is as it was"):
        promote(Meanwhile(store, key, **{moment: retired}), signer.public_key(), "grading", "1.1.0", "live", "x")
    assert store.versions(key) == states
    assert isinstance(read_alias(store, "grading", "live"), Alias)


def test_of_two_who_retire_one_is_told(store: LocalStore, signer: Signer) -> None:
    def other() -> None:
        retire(store, signer.public_key(), "grading", "1.1.0", "old", keep_manifest=True)

    ours = Meanwhile(store, manifest_key("grading", "1.1.0"), before=other)
    with pytest.raises(Conflict):
        retire(ours, signer.public_key(), "grading", "1.1.0", "old")
    assert kept(store, "grading", "1.1.0", signer.public_key())
