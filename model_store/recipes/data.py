"""SemEval-2013 Task 7 as examples of a question, its references, a student's answer and a label.

Dzikovska et al. (2013), The Joint Student Response Analysis and 8th Recognizing Textual Entailment Challenge.
"""

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from functions.grading.schemas import LABELS
from model_store.errors import DataError

FINER = ("correct", "partially_correct_incomplete", "contradictory", "irrelevant", "non_domain")
"""Beetle's five labels."""
QUESTION_FIELDS = ("corpus", "qid", "question", "references")
ANSWER_FIELDS = ("id", "corpus", "split", "qid", "answer", "label3")

VALIDATION_SHARE = 0.12
"""Share of each corpus's questions that validation keeps to itself."""


@dataclass(frozen=True)
class Example:
    """One student's answer to one question."""

    corpus: str
    split: str
    question_id: str
    question: str
    references: tuple[str, ...]
    answer: str
    label: str
    module: str = ""
    """The teaching unit that the question belongs to."""
    finer: str = ""
    """One of FINER, where the data tells them apart (Beetle)."""


def read_semeval(folder: Path) -> list[Example]:
    """Read the answers of `semeval2013_*.jsonl.gz` in `folder`, joined with their questions, in file order.

    Raises:
        FileNotFoundError: a file is missing.
        DataError: a file is damaged or lacks something, a label or a question is unknown; names the file and the line
            or the answer.
    """
    asked = read_rows(folder / "semeval2013_questions.jsonl.gz", QUESTION_FIELDS)
    questions = {(row["corpus"], row["qid"]): row for row in asked}
    answers = folder / "semeval2013_answers.jsonl.gz"
    return [
        _example(row, questions.get((row["corpus"], row["qid"])), answers) for row in read_rows(answers, ANSWER_FIELDS)
    ]


def is_validation(example: Example) -> bool:
    """Whether this training answer's whole question is kept for validation: a fixed choice by the question's hash."""
    if example.split != "train":
        return False
    digest = hashlib.sha256(f"{example.corpus}/{example.question_id}".encode()).digest()
    return int.from_bytes(digest[:4]) < VALIDATION_SHARE * 2**32


def is_unseen_answer(example: Example) -> bool:
    """Whether this is of the published test part with other answers to the questions of the training part."""
    return example.split == "test-UA"


def examples_digest(examples: Sequence[Example]) -> str:
    """SHA-256 over examples in their order, for checkpoints, run records and cards."""
    digest = hashlib.sha256()
    for example in examples:
        digest.update(repr(example).encode())
    return digest.hexdigest()


def _example(row: dict[str, Any], question: dict[str, Any] | None, path: Path) -> Example:
    if question is None:
        raise DataError(f"{path.name}: answer {row['id']!r} belongs to no question")
    if row["label3"] not in LABELS:
        raise DataError(f"{path.name}: answer {row['id']!r} has the unknown label {row['label3']!r}")
    references = tuple(reference["text"] for reference in question["references"])
    return Example(
        row["corpus"],
        row["split"],
        row["qid"],
        question["question"],
        references,
        row["answer"],
        row["label3"],
        question.get("module", ""),
        row.get("label5") or "",
    )


def read_rows(path: Path, fields: Sequence[str]) -> Iterator[dict[str, Any]]:
    """The objects of a `.jsonl.gz` file, each with at least these fields.

    Raises:
        FileNotFoundError: there is no such file.
        DataError: it is cut short, damaged or empty, or a line is no object or lacks a field; names file and line.
    """
    number = 0
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                yield _row(line, fields, f"{path.name}, line {number}")
    except (EOFError, gzip.BadGzipFile, zlib.error, UnicodeDecodeError) as error:
        raise DataError(f"{path.name} is damaged or cut short after line {number}: {error}") from error
    if not number:
        raise DataError(f"{path.name} is empty")


def _row(line: str, fields: Sequence[str], where: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise DataError(f"{where} is no JSON: {error}") from error
    if not isinstance(row, dict):
        raise DataError(f"{where} is no object")
    if missing := [field for field in fields if row.get(field) is None]:
        raise DataError(f"{where} lacks {', '.join(missing)}")
    return row
