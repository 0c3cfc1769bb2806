"""What is read off an essay, and what heads make of it, against values derived by other means."""

import io
import math
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from functions.essays.features import BUCKETS, MEASURES, measures, ngrams
from functions.essays.heads import Heads, Reading, chance_within, read_heads
from functions.essays.schemas import Scale
from functions.essays.task import OVERLAP, pooled, rounded, windows
from lectern.errors import ReleaseRejected
from lectern.model import Encoding, LoadedModel


def measure(name: str, text: str, tokens: int = 0) -> float:
    return float(measures(text, tokens)[MEASURES.index(name)])


def test_ngrams_are_those_of_a_plain_loop() -> None:
    text = "The cat sat."
    padded = f" {text.lower()} ".encode()
    distinct = {padded[start : start + order] for order in range(2, 8) for start in range(len(padded) - order + 1)}
    found = ngrams(text)
    assert len(found) == len(distinct)  # so few n-grams share no bucket
    assert found.min() >= 0
    assert found.max() < BUCKETS
    assert (np.diff(found) > 0).all()


def test_ngrams_do_not_see_case_spacing_or_repetition() -> None:
    assert (ngrams("A  Cat\n\nsat") == ngrams("a cat sat")).all()
    assert set(ngrams("abc abc")) <= set(ngrams("abc abc abc abc"))
    assert set(ngrams("abc abc abc")) == set(ngrams("abc abc abc abc"))


def test_ngrams_of_hardly_anything() -> None:
    assert len(ngrams("")) == 1  # two spaces become one n-gram
    assert len(ngrams("x")) == 3
    assert len(ngrams("水")) > 0


def test_measures_of_a_text_that_can_be_counted_by_hand() -> None:
    text = "I like cats, dogs and horses. However, i don't like big birds!"
    assert measure("words", text) == pytest.approx(math.log1p(12))
    assert measure("sentences", text) == pytest.approx(math.log1p(2))
    assert measure("commas", text) == pytest.approx(2 / 12)
    assert measure("cries and questions", text) == pytest.approx(1 / 12)
    assert measure("connectives", text) == pytest.approx(1 / 12)
    assert measure("first person", text) == pytest.approx(2 / 12)
    assert measure("small i", text) == pytest.approx(1 / 12)
    assert measure("apostrophes", text) == pytest.approx(1 / 12)
    assert measure("long words", text) == pytest.approx(1 / 12)
    assert measure("different words", text) == pytest.approx(math.log1p(10))
    assert measure("pieces", text, tokens=12 + 5 + 3) == pytest.approx(3 / 12)


@pytest.mark.parametrize("text", ["", "?!", "a", "...", "水水水", "\n", "A" * 5000])
def test_measures_are_numbers_whatever_the_text(text: str) -> None:
    found = measures(text, 1)
    assert found.shape == (len(MEASURES),)
    assert np.isfinite(found).all()


@pytest.mark.parametrize("count", [1, 253, 254, 255, 444, 445, 1000, 5001])
def test_windows_hold_every_token_and_overlap(count: int) -> None:
    found = windows(list(range(count)), 254)
    assert {token for window in found for token in window} == set(range(count))
    assert all(len(window) <= 254 for window in found)
    assert all(one[-1] - other[0] + 1 >= min(OVERLAP, count) for one, other in pairwise(found))
    assert (len(found) == 1) == (count <= 254)


def test_windows_weigh_as_much_as_they_have_tokens() -> None:
    rows = [Encoding([0] * 12, [0] * 12), Encoding([0] * 32, [0] * 32)]
    assert pooled(rows, [np.array([4.0], np.float32), np.array([8.0], np.float32)]) == pytest.approx([7.0])


@pytest.mark.parametrize(
    ("fraction", "scale", "expected"),
    [
        (0.5, Scale(min=0, max=3), 2),
        (0.49, Scale(min=0, max=3), 1),
        (-4, Scale(min=2, max=12), 2),
        (9, Scale(min=2, max=12), 12),
        (0.333, Scale(min=0, max=1), 0.33),
        (1, Scale(min=0, max=10, step=3), 9),
        (0.52, Scale(min=-1, max=1, step=0.5), 0),
    ],
)
def test_the_nearest_score_of_a_scale(fraction: float, scale: Scale, expected: float) -> None:
    assert rounded(fraction, scale) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("scale", "tolerance"), [((0, 3), 1), ((2, 12), 1), ((0, 30), 3), ((0, 100), 10), ((0, 1), 0.1), ((0.5, 4.5), 0.4)]
)
def test_the_tolerance_is_a_step_or_a_tenth(scale: tuple[float, float], tolerance: float) -> None:
    assert Scale(min=scale[0], max=scale[1]).tolerance == pytest.approx(tolerance)


def test_the_chance_is_the_share_of_draws_within() -> None:
    draws = np.random.default_rng(0).normal(0.5 + 0.8 * (0.6 - 0.5), 0.15, 200_000)
    reader = np.clip(np.rint(draws * 4), 0, 4) / 4
    for score in (0.0, 0.25, 0.5, 0.75, 1.0):
        share = np.mean(np.abs(reader - score) <= 0.2501)
        assert chance_within((0.5, 0.8, 0.15), 0.6, score, 0.25, 0.25) == pytest.approx(share, abs=0.005)


def heads(**changes: Any) -> Heads:
    arrays = {
        "ngrams": np.array([[2, 0, 1], [0, 0, 0]], dtype=np.int8),
        "ngrams_step": np.array([0.5, 1.0]),
        "centre": np.array([[1.0], [0.0]]),
        "spread": np.array([[2.0], [1.0]]),
        "measures": np.array([[0.25, 1.0], [0.0, 0.0]]),
        "vector": np.array([[1.0, -1.0], [0.0, 0.0]]),
        "bias": np.array([0.125, 0.5]),
    }
    return Heads(("asap-aes/1", "general"), arrays | changes)


def test_a_head_adds_its_three_parts() -> None:
    """n-grams .5 · (2 + 0 + 1 + 2) / √4, one spread .25 · 1 + 1 · 1², vector 3 - 1, bias .125."""
    reading = Reading(np.array([0, 1, 2, 0]), np.array([3.0]), np.array([3.0, 1.0]))
    assert heads().scores(reading) == pytest.approx([1.25 + 1.25 + 2 + 0.125, 0.5])


def test_a_measure_counts_for_three_spreads_at_most() -> None:
    far, further = (Reading(np.array([0]), np.array([value]), np.zeros(2)) for value in (7.0, 1e9))
    assert heads().scores(far) == pytest.approx(heads().scores(further))


def _zipped(**arrays: Any) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"junk",
        _zipped(other=np.zeros(3)),
        _zipped(names=np.array(["a"], dtype=object)),
        _zipped(names=np.array(["a"]), bias=np.array([{}], dtype=object)),
        _zipped(names=np.array(["a"]))[:-30],
    ],
)
def test_a_heads_file_that_is_none(data: bytes) -> None:
    with pytest.raises(ReleaseRejected, match=r"heads\.npz"):
        read_heads(data)


def test_a_release_without_a_file_that_its_task_needs() -> None:
    release: Any = SimpleNamespace(manifest=SimpleNamespace(model="essays", version="1.2.3"))
    nothing: Any = None
    model = LoadedModel(release, session=nothing, tokenizer=nothing, files={"a": b"1"})
    assert model.further(["a"]) == [b"1"]
    with pytest.raises(ReleaseRejected, match=r"essays 1\.2\.3 pins no heads\.npz"):
        model.further(["a", "heads.npz"])
