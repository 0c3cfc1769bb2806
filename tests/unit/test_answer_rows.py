"""Windows of a text, the best span of a window, and of all windows."""

import itertools

import numpy as np
import pytest
from tokenizers import Tokenizer

from functions.answer.rows import OVERLAP, lead_of, places_of, window_rows
from functions.answer.spans import LONGEST_ANSWER, best_span
from functions.answer.task import best_of
from lectern.calibration import confidence_of
from lectern.manifest import Calibration, Knot
from lectern.model import Encoding
from model_store.catalogue import read_model
from model_store.sources import base_folder


@pytest.fixture(scope="session")
def tokenizer() -> Tokenizer:
    """As the runtime sets it up."""
    found = Tokenizer.from_file(str(base_folder(read_model("answer").base) / "tokenizer.json"))
    found.no_truncation()
    found.no_padding()
    return found


def test_the_best_span_is_that_of_trying_all() -> None:
    for seed in range(20):
        chance = np.random.default_rng(seed)
        length, lead = 60, int(chance.integers(3, 20))
        logits = chance.normal(size=2 * length).astype(np.float32)
        starts, ends = logits[0::2], logits[1::2]
        spans = [
            (starts[i] + ends[j], i, j)
            for i, j in itertools.product(range(lead, length - 1), repeat=2)
            if i <= j < i + 30
        ]
        score, first, last = max(spans)
        found = best_span(logits, lead)
        assert (found.first, found.last) == (first, last)
        assert found.span == pytest.approx(float(score), abs=1e-5)
        assert found.null == pytest.approx(float(starts[0] + ends[0]), abs=1e-5)


def test_a_window_of_one_token_has_one_span() -> None:
    assert best_span(np.array([0, 0, 9, 9, 9, 9, 1, 2, 9, 9], dtype=np.float32), lead=3).span == 3.0
    with pytest.raises(ValueError, match="empty"):
        best_span(np.zeros(8, dtype=np.float32), lead=3)


def test_windows_cover_a_text_and_keep_every_answer_whole(tokenizer: Tokenizer) -> None:
    context = " ".join(f"word{n} 🚀 e\u0301" for n in range(300))
    rows = window_rows([5] * 20, context, tokenizer, 256)
    tokens = tokenizer.encode(context, add_special_tokens=False)
    seen = [{tuple(place) for place in places_of(row).T.tolist()} for row in rows]
    assert len(rows) > 3 and max(len(row.input_ids) for row in rows) == 256
    for first in range(len(tokens.ids)):
        answer = {tuple(place) for place in tokens.offsets[first : first + LONGEST_ANSWER]}
        assert any(answer <= window for window in seen)
    for row in rows:
        lead = lead_of(row)
        assert (row.input_ids[0], row.input_ids[lead - 1], row.input_ids[-1]) == (101, 102, 102)
        assert row.token_type_ids == [0] * lead + [1] * (len(row.input_ids) - lead)


@pytest.mark.parametrize("count", [1, 232, 233, 234, 400])
def test_a_window_more_than_is_needed_is_not_read(tokenizer: Tokenizer, count: int) -> None:
    rows = window_rows([5] * 20, "the " * count, tokenizer, 256)
    room = 256 - 23
    assert len(rows) == 1 + max(0, -(-(count - room) // (room - OVERLAP)))
    assert sum(len(places_of(row)[0]) for row in rows) - OVERLAP * (len(rows) - 1) >= count
    assert window_rows([5], "", tokenizer, 256) == []


def test_the_loudest_window_answers_against_the_least_case_for_no_answer() -> None:
    rows = [Encoding([101, 7, 102, 8, 102], [0, 0, 0, 1, 1], [start, start + 1.0]) for start in (10.0, 20.0)]
    quiet, loud = np.zeros(10, dtype=np.float32), np.zeros(10, dtype=np.float32)
    quiet[6:8], quiet[0:2], loud[6:8], loud[0:2] = 2, 1, 5, 4
    found = best_of(rows, [quiet, loud])
    assert (found.start, found.end, found.score) == (20, 21, 10.0 - 2.0)
    assert best_of(rows, [loud, quiet]) == (10, 11, 8.0)


def test_confidence_goes_along_the_curve() -> None:
    points = ((-4.0, 0.9), (-1.0, 0.5), (1.0, 0.4), (5.0, 0.8))
    curve = tuple(Knot(score=score, confidence=share) for score, share in points)
    calibration = Calibration(temperature=1, curve=curve)
    asked = [-np.inf, -9, -4, -1, 1, 3, 5, 99]
    assert [confidence_of(score, calibration) for score in asked] == pytest.approx(
        [0.9, 0.9, 0.9, 0.5, 0.4, 0.6, 0.8, 0.8]
    )


def test_without_a_curve_confidence_rises_with_the_distance_from_the_threshold() -> None:
    calibration = Calibration(temperature=2, least_score=3)
    assert confidence_of(3, calibration) == 0.5
    assert confidence_of(5, calibration) == confidence_of(1, calibration) == pytest.approx(1 / (1 + np.exp(-1)))
    assert confidence_of(-np.inf, calibration) == 1.0
