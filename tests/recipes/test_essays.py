"""The essays recipe on a tiny invented corpus, and its data's faults."""

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from functions.essays.heads import Heads
from model_store.errors import DataError
from model_store.metrics import quadratic_weighted_kappa
from model_store.recipes.essays import fit
from model_store.recipes.essays_data import Essay, read_essays
from model_store.recipes.essays_features import Readings, read
from model_store.recipes.ridge import fit_ridge

ROW = {"essay_id": 7, "prompt": 3, "fold": 0, "essay": "Hot.", "score": 2, "rater1": 2, "rater2": 1}


def _written(folder: Path, *rows: dict[str, Any]) -> Path:
    with gzip.open(folder / "asap_aes.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    return folder


def test_an_essay_is_read(tmp_path: Path) -> None:
    (essay,) = read_essays(_written(tmp_path, ROW))
    assert (essay.rated, essay.fraction, essay.traits) == (1.5, 2 / 3, ())


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ({"prompt": 9}, "essay 7 has the unknown prompt 9"),
        ({"score": 4}, "essay 7 has the score 4; prompt 3 has 0 to 3"),
        ({"score": -1}, "essay 7 has the score -1"),
    ],
)
def test_a_row_that_can_not_be(tmp_path: Path, fault: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_essays(_written(tmp_path, ROW | fault))


def test_a_row_without_a_column(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"asap_aes\.jsonl\.gz: essay 7 lacks rater2"):
        read_essays(_written(tmp_path, {name: value for name, value in ROW.items() if name != "rater2"}))


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_essays(tmp_path)


def test_ridge_is_the_normal_equations() -> None:
    chance = np.random.default_rng(0)
    rows, targets = chance.normal(size=(30, 4)), chance.normal(size=(30, 2))
    centred = rows - rows.mean(axis=0)
    weights = np.linalg.solve(centred.T @ centred + 0.7 * np.eye(4), centred.T @ (targets - targets.mean(axis=0)))
    new = chance.normal(size=(5, 4))
    expected = targets.mean(axis=0) + (new - rows.mean(axis=0)) @ weights
    assert fit_ridge(rows @ rows.T, targets, 0.7)(new @ rows.T) == pytest.approx(expected)


def test_kappa_by_its_matrix() -> None:
    """The definition: 1 - Σ w·observed / Σ w·expected over the table of scores, w the squared distance."""
    gold, predicted = np.array([0, 1, 2, 3, 3, 1, 0, 2]), np.array([0, 2, 2, 3, 1, 1, 1, 2])
    table = np.zeros((4, 4))
    np.add.at(table, (gold, predicted), 1)
    weights = np.subtract.outer(np.arange(4), np.arange(4)) ** 2
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / len(gold)
    kappa = 1 - (weights * table).sum() / (weights * expected).sum()
    assert quadratic_weighted_kappa(gold, predicted) == pytest.approx(kappa)
    assert quadratic_weighted_kappa(gold, gold) == 1


@pytest.fixture(scope="module")
def corpus() -> tuple[list[Essay], Readings]:
    """Two invented prompts; the more words of its subject an essay has, the better it is."""
    chance = np.random.default_rng(0)
    essays: list[Essay] = []
    subjects = {3: ["desert", "water", "cyclist", "heat", "road"], 5: ["home", "cuban", "music", "kitchen", "love"]}
    for prompt, words in subjects.items():
        for number in range(60):
            good = int(chance.integers(4))
            text = " ".join([*chance.choice(words, 6 * good + 4), *chance.choice(["it", "was", "and"], 30 - 6 * good)])
            essays.append(Essay(len(essays), prompt, number % 3, text, good, float(good), ()))
    return essays, read(essays, chance.normal(size=(len(essays), 384)), np.full(len(essays), 40))


def test_heads_learn_what_makes_an_essay_good(corpus: tuple[list[Essay], Readings]) -> None:
    essays, readings = corpus
    arrays = fit(essays, readings)
    names = tuple(str(name) for name in arrays["names"])
    assert names == ("asap-aes/3", "asap-aes/5", "about asap-aes/3", "about asap-aes/5", "general")
    heads = Heads(names, {name: array for name, array in arrays.items() if name != "names"})
    said = np.array([heads.scores(readings.one(row)) for row in range(len(essays))])
    for column, prompt in enumerate((3, 5)):
        own = [row for row, essay in enumerate(essays) if essay.prompt == prompt]
        assert np.corrcoef(said[own, column], [essays[row].score for row in own])[0, 1] > 0.9
    recognised = [heads.recognised(one)[0] for one in said]
    assert np.mean([name == f"asap-aes/{essay.prompt}" for name, essay in zip(recognised, essays, strict=True)]) > 0.95


def test_the_same_essays_give_the_same_heads(corpus: tuple[list[Essay], Readings]) -> None:
    one, other = fit(*corpus), fit(*corpus)
    assert all((one[name] == other[name]).all() for name in one)
