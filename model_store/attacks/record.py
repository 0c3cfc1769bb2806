"""What the suite found, beside the adapter: attacks.json, the flat figures for the gate, and the card's table."""

import json
from typing import Any

from model_store.attacks.suite import CLEAN, Row, Suite
from model_store.card import card
from model_store.catalogue import Model
from model_store.errors import DataError
from model_store.metrics import share_interval

METRICS = "attacks"
"""The entry of the evaluation's metrics: attack → share of wrong answers that end as 'correct' and not in review."""

FLIPPED = "flipped"
"""One fact flipped, in whatever way: the row that sums up the rows of this prefix, and their one figure."""


def report(suite: Suite, answers: str, seed: int, size: int) -> dict[str, Any]:
    """What attacks.json holds: shares with 95 % intervals per attack, and what the searches found."""
    flips = [row for name, row in suite.rows.items() if name.startswith(f"{FLIPPED}_")]
    rows = suite.rows | {FLIPPED: _sum(flips)}
    return {
        "answers": answers,
        "seed": seed,
        "size": size,
        "searched": suite.found,
        "rows": {name: _shares(row) for name, row in rows.items()},
    }


def metrics(found: dict[str, Any]) -> dict[str, float]:
    """Attack → share of wrong answers that passed, with one figure for the flipped fact."""
    rows = found["rows"].items()
    return {name: row["passed"] for name, row in rows if name != CLEAN and not name.startswith(f"{FLIPPED}_")}


def write(model: Model, found: dict[str, Any]) -> None:
    """Keep a report beside the adapter, in its evaluation and on its card.

    Raises:
        DataError: the adapter has no evaluation, so there is no calibration to attack.
    """
    evaluation = read_evaluation(model)
    evaluation["metrics"][METRICS] = metrics(found)
    (model.adapter / "attacks.json").write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    (model.adapter / "evaluation.json").write_text(json.dumps(evaluation, indent=1) + "\n", "utf-8")
    facts = json.loads((model.adapter / "adapter.json").read_text("utf-8"))
    (model.adapter / "card.md").write_text(card(model, facts, evaluation), "utf-8")


def read_evaluation(model: Model) -> dict[str, Any]:
    """The adapter's evaluation.json.

    Raises:
        DataError: there is none.
    """
    path = model.adapter / "evaluation.json"
    if not path.exists():
        raise DataError(f"{path}: missing; `lectern models evaluate {model.name}` writes it")
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def _sum(rows: list[Row]) -> Row:
    return Row(**{name: sum(vars(row)[name] for row in rows) for name in vars(Row())})


def _shares(row: Row) -> dict[str, Any]:
    return {
        "wrong": row.wrong,
        "passed": _share(row.passed, row.wrong),
        "passed_95": _interval(row.passed, row.wrong),
        "correct": _share(row.correct, row.wrong),
        "right": row.right,
        "stayed": _share(row.stayed, row.right),
        "stayed_95": _interval(row.stayed, row.right),
        "warned": _share(row.warned, row.texts),
        "reviewed": _share(row.reviewed, row.texts),
        "by_warning": _share(row.by_warning, row.texts),
    }


def _share(hits: int, of: int) -> float:
    return round(hits / of, 4) if of else 0.0


def _interval(hits: int, of: int) -> list[float]:
    return [round(end, 4) for end in share_interval(hits, of)]
