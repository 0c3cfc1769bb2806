"""A canary answers a share of the students, until it ends or becomes the version for everybody."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from lectern.errors import Conflict, ReleaseRejected, UnknownRelease
from lectern.load import prove
from lectern.manifest import Canary
from lectern.models import Models
from lectern.release import read_alias
from lectern.settings import Settings
from lectern.store import ObjectVersion
from lectern.store.local import LocalStore
from lectern.store.s3 import S3Store
from model_store.build.builder import Build
from model_store.release import alias as aliases
from model_store.release.alias import canary, history, promote, rollback
from model_store.release.publish import publish
from model_store.release.signing import Signer
from tests.patience import PATIENCE


def shares(store: LocalStore) -> float:
    models = Models(store, Settings())
    versions = [models.resolve("grading", None, "demo", f"student-{n}").version for n in range(1000)]
    return versions.count("1.1.0") / 1000


def test_its_share_of_the_students_then_everybody(store: LocalStore, signer: Signer) -> None:
    state = canary(store, signer.public_key(), "grading", "1.1.0", 0.2, "live", "try")
    assert (state.version, state.canary) == ("1.0.0", Canary(version="1.1.0", weight=0.2))
    assert 0.15 < shares(store) < 0.25
    promote(store, signer.public_key(), "grading", "1.1.0", "live", "good")
    assert read_alias(store, "grading", "live").canary is None
    assert shares(store) == 1
    rollback(store, signer.public_key(), "grading", "live", "not so good")
    assert shares(store) == 0


def test_weight_nought_ends_it_and_history_tells(store: LocalStore, signer: Signer) -> None:
    canary(store, signer.public_key(), "grading", "1.1.0", 0.2, "live", "try")
    canary(store, signer.public_key(), "grading", "1.1.0", 0.4, "live", "more")
    canary(store, signer.public_key(), "grading", "1.1.0", 0, "live", "bad")
    states = [
        (state.version, state.canary and state.canary.weight, state.reason)
        for state in history(store, "grading", "live")
    ]
    assert states == [("1.0.0", None, "bad"), ("1.0.0", 0.4, "more"), ("1.0.0", 0.2, "try"), ("1.0.0", None, "tests")]
    assert shares(store) == 0
    with pytest.raises(Conflict, match=r"1\.1\.0 is no canary"):
        canary(store, signer.public_key(), "grading", "1.1.0", 0, "live", "again")


def test_what_can_not_be_a_canary(store: LocalStore, signer: Signer, tiny: Build) -> None:
    key = signer.public_key()
    with pytest.raises(Conflict, match="for everybody already"):
        canary(store, key, "grading", "1.0.0", 0.1, "live", "x")
    with pytest.raises(UnknownRelease, match=r"no version 9\.9\.9"):
        canary(store, key, "grading", "9.9.9", 0.1, "live", "x")
    with pytest.raises(UnknownRelease, match="no alias beta"):
        canary(store, key, "grading", "1.1.0", 0.1, "beta", "x")
    (tiny.folder / "model.onnx").write_bytes(b"junk")
    publish(store, signer, tiny, "grading", "1.2.0")
    with pytest.raises(ReleaseRejected, match="is no model"):
        canary(store, key, "grading", "1.2.0", 0.1, "live", "x")
    assert read_alias(store, "grading", "live").canary is None


def test_an_alias_that_points_nowhere_is_told(store: LocalStore, signer: Signer) -> None:
    for file in store._folder("releases/grading/1.0.0/manifest.json").iterdir():
        file.unlink()
    models = Models(store, Settings())
    with pytest.raises(ReleaseRejected, match=r"The manifest of grading 1\.0\.0 is gone from the store"):
        models.get(models.resolve("grading", None))
    promote(store, signer.public_key(), "grading", "1.1.0", "live", "repair")
    assert models_version(store) == "1.1.0"


def models_version(store: LocalStore) -> str:
    models = Models(store, Settings())
    return models.get(models.resolve("grading", None)).release.manifest.version


@pytest.mark.parametrize("other", ["promote", "canary"])
@pytest.mark.parametrize("kind", ["local_store", "s3_store"])
def test_of_two_threads_that_move_an_alias_one_is_told(
    kind: str, other: str, request: pytest.FixtureRequest, tiny: Build, signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have seen the same alias before either writes. The lock stands for S3's atomic writes, which moto's threads
    do not promise."""
    store: LocalStore | S3Store = request.getfixturevalue(kind)
    for version in ("1.0.0", "1.1.0", "1.2.0"):
        publish(store, signer, tiny, "grading", version)
    promote(store, signer.public_key(), "grading", "1.0.0", "live", "first")
    barrier, lock, put = threading.Barrier(2), threading.Lock(), type(store).put

    def loaded(*arguments: Any) -> Any:
        barrier.wait(PATIENCE)
        return prove(*arguments)

    def locked(self: Any, *arguments: Any, **condition: Any) -> ObjectVersion:
        with lock:
            return put(self, *arguments, **condition)

    monkeypatch.setattr(aliases, "prove", loaded)
    monkeypatch.setattr(type(store), "put", locked)
    key = signer.public_key()
    with ThreadPoolExecutor(2) as pool:
        tasks = [
            pool.submit(promote, store, key, "grading", "1.1.0", "live", "mine"),
            pool.submit(canary, store, key, "grading", "1.2.0", 0.5, "live", "yours")
            if other == "canary"
            else pool.submit(promote, store, key, "grading", "1.2.0", "live", "yours"),
        ]
        errors = [task.exception(120) for task in tasks]
    assert [type(error) for error in errors if error] == [Conflict]
    assert len(list(history(store, "grading", "live"))) == 2
    won = read_alias(store, "grading", "live")
    yours = ("1.2.0", None) if other == "promote" else ("1.0.0", Canary(version="1.2.0", weight=0.5))
    assert (won.version, won.canary) == (("1.1.0", None) if errors[0] is None else yours)
