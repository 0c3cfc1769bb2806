"""A task that asks for more rows after the first ones were read, through the whole pipeline."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import numpy as np
import pytest

from functions.sentiment.task import TASK
from lectern.call import Call
from lectern.errors import DeadlineExceeded
from lectern.model import Encoding, Model
from lectern.pipeline import _fields
from lectern.principal import DEVELOPMENT

FIRST, SECOND = Encoding([101, 7, 102], [0, 0, 0]), Encoding([101, 7, 102], [0, 1, 0])


class Reads:
    """A model whose output for a row is the number of its marks."""

    def __init__(self) -> None:
        self.rounds: list[int] = []
        self.tokenizer = None
        self.release = cast(Any, type("Release", (), {"manifest": None}))

    def infer_all(self, rows: Sequence[Encoding], call: Call) -> list[Any]:
        self.rounds.append(len(rows))
        return [np.array([sum(row.token_type_ids)]) for row in call.within_deadline(rows)]

    def further(self, names: Sequence[str]) -> list[bytes]:
        return []


def fields(model: Reads, then: Any, call: Call) -> dict[str, Any]:
    task = replace(
        TASK,
        encode=lambda request, tokenizer, manifest: [FIRST],
        postprocess=lambda request, rows, logits, manifest: {"seen": [float(found[0]) for found in logits]},
        then=then,
    )
    return _fields(task, cast(Model, model), model.infer_all, None, (), call, cast(Any, None))


def test_postprocess_sees_both_rounds_the_first_one_first() -> None:
    model, asked = Reads(), []

    def then(request: Any, rows: Any, logits: Any, manifest: Any) -> list[Encoding]:
        asked.append([float(found[0]) for found in logits])
        return [SECOND, SECOND]

    assert fields(model, then, Call(DEVELOPMENT, "r")) == {"seen": [0, 1, 1]}
    assert (asked, model.rounds) == ([[0]], [1, 2])


def test_a_task_that_asks_for_nothing_more_reads_once() -> None:
    model = Reads()
    assert fields(model, None, Call(DEVELOPMENT, "r")) == {"seen": [0]}
    assert model.rounds == [1]


def test_the_second_round_is_within_the_deadline() -> None:
    call = Call(DEVELOPMENT, "r", deadline=float("inf"))

    def then(*_: Any) -> list[Encoding]:
        call.deadline = 0.0
        return [SECOND]

    with pytest.raises(DeadlineExceeded):
        fields(Reads(), then, call)
