"""The bound on what a process holds: who goes, who stays, and that nobody is answered otherwise for it."""

import json
import random
import weakref
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from lectern.errors import ReleaseRejected
from lectern.held import BESIDE, MEGABYTE, TIMES, cost
from lectern.model import Encoding
from lectern.models import Models
from lectern.release import Pin, Release
from lectern.settings import Settings
from lectern.store.local import LocalStore
from model_store.release.publish import publish
from model_store.release.signing import Signer
from tests.conftest import STORE, models_of
from tests.release.tiny import tiny_build

ROW = Encoding([1, 2, 3], [0, 0, 0])
NAMES = ("a", "b", "c", "d", "e")
TWO_MB = 59
"""Room for two tiny models, which are taken to need 29 each."""

MEASURED = Path("tests/perf/results/text.json")


@pytest.fixture
def tiny(local_store: LocalStore, signer: Signer, tmp_path: Path) -> LocalStore:
    """Five models, each answering in its own way."""
    for slope, name in enumerate(NAMES, 1):
        publish(local_store, signer, tiny_build(tmp_path / name, (float(slope), 0.0, 1.0)), name, "1.0.0")
    return local_store


def names(models: Models) -> list[str]:
    return [name for name, _ in models._held.loaded()]


def pin(name: str) -> Pin:
    return Pin(name, "1.0.0")


def test_the_least_recently_used_goes_first(tiny: LocalStore) -> None:
    models = models_of(tiny, models_mb=TWO_MB)
    first = models.get(pin("a"))
    models.get(pin("b"))
    assert models.get(pin("a")) is first
    models.get(pin("c"))
    assert names(models) == ["a", "c"]
    models.get(pin("b"))
    assert names(models) == ["c", "b"]
    assert models.get(pin("a")) is not first


def test_without_a_bound_all_stay(tiny: LocalStore) -> None:
    models = models_of(tiny)
    for name in NAMES:
        models.get(pin(name))
    assert names(models) == list(NAMES)


def test_a_refused_release_drives_out_none(tiny: LocalStore) -> None:
    models = models_of(tiny, models_mb=TWO_MB)
    for name in ("a", "b"):
        models.get(pin(name))
    for file in (tiny._objects / "releases%2Fc%2F1.0.0%2Fmodel.onnx").iterdir():
        file.write_bytes(b"no graph")
    with pytest.raises(ReleaseRejected):
        models.get(pin("c"))
    assert names(models) == ["a", "b"]


def test_a_model_larger_than_the_bound_is_served_alone(tiny: LocalStore) -> None:
    models = models_of(tiny, models_mb=1)
    for name in ("a", "b"):
        found = models.get(pin(name))
        assert found.infer(ROW)[2] == 6
        assert names(models) == [name]
        assert models.get(pin(name)) is found, "it need not be loaded for every request"


def test_what_is_in_use_answers_on_and_is_gone_when_it_is_done(tiny: LocalStore) -> None:
    models = models_of(tiny, models_mb=1)
    used = models.get(pin("b"))
    gone = weakref.ref(used.session)
    models.get(pin("c"))
    assert names(models) == ["c"]
    assert used.infer(ROW)[0] == 12
    del used
    assert gone() is None, "nothing else holds it"


def test_a_model_with_an_encoder_is_gone_too(published: LocalStore, tiny: LocalStore) -> None:
    """At once, not when Python looks for circles."""
    models = models_of(published, models_mb=1)
    model = models.get(pin("grading"))
    encoder = model.encoder
    assert encoder
    encoder((101, 2054, 102), keep=True)
    gone = weakref.ref(encoder)
    del model, encoder
    models.get(pin("a"))
    assert gone() is None


def test_more_models_at_once_than_fit(tiny: LocalStore) -> None:
    models, asked = models_of(tiny, models_mb=TWO_MB), [name for name in NAMES for _ in range(20)]
    random.Random(1).shuffle(asked)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda name: float(models.get(pin(name)).infer(ROW)[0]), asked))
    assert answers == [6.0 * (NAMES.index(name) + 1) for name in asked]
    assert len(names(models)) == 2


def test_two_versions_of_a_model_stay_within_the_bound_of_all(tiny: LocalStore, signer: Signer, tmp_path: Path) -> None:
    for version in ("1.1.0", "1.2.0"):
        publish(tiny, signer, tiny_build(tmp_path / version), "a", version)
    models = models_of(tiny, models_mb=3 * TWO_MB)
    models.get(pin("b"))
    for version in ("1.0.0", "1.1.0", "1.2.0"):
        models.get(Pin("a", version))
    assert models._held.loaded() == [("b", "1.0.0"), ("a", "1.1.0"), ("a", "1.2.0")]


def test_a_release_that_comes_back_answers_the_same_to_the_bit(text_releases: dict[str, Release]) -> None:
    bound = cost(text_releases["sentiment"].manifest) // 2**20 + 1
    models, vector = Models(STORE, Settings(models_mb=bound)), text_releases["sentiment"].manifest.golden.vectors[0]
    row = Encoding(list(vector.input_ids), list(vector.token_type_ids))
    first = models.get(pin("sentiment"))
    before = first.infer(row)
    models.get(pin("bloom"))
    assert names(models) == ["bloom"]
    again = models.get(pin("sentiment"))
    assert again is not first
    assert np.array_equal(again.infer(row), before)


def test_what_is_counted_covers_what_was_measured_and_hardly_more() -> None:
    for row in json.loads(MEASURED.read_text("utf-8"))["models"]:
        counted = TIMES * row["files"] + BESIDE / MEGABYTE
        assert row["used"] <= counted <= 1.25 * row["used"], row["model"]
