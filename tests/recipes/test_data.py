"""Reading training data: what is wrong is named by file and answer."""

import csv
import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from functions.grading.schemas import LABELS
from model_store.errors import DataError
from model_store.recipes.data import is_unseen_answer, is_validation, read_semeval

QUESTION = {"corpus": "beetle", "qid": "Q1", "question": "Why?", "references": [{"text": "Because."}, {"text": "So."}]}
ANSWER = {"corpus": "beetle", "split": "train", "id": "A1", "qid": "Q1", "label3": "correct", "answer": "because"}


def write(folder: Path, questions: list[dict[str, Any]], answers: list[dict[str, Any]]) -> Path:
    for name, rows in (("questions", questions), ("answers", answers)):
        with gzip.open(folder / f"semeval2013_{name}.jsonl.gz", "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)
    return folder


def sample_class(folder: Path) -> Path:
    """The sample class of this repository in the format of the data folder."""
    with Path("examples/class.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["answer"].strip()]
    questions = {
        row["question_id"]: {
            **QUESTION,
            "qid": row["question_id"],
            "question": row["question"],
            "references": [{"text": text} for text in row["reference"].split("||")],
        }
        for row in rows
    }
    answers = [
        {
            **ANSWER,
            "id": row["id"],
            "qid": row["question_id"],
            "split": "test-UA" if row["id"].endswith("12") else "train",
            "label3": "correct" if float(row["gold"]) else LABELS[1 + number % 2],
            "answer": row["answer"],
        }
        for number, row in enumerate(rows)
    ]
    return write(folder, list(questions.values()), answers)


def test_answers_are_joined_with_their_questions(tmp_path: Path) -> None:
    (example,) = read_semeval(write(tmp_path, [QUESTION], [ANSWER]))
    assert (example.question, example.references, example.answer) == ("Why?", ("Because.", "So."), "because")
    assert (example.label, example.split) == ("correct", "train")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"label3": "wonderful"}, r"semeval2013_answers\.jsonl\.gz: answer 'A1' has the unknown label 'wonderful'"),
        ({"qid": "Q2"}, r"semeval2013_answers\.jsonl\.gz: answer 'A1' belongs to no question"),
        ({"label3": None, "split": None}, r"semeval2013_answers\.jsonl\.gz, line 1 lacks split, label3"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, change: dict[str, str], message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_semeval(write(tmp_path, [QUESTION], [ANSWER | change]))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda data: b"", r"semeval2013_answers\.jsonl\.gz is empty"),
        (lambda data: gzip.compress(b""), r"semeval2013_answers\.jsonl\.gz is empty"),
        (lambda data: data[: len(data) // 2], r"semeval2013_answers\.jsonl\.gz is damaged or cut short after line \d+"),
        (lambda data: b"id,label\n", r"semeval2013_answers\.jsonl\.gz is damaged"),
        (lambda data: gzip.compress(b'{"id": 1'), r"semeval2013_answers\.jsonl\.gz, line 1 is no JSON"),
        (lambda data: gzip.compress(b"[1]\n"), r"semeval2013_answers\.jsonl\.gz, line 1 is no object"),
        (lambda data: gzip.compress(b'\xff\xfe"'), r"semeval2013_answers\.jsonl\.gz is damaged"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, spoil: Callable[[bytes], bytes], message: str) -> None:
    answers = [ANSWER | {"id": f"A{number}"} for number in range(2000)]
    path = write(tmp_path, [QUESTION], answers) / "semeval2013_answers.jsonl.gz"
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(DataError, match=message):
        read_semeval(tmp_path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="semeval2013_questions"):
        read_semeval(tmp_path)


def test_validation_keeps_whole_questions_and_no_test_answers(tmp_path: Path) -> None:
    examples = read_semeval(sample_class(tmp_path))
    examples += [replace(examples[0], question_id=f"question-{n}") for n in range(500)]
    kept = {example.question_id for example in examples if is_validation(example)}
    assert 0.08 < len(kept) / len({example.question_id for example in examples}) < 0.16
    for example in examples:
        if example.split == "train":
            assert is_validation(example) == (example.question_id in kept)
        else:
            assert is_unseen_answer(example)
            assert not is_validation(example)
