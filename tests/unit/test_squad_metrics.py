"""SQuAD's metrics, by examples worked out by hand, and the choice of a threshold and a confidence."""

import numpy as np
import pytest

from model_store.answer_calibration import calibrate
from model_store.answer_outcomes import Judged
from model_store.squad_metrics import exact_match, normalised, overlap_f1


@pytest.mark.parametrize(
    ("accepted", "said", "exact", "f1"),
    [
        (["the Denver Broncos"], "Denver Broncos!", 1, 1),
        (["Denver Broncos"], "Carolina Panthers", 0, 0),
        (["in August 1877"], "August 1877", 0, 0.8),
        (["1877", "August 1877"], "August 1877", 1, 1),
        (["a b c d"], "b b e", 0, 2 / 6),
        ([], "", 1, 1),
        ([], "anything", 0, 0),
        (["anything"], "", 0, 0),
        (["the"], "the", 1, 1),
    ],
)
def test_a_pair(accepted: list[str], said: str, exact: float, f1: float) -> None:
    assert exact_match(accepted, said) == exact
    assert overlap_f1(accepted, said) == pytest.approx(f1)


def test_articles_go_as_words_alone() -> None:
    assert normalised("The  theatre, an  anthem; A.") == "theatre anthem"


def judged(scores: list[float], right: list[int], has: list[int]) -> Judged:
    values = np.array(right, dtype=np.float64)
    return Judged(np.array(scores), values, values, np.array(has, dtype=bool))


def test_one_threshold_for_both_sets_parts_answers_from_none() -> None:
    first = judged([3, 4, 5, 6], [1, 1, 1, 1], [1, 1, 1, 1])
    second = judged([3, 5, -1, -2, 0.5], [1, 1, 0, 0, 0], [1, 1, 0, 0, 0])
    least = calibrate(first, second).least_score
    assert 0.5 < least <= 3
    exact, f1 = second.at(least)
    assert exact.tolist() == f1.tolist() == [1, 1, 1, 1, 1]


def test_silence_is_right_only_where_there_is_no_answer() -> None:
    part = judged([1, 1, 3], [1, 0, 1], [1, 0, 1])
    assert part.at(2)[0].tolist() == [0, 1, 1]
    assert part.at(0)[0].tolist() == [1, 0, 1]


def test_confidence_is_the_share_that_is_right_and_never_falls_with_the_distance() -> None:
    chance = np.random.default_rng(3)
    scores = chance.normal(0, 3, 8000)
    has = scores + chance.normal(0, 2, 8000) > 0
    right = has & (chance.random(8000) < 0.5 + 0.05 * np.clip(scores, 0, 8))
    part = Judged(scores, right.astype(float), right.astype(float), has)
    calibration = calibrate(part, part)
    places = [knot.score for knot in calibration.curve]
    assert places == sorted(set(places))
    for side in (-1, 1):
        shares = [k.confidence for k in calibration.curve if (k.score >= calibration.least_score) == (side > 0)]
        assert shares[::side] == sorted(shares)
    sure = part.at(calibration.least_score)[0][scores > calibration.curve[-1].score].mean()
    assert calibration.curve[-1].confidence == pytest.approx(sure, abs=0.08)
