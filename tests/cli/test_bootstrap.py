"""This machine's own store gets the embedded model, whatever an earlier run left behind."""

import os
from pathlib import Path

import pytest

from infra.local.environment import ensure_live, use_local_settings
from lectern.manifest import Description
from lectern.release import Pin, read_alias, read_release
from lectern.store import Store, open_store
from model_store.build.builder import Build
from model_store.release.alias import promote
from model_store.release.publish import publish
from model_store.release.retire import retire
from model_store.release.signing import Signer


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("LECTERN_STORE", f"file:{tmp_path / 'store'}")
    return open_store(os.environ["LECTERN_STORE"])


def test_an_empty_store_and_then_nothing_more(store: Store) -> None:
    told: list[str] = []
    ensure_live("grading", told.append)
    before = {key: store.versions(key) for key in store.keys("")}
    ensure_live("grading", told.append)
    assert read_alias(store, "grading", "live").version == "1.0.0"
    assert {key: store.versions(key) for key in store.keys("")} == before
    assert len(told) == 1


def test_a_run_cut_short_between_publish_and_promote(store: Store, grading_build: Build, signer: Signer) -> None:
    publish(store, signer, grading_build, "grading", "1.0.0")
    ensure_live("grading", lambda _: None)
    assert read_alias(store, "grading", "live").version == "1.0.0"


def test_an_older_embedded_model_gets_a_successor(store: Store, grading_build: Build, signer: Signer) -> None:
    older = grading_build.description.model_dump() | {"adapter_sha256": "0" * 64}
    build = Build(grading_build.folder, Description.model_validate(older), cached=True)
    publish(store, signer, build, "grading", "1.0.0")
    promote(store, signer.public_key(), "grading", "1.0.0", "live", "long ago")
    ensure_live("grading", lambda _: None)
    assert read_alias(store, "grading", "live").version == "1.0.1"
    now = read_release(store, Pin("grading", "1.0.1"), signer.public_key()).manifest
    assert now.adapter_sha256 == grading_build.description.adapter_sha256


def test_a_retired_number_is_passed_over(store: Store, grading_build: Build, signer: Signer) -> None:
    publish(store, signer, grading_build, "grading", "1.0.0")
    retire(store, signer.public_key(), "grading", "1.0.0", "a mistake")
    ensure_live("grading", lambda _: None)
    assert read_alias(store, "grading", "live").version == "1.0.1"


def test_a_store_that_somebody_named_is_not_this_machines_own(store: Store) -> None:
    assert use_local_settings() is False
    assert store.keys("") == []
