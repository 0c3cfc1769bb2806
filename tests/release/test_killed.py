"""kill -9 before every write of a publish, a promotion and a retirement: no half release is ever visible."""

import os
import shutil
import signal
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from lectern.errors import Conflict, RetiredRelease, UnknownRelease
from lectern.load import load
from lectern.manifest import manifest_key
from lectern.models import Models
from lectern.release import Pin, read_alias, read_release
from lectern.settings import Settings
from lectern.store import Store, open_store
from lectern.store.local import LocalStore
from lectern.store.s3 import S3Store
from model_store.release.retire import kept
from model_store.release.signing import Signer
from tests.release.killed import CONFLICT, Errand, do, prepared, run_at_once, run_killed


@pytest.fixture
def build(tmp_path: Path) -> Path:
    return prepared(tmp_path / "build")


def errand(action: str, url: str, build: Path, version: str = "1.1.0", **environment: str) -> Errand:
    return Errand(action, url, Path(os.environ["LECTERN_SIGNING_KEY"]), build, environment, version)


def killed_at_every_step(what: Errand) -> Iterator[int]:
    """Run the errand again and again, killed one write later each time; the last run is not killed."""
    for step in count(1):
        code = run_killed(what, step)
        assert code in (0, -signal.SIGKILL), code
        yield step
        if code == 0:
            return


def whole_or_nothing(store: Store, version: str, signer: Signer) -> bool:
    """Whether a version is visible; if it is, every way of looking finds a release that loads, else none finds any."""
    listed = manifest_key("grading", version) in store.keys("releases/grading/")
    try:
        load(store, read_release(store, Pin("grading", version), signer.public_key()))
    except UnknownRelease:
        assert not listed
        with pytest.raises(UnknownRelease):
            Models(store, Settings()).get(Pin("grading", version))
        return False
    assert listed
    return True


def publish_again(store: Store, what: Errand, visible: bool, signer: Signer) -> None:
    if visible:
        with pytest.raises(Conflict, match="published already"):
            do(what, store)
    else:
        do(what, store)
    assert whole_or_nothing(store, what.version, signer)


def test_publish_in_a_folder(tmp_path: Path, build: Path, signer: Signer) -> None:
    seen = []
    for step in count(1):
        folder = tmp_path / f"store-{step}"
        what = errand("publish", f"file:{folder}", build)
        code = run_killed(what, step)
        seen.append(whole_or_nothing(LocalStore(folder), "1.1.0", signer))
        publish_again(LocalStore(folder), what, seen[-1], signer)
        if code == 0:
            break
        assert code == -signal.SIGKILL
    # three objects, each a draft, a lock, a folder and a rename; what was seen once stays
    assert len(seen) > 3 * 6
    assert seen == sorted(seen)
    assert (seen[0], seen[-1]) == (False, True)


def test_publish_in_a_bucket(s3_store: S3Store, aws: dict[str, str], build: Path, signer: Signer) -> None:
    seen = []
    for step in range(1, 8):
        what = errand("publish", f"s3://{s3_store._bucket}", build, f"1.{step}.0", **aws)
        assert run_killed(what, step) == (-signal.SIGKILL if step < 7 else 0)
        seen.append(whole_or_nothing(s3_store, what.version, signer))
        publish_again(s3_store, what, seen[-1], signer)
    assert seen == [False] * 5 + [True] * 2


def test_promote_in_a_folder(store: LocalStore, tmp_path: Path, build: Path) -> None:
    live = []
    for step in count(1):
        folder = tmp_path / f"store-{step}"
        shutil.copytree(store._objects.parent, folder)
        what, here = errand("promote", f"file:{folder}", build), LocalStore(folder)
        code = run_killed(what, step)
        live.append(read_alias(here, "grading", "live").version)
        models = Models(here, Settings())
        assert models.get(models.resolve("grading", None)).release.manifest.version == live[-1]
        do(what, here)
        assert read_alias(here, "grading", "live").version == "1.1.0"
        if code == 0:
            break
        assert code == -signal.SIGKILL
    assert len(live) > 6
    assert live == sorted(live)
    assert (live[0], live[-1]) == ("1.0.0", "1.1.0")


def test_retire_in_a_folder(store: LocalStore, build: Path, signer: Signer) -> None:
    """One store, killed further on each time: every run takes up what the one before left."""
    what = errand("retire", f"file:{store._objects.parent}", build)
    retired = []
    for _ in killed_at_every_step(what):
        try:
            load(store, read_release(store, Pin("grading", "1.1.0"), signer.public_key()))
            retired.append(False)
        except RetiredRelease:
            retired.append(True)
            assert kept(store, "grading", "1.1.0", signer.public_key()).manifest.version == "1.1.0"
    assert retired == sorted(retired)
    assert (retired[0], retired[-1]) == (False, True)
    assert store.keys("releases/grading/1.1.0/") == [manifest_key("grading", "1.1.0")]


@pytest.mark.parametrize("other", ["promote", "canary"])
def test_of_two_processes_that_move_an_alias_one_is_told(store: LocalStore, build: Path, other: str) -> None:
    url = f"file:{store._objects.parent}"
    before = len(store.versions("aliases/grading/live.json"))
    codes = run_at_once([errand("promote", url, build), errand(other, url, build)])
    assert sorted(codes) == [0, CONFLICT]
    assert len(store.versions("aliases/grading/live.json")) == before + 1


def test_of_two_processes_that_publish_one_version_one_is_told(tmp_path: Path, build: Path, signer: Signer) -> None:
    url = f"file:{tmp_path / 'store'}"
    codes = run_at_once([errand("publish", url, build), errand("publish", url, build)])
    assert sorted(codes) == [0, CONFLICT]
    assert whole_or_nothing(open_store(url), "1.1.0", signer)
