"""The experiment behind the learning curves: what it holds apart, and its metrics by their definitions."""

import gzip
import json
import xml.etree.ElementTree as ElementTree
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from model_store.errors import DataError
from model_store.metrics import quadratic_weighted_kappa
from model_store.question_packs.curve import Scored, curve, scored
from model_store.question_packs.data import Question, read_asap_sas, read_mohler
from model_store.question_packs.figures import accepted, paired, rmse
from model_store.question_packs.picture import Line, picture
from model_store.question_packs.table import table
from tests.packs.conftest import answers, seen

TEXTS, SCORES = zip(*answers(), strict=True)
FEATURES = [seen(text) for text in TEXTS]
MOHLER = Question("1", "Why?", ("Because.",), TEXTS, SCORES, 1.0, 1.0)
APART = tuple(number % 3 == 0 for number in range(36))


def test_kappa_is_one_less_observed_over_expected_disagreement() -> None:
    given, gold = np.array([0.0, 1, 2, 2, 1]), np.array([0.0, 1, 1, 2, 0])
    observed = np.mean([(a - b) ** 2 for a, b in zip(given, gold, strict=True)])
    expected = np.mean([(a - b) ** 2 for a, b in product(given, gold)])
    assert quadratic_weighted_kappa(given, gold) == pytest.approx(1 - observed / expected)
    assert quadratic_weighted_kappa(gold, gold) == 1
    assert quadratic_weighted_kappa(np.ones(3), np.ones(3), alike=0.0) == 0


def test_held_out_answers_are_never_seen() -> None:
    question = Question("p", "", (), TEXTS, SCORES, 1.0, 1.0, APART)
    found = scored(question, FEATURES, None, 0)
    assert found is not None
    assert (found.grades, len(found.gold)) == (24, 12)
    assert found.gold.tolist() == [score for score, apart in zip(SCORES, APART, strict=True) if apart]


def test_more_grades_are_scored_on_the_same_answers() -> None:
    by_count = curve([MOHLER], lambda question: FEATURES, (10, 25))
    for few, many in zip(by_count["10"], by_count["25"], strict=True):
        assert (few.grades, many.grades, len(few.gold)) == (10, 25, 11)
        assert few.gold.tolist() == many.gold.tolist()
    assert rmse(by_count["25"]) <= rmse(by_count["10"])


def test_a_question_without_answers_to_spare_is_left_out() -> None:
    short = Question("1", "Why?", (), TEXTS[:25], SCORES[:25], 1.0, 1.0)
    assert scored(short, FEATURES[:25], 10, 0) is None


def test_no_grades_are_the_grader_and_all_go_to_review() -> None:
    parts = curve([MOHLER], lambda question: FEATURES, (0,))["0"]
    assert parts[0].grades == 0
    assert accepted(parts, 0.5) == (0.0, 0.0)


def test_a_part_against_itself_makes_no_difference() -> None:
    parts = curve([MOHLER], lambda question: FEATURES, (10,))["10"]
    assert paired(rmse, parts, parts, samples=20) == (0, 0, 0)


def test_repeats_on_the_same_answers_make_no_interval_narrower() -> None:
    chance = np.random.default_rng(6)
    gold = chance.integers(0, 2, 60).astype(float)
    one, other = (_part(np.where(chance.uniform(size=60) < 0.3, 1 - gold, gold), gold) for _ in range(2))
    assert paired(rmse, [one] * 5, [other] * 5, 50) == pytest.approx(paired(rmse, [one], [other], 50))


def _part(given: np.ndarray, gold: np.ndarray) -> Scored:
    return Scored("q", 10, given, gold, given, given > 1)


def test_a_line_without_a_column_is_named(tmp_path: Path) -> None:
    for name, read in (("mohler.jsonl.gz", read_mohler), ("asap_sas.jsonl.gz", read_asap_sas)):
        with gzip.open(tmp_path / name, "wt") as file:
            file.write(json.dumps({"answer": "x", "id": 1, "qid": "1", "prompt": 1}) + "\n")
        with pytest.raises(DataError, match=f"{name}: line 1 lacks"):
            read(tmp_path)


def test_a_copied_answer_counts_once(tmp_path: Path) -> None:
    rows = [("x", 0, 1), ("y", 1, 1), ("x", 2, 2), ("z", 2, 2)]
    with gzip.open(tmp_path / "asap_sas.jsonl.gz", "wt") as file:
        for number, (answer, score, second) in enumerate(rows):
            row = {"id": number, "prompt": 1, "answer": answer, "score": score, "score2": second}
            file.write(json.dumps(row) + "\n")
    (question,) = read_asap_sas(tmp_path)
    assert (question.answers, question.scores, question.second) == (("x", "y", "z"), (0, 1, 2), (1, 1, 2))
    assert question.held_out == (False, True, False)


def test_the_page_gives_the_mean_without_the_prompt_whose_scores_are_untold() -> None:
    curves: dict[str, object] = {"curve": {}, "int8_less_fp32": {}, "questions": {}}
    kappas = {"prompt 1": {"all": 0.8}, "prompt 3": {"all": 0.2}, "prompt 10": {"all": 0.6}}
    told = {name: {"kappa": 0.9, "agree": 0.5, "differ": 0.4} for name in kappas}
    page = table({"grader": "g 1", "mohler": curves, "asap_sas": curves | {"questions": kappas}, "raters": told})
    assert page.splitlines()[-5:] == [
        "| 1 | 0.800 | 0.900 | 0.500 | 0.400 |",
        "| 3 | 0.200 | 0.900 | 0.500 | 0.400 |",
        "| 10 | 0.600 | 0.900 | 0.500 | 0.400 |",
        "| all | 0.533 | 0.900 | 0.500 | 0.400 |",
        "| all but 3 | 0.700 | 0.900 | 0.500 | 0.400 |",
    ]


def test_the_picture_is_an_svg_with_the_values() -> None:
    drawn = picture("A & B", Line([0, 10], [0.95, 0.8]), "C", Line([10, 100], [0.3, 0.6]))
    texts = [element.text for element in ElementTree.fromstring(drawn).iter() if element.text and element.text.strip()]
    assert {"A & B", "0.95", "0.60", "100"} <= set(texts)
