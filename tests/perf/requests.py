"""A request of each function that answers with a model, different at each number, from texts that come with Lectern."""

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.perf.pairs import pairs

CLASS, ESSAY = Path("examples/class.csv"), Path("examples/essay.txt")

Body = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """A route, the body of the request of a number, and the model that answers it."""

    path: str
    body: Callable[[int], Body]
    model: str


def _graded(number: int) -> Body:
    row = _pairs()[number % len(_pairs())]
    return {"question": row["question"], "references": [row["reference"]], "answer": row["answer"]}


def _essay(number: int) -> Body:
    words = ESSAY.read_text("utf-8").split()
    start = number % (len(words) // 2)
    return {"essay": " ".join(words[start : start + 150]), "scale": {"min": 1, "max": 6}}


def _text(number: int) -> str:
    return f"{_texts()[number % len(_texts())]} ({number})"


@cache
def _pairs() -> list[dict[str, str]]:
    return pairs(1000)


@cache
def _texts() -> list[str]:
    with CLASS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return list(dict.fromkeys(text for row in rows for text in (row["question"], row["answer"]) if text))


@cache
def _passage() -> str:
    return " ".join(_texts()[:12])


REQUESTS: Mapping[str, Asked] = {
    "grading": Asked("/v1/grade", _graded, "grading"),
    "essays": Asked("/v1/essays/score", _essay, "essays"),
    "classify": Asked("/v1/classify", lambda n: {"text": _text(n), "scheme": "question-type"}, "question-type"),
    "sentiment": Asked("/v1/sentiment", lambda n: {"text": _text(n)}, "sentiment"),
    "search": Asked("/v1/embed", lambda n: {"texts": [_text(n)]}, "search"),
    "answer": Asked("/v1/answer", lambda n: {"question": _text(n), "context": _passage()}, "answer"),
    "roles": Asked("/v1/roles", lambda n: {"text": _text(n)}, "roles"),
    "summarize": Asked("/v1/summarize", lambda n: {"text": f"{_passage()} {_text(n)}", "sentences": 2}, "summaries"),
    "translate": Asked("/v1/translate", lambda n: {"text": _text(n)[:60], "source": "en", "target": "zh"}, "translate"),
}
