"""Packs in a tenant's data: versions, caching, damage, strangers, and everybody at once."""

import base64
import json
import zlib
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np
import pytest

from lectern.errors import Conflict, LecternError, PackRejected, StoreUnavailable, UnknownPack
from lectern.manifest import BaseReference, Manifest
from lectern.packs import repository
from lectern.packs.features import VERSION
from lectern.packs.fit import fit
from lectern.packs.pack import NUMBERS, QuestionPack, decode, head_fields
from lectern.packs.repository import Packs
from lectern.store.s3 import S3Store
from tests.packs.conftest import Home, answers, seen
from tests.patience import PATIENCE

HEAD = head_fields(fit([seen(text) for text, _ in answers()], np.array([s for _, s in answers()]), 1))


def made(version: str, question: str = "q1", **changes: object) -> QuestionPack:
    fields = {
        "question_id": question, "version": version, "features": VERSION, "encoder": False, "fitted_with": "1.0.0",
        "base": BaseReference(name="base", sha256="a" * 64), "max_score": 1.0, "step": 1.0, "grades": 36, "curve": (),
        "source_sha256": "b" * 64, "created_at": "2026-01-01T00:00:00+00:00", "by": "teacher",
    }  # fmt: skip
    return QuestionPack.model_validate({**fields, **HEAD, **changes})


def test_a_pack_of_other_features_is_read_and_told_from_a_damaged_one(home: Home) -> None:
    """Its weights are another number of numbers; the caller learns that it has to be fitted again."""
    packs = home.packs()
    packs.put("school", lambda version: made(version, features=VERSION - 1, weights="AAAA"), "q1")
    old = home.packs().get("school", "q1")
    with pytest.raises(PackRejected, match=f"features {VERSION - 1}, this runtime {VERSION}; fit it again"):
        old.check(Manifest.model_construct(base=old.base, model="grading", version="1.0.0"), encoder=False)


def test_versions_count_up_and_the_newest_counts(home: Home) -> None:
    packs = home.packs()
    assert [packs.put("school", made, "q1").version for _ in range(3)] == ["1", "2", "3"]
    assert packs.get("school", "q1").version == "3"
    assert packs.questions("school") == ["q1"]


def test_packs_live_in_s3_as_in_a_folder(s3_store: S3Store) -> None:
    packs = Packs(s3_store, 0.0)
    assert [packs.put("school", made, "q1").version for _ in range(2)] == ["1", "2"]
    assert packs.get("school", "q1").version == "2"
    assert packs.delete("school", "q1") == 2
    assert s3_store.keys("tenants/") == []
    assert packs.find("school", "q1") is None
    assert packs.put("school", made, "q1").version == "1"


def test_another_tenant_sees_nothing(home: Home) -> None:
    packs = home.packs()
    packs.put("school", made, "q1")
    assert packs.find("other", "q1") is None
    assert packs.questions("other") == []
    with pytest.raises(UnknownPack):
        packs.delete("other", "q1")
    assert all(key.startswith("tenants/school/packs/") for key in home.store.keys(""))


def test_a_warm_function_looks_again_after_a_while(home: Home) -> None:
    warm, other = home.packs(), home.packs()
    assert warm.find("school", "q1") is None
    other.put("school", made, "q1")
    assert warm.find("school", "q1") is None
    home.clock.now += 31
    found = warm.find("school", "q1")
    assert found is not None and found.version == "1"


def test_a_warm_function_holds_so_many(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repository, "MOST_HELD", 2)
    packs = home.packs()
    for number in range(4):
        packs.find("school", f"q{number}")
    assert len(packs._seen) == 2


def test_deleting_erases_every_version(home: Home) -> None:
    packs = home.packs()
    for _ in range(2):
        packs.put("school", made, "q1")
    packs.put("school", lambda version: made(version, "q2"), "q2")
    assert packs.delete("school", "q1") == 2
    assert packs.find("school", "q1") is None
    assert packs.questions("school") == ["q2"]
    assert [key for key in home.store.keys("") if "q1" in key or packs_folder("q1") in key] == []
    with pytest.raises(UnknownPack):
        packs.get("school", "q1")


def packs_folder(question: str) -> str:
    import hashlib

    return hashlib.sha256(question.encode()).hexdigest()[:32]


def test_of_two_who_fit_at_once_one_wins_and_the_other_is_told(home: Home) -> None:
    first, second, both = home.packs(), home.packs(), Barrier(2)

    def slow(version: str) -> QuestionPack:
        both.wait(timeout=PATIENCE)
        return made(version, by=str(id(both)))

    def put(packs: Packs) -> LecternError | None:
        try:
            packs.put("school", slow, "q1")
        except LecternError as error:
            return error
        return None

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(put, (first, second)))
    assert [type(outcome) for outcome in outcomes if outcome] == [Conflict]
    assert home.packs().get("school", "q1").version == "1"


def test_a_question_id_may_be_any_text(home: Home) -> None:
    packs, strange = home.packs(), "../other/ö?#\n"
    packs.put("school", lambda version: made(version, strange), strange)
    assert home.packs().get("school", strange).question_id == strange
    assert not any(".." in key for key in home.store.keys(""))


@pytest.mark.parametrize("which", ["current.json", ".json"])
def test_a_damaged_object_is_refused(home: Home, which: str) -> None:
    home.packs().put("school", made, "q1")
    keys = [key for key in home.store.keys("") if key.endswith(which)]
    home.store.put(keys[0], b'{"question_id": "q1"')
    with pytest.raises(PackRejected, match="question_id"):
        home.packs().find("school", "q1")


def test_a_pack_that_is_gone_is_refused(home: Home) -> None:
    home.packs().put("school", made, "q1")
    key = next(key for key in home.store.keys("") if not key.endswith("current.json"))
    for version in home.store.versions(key):
        home.store.delete(key, version.version_id)
    with pytest.raises(PackRejected, match="is gone"):
        home.packs().find("school", "q1")


@pytest.mark.parametrize(
    "weights",
    [
        "not base64!",
        base64.b64encode(b"not deflated").decode(),
        base64.b64encode(zlib.compress(b"1234")).decode(),
        base64.b64encode(zlib.compress(b"\0" * 10_000_000)).decode(),
        base64.b64encode(zlib.compress(np.full(NUMBERS, np.nan, "<f4").tobytes())).decode(),
        base64.b64encode(zlib.compress(np.zeros(NUMBERS, "<f4").tobytes())).decode(),
    ],
    ids=["text", "bytes", "short", "bomb", "nan", "no reach"],
)
def test_weights_that_are_none_are_refused(weights: str) -> None:
    with pytest.raises(PackRejected, match="weights"):
        decode(weights)


def test_a_pack_holds_no_word_of_an_answer() -> None:
    text = made("1").model_dump_json()
    assert not {"ice", "density", "frozen", "salt"} & set(json.loads(text))
    for answer, _ in answers():
        assert not any(f'"{word}"' in text or f" {word} " in text for word in answer.split() if len(word) > 2)


def test_without_a_data_store_no_question_has_a_pack() -> None:
    packs = Packs(None, 30.0)
    assert packs.find("school", "q1") is None
    with pytest.raises(StoreUnavailable, match="LECTERN_DATA_STORE"):
        packs.put("school", made, "q1")
