"""Both versions answer the same requests, in turns, through the function's own pipeline."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from functions.grading.task import TASK
from lectern.call import Call
from lectern.errors import InvalidRequest
from lectern.manifest import Manifest
from lectern.models import Models
from lectern.pipeline import answer
from lectern.principal import DEVELOPMENT
from lectern.release import Pin
from model_store.compare.marked import Marked

_WORK = ("tokenise", "infer", "postprocess")


@dataclass(frozen=True)
class Contestant:
    """A version of a model."""

    model: str
    version: str


@dataclass(frozen=True)
class Answered:
    """What one version answered, row for row, and how many milliseconds each took."""

    manifest: Manifest
    digest: str
    results: tuple[dict[str, Any], ...]
    milliseconds: tuple[float, ...]


def answer_both(
    models: Models, contestants: tuple[Contestant, Contestant], rows: Sequence[Marked], progress: Callable[[], None]
) -> tuple[list[Marked], tuple[Answered, Answered]]:
    """The rows that both could answer, and their answers.

    Raises:
        UnknownRelease, ReleaseRejected: a version is not there, or is not what its manifest says.
    """
    loaded = [models.get(Pin(one.model, one.version)).release for one in contestants]
    given: list[tuple[Marked, list[tuple[dict[str, Any], float]]]] = []
    for number, row in enumerate(rows):
        turns = (0, 1) if number % 2 else (1, 0)  # neither is always the first to see a text
        try:
            answers = {turn: _answer(models, contestants[turn], row) for turn in turns}
            given.append((row, [answers[0], answers[1]]))
        except InvalidRequest:
            pass
        progress()
    first, second = (
        Answered(
            release.manifest,
            release.digest,
            tuple(answers[side][0] for _, answers in given),
            tuple(answers[side][1] for _, answers in given),
        )
        for side, release in enumerate(loaded)
    )
    return [row for row, _ in given], (first, second)


def _answer(models: Models, one: Contestant, row: Marked) -> tuple[dict[str, Any], float]:
    call = Call(DEVELOPMENT, "compare")
    response = answer(replace(TASK, model=one.model), row.request | {"version": one.version}, call, models)
    return response.model_dump(mode="json"), sum(call.milliseconds[stage] for stage in _WORK)
