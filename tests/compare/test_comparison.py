"""What is read, what is compared, and what the page shows; nothing but the page shows an answer."""

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest

from lectern.load import load
from lectern.release import Release
from lectern.store.local import LocalStore
from model_store.compare.answered import Answered
from model_store.compare.comparison import Comparison, compare
from model_store.compare.marked import Marked, read_marked
from model_store.compare.page import page
from model_store.errors import DataError
from model_store.release.publish import publish
from model_store.release.signing import Signer
from tests.release.tiny import tiny_build

HEADER = "id,student_id,question_id,question,reference,answer,max_score,gold"


def result(label: str, score: float, confidence: float = 0.8) -> dict[str, Any]:
    return {"label": label, "score": score, "confidence": confidence, "needs_review": confidence < 0.5}


def marked(number: int, label: str | None, credit: float | None, question: str = "q") -> Marked:
    answer = f"<b>secret {number}</b>"
    return Marked(f"row-{number}", question, {"answer": answer, "max_score": 2.0}, label, credit)


@pytest.fixture
def release(tmp_path: Path, local_store: LocalStore, signer: Signer) -> Release:
    published = publish(local_store, signer, tiny_build(tmp_path / "tiny"), "grading", "1.0.0")
    assert load(local_store, published)
    return published


@pytest.fixture
def comparison(release: Release) -> Comparison:
    rows = [
        marked(1, "correct", None),
        marked(2, "correct", None),
        marked(3, "incorrect", None, "p"),
        marked(4, None, 1.0, "p"),
        marked(5, "contradictory", None, "p"),
    ]
    first = (
        result("correct", 2),
        result("incorrect", 0),
        result("incorrect", 0),
        result("correct", 0.5),
        result("correct", 2),
    )
    second = (
        result("incorrect", 0),
        result("correct", 2),
        result("incorrect", 0),
        result("correct", 1.5),
        result("incorrect", 0),
    )
    sides = [
        Answered(release.manifest, release.digest, results, (1.0, 2.0, 3.0, 4.0, 10.0)) for results in (first, second)
    ]
    return compare(rows, (sides[0], sides[1]), left_out=2)


def test_flips_gains_losses_and_questions(comparison: Comparison) -> None:
    document = comparison.document
    assert (document["answers"], document["left_out"]) == (5, 2)
    assert document["flips"] == {"all": 4, "gained": 2, "lost": 1}
    assert [flip.row.id for flip in comparison.flips] == ["row-1", "row-5", "row-2", "row-4"]
    assert document["questions"] == [
        {
            "question": "p",
            "answers": 3,
            "first": pytest.approx(1 / 3),
            "second": pytest.approx(2 / 3),
            "difference": pytest.approx(1 / 3),
        },
        {"question": "q", "answers": 2, "first": 0.5, "second": 0.5, "difference": 0.0},
    ]
    assert document["versions"][0]["milliseconds"] == {"median": 3.0, "p95": pytest.approx(8.8)}
    assert document["versions"][0]["reliability"] == [
        {"low": 0.8, "high": 0.9, "count": 5, "confidence": pytest.approx(0.8), "right": pytest.approx(0.4)}
    ]


def test_the_page_is_whole_and_escapes_and_only_it_shows_answers(comparison: Comparison) -> None:
    html = page(comparison, "class.csv")
    assert "&lt;b&gt;secret 1&lt;/b&gt;" in html and "<b>secret" not in html
    assert "secret 3" not in html  # its grade did not flip
    assert not re.search(r"""(src|href)=|url\(|https?://""", html)
    assert html.count("<svg") >= 4
    assert "secret" not in json.dumps(comparison.document)


def test_a_csv_with_marks_of_both_kinds(tmp_path: Path) -> None:
    path = tmp_path / "class.csv"
    marks = ("correct", " Contradictory ", "1", "0.5", "", "3", "nan", "maybe")
    lines = [f"{n},s,q,Why?,Because.,It is.,2,{mark}" for n, mark in enumerate(marks)]
    path.write_text("\n".join([HEADER, *lines, "bad,s,q,Why?,Because.,It is.,many,1"]) + "\n", "utf-8")
    rows, left_out = read_marked(path)
    assert [(row.label, row.credit) for row in rows] == [
        ("correct", None),
        ("contradictory", None),
        (None, 0.5),
        (None, 0.25),
    ]
    assert left_out == 5
    assert rows[0].request == {"question": "Why?", "references": ["Because."], "answer": "It is.", "max_score": 2.0}


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([HEADER.removesuffix(",gold")], "there is no column gold"),
        ([HEADER, "1,s,q,Why?,Because.,It is.,2,"], "no row has a mark"),
    ],
)
def test_a_csv_without_marks_is_told_by_its_name(tmp_path: Path, lines: list[str], message: str) -> None:
    (tmp_path / "class.csv").write_text("\n".join(lines) + "\n", "utf-8")
    with pytest.raises(DataError, match=f"class.csv: {message}"):
        read_marked(tmp_path / "class.csv")


def test_a_data_folder_gives_its_unseen_answers(tmp_path: Path) -> None:
    question = {"corpus": "beetle", "qid": "Q1", "question": "Why?", "references": [{"text": "So."}, {"text": "Thus."}]}
    answers = [
        {"corpus": "beetle", "split": split, "qid": "Q1", "id": split, "answer": split, "label3": "incorrect"}
        for split in ("train", "test-UA", "test-UQ")
    ]
    for name, lines in (("questions", [question]), ("answers", answers)):
        with gzip.open(tmp_path / f"semeval2013_{name}.jsonl.gz", "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in lines)
    rows, left_out = read_marked(tmp_path)
    assert [(row.request["answer"], row.request["references"], row.label) for row in rows] == [
        ("test-UA", ["So.", "Thus."], "incorrect")
    ]
    assert (rows[0].question_id, left_out) == ("beetle/Q1", 0)
