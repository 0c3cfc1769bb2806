"""Real question–reference–answer pairs: the data folder's where it is, else the sample class in all combinations."""

import csv
import os
from collections.abc import Iterator
from pathlib import Path

from model_store.recipes.data import read_semeval

COLUMNS = ("id", "student_id", "question_id", "question", "reference", "answer", "max_score")


def pairs(count: int) -> list[dict[str, str]]:
    """`count` distinct rows of the batch contract."""
    data = Path(os.environ.get("LECTERN_DATA", "../shared/data"))
    texts = _semeval(data) if data.exists() else _sample()
    distinct = list(dict.fromkeys(texts))
    step = max(1, len(distinct) // count)
    chosen = distinct[::step][:count]
    return [
        dict(zip(COLUMNS, (str(n), f"s{n}", f"q{question[:20]}", question, reference, answer, "1"), strict=True))
        for n, (question, reference, answer) in enumerate(chosen)
    ]


def _semeval(folder: Path) -> Iterator[tuple[str, str, str]]:
    for example in read_semeval(folder):
        yield example.question, example.references[0], example.answer


def _sample() -> Iterator[tuple[str, str, str]]:
    with Path("examples/class.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for one in rows:
        for other in rows:
            for reference in one["reference"].split("||"):
                yield one["question"], reference, other["answer"] or "nothing"
