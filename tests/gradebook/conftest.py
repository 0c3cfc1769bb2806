"""A gradebook over the local AWS; each test has a tenant of its own."""

import io
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from infra.local import import_cli, regrade_cli, review_cli
from lectern.gradebook import Grade, Gradebook, Place, graded
from lectern.gradebook.book import shared
from lectern.principal import Principal
from lectern.settings import settings
from lectern.table import Table
from tests.command import Run, runner
from tests.conftest import Who
from tests.logs import logged

__all__ = ["Make", "Run", "Who"]

STORE = os.environ["LECTERN_STORE"]
"""The tests' own releases, not the local AWS's bucket."""

ITEM = {
    "question": "Why does ice float?",
    "references": ["Ice is less dense than water."],
    "answer": "It is less dense.",
    "max_score": 2,
    "step": 0.5,
}
MODEL = {"name": "grading", "version": "1.0.0", "digest": "d" * 64}
RESULT = {
    "label": "correct",
    "score": 2.0,
    "confidence": 0.75,
    "needs_review": True,
    "probabilities": {"correct": 0.75, "contradictory": 0.1, "incorrect": 0.15},
    "warnings": [],
    "model": MODEL,
}


class Clock:
    """Noon of the first of March; a second later each time."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def book(table: Table) -> Gradebook:
    return Gradebook(table, Clock())


@pytest.fixture
def configured(table: Table, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The settings name the table."""
    monkeypatch.setenv("LECTERN_TABLE", "lectern")
    monkeypatch.setenv("LECTERN_STORE", STORE)
    settings.cache_clear()
    shared.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()
    shared.cache_clear()


@pytest.fixture
def ann(tenant: str, configured: None, monkeypatch: pytest.MonkeyPatch) -> Principal:
    """Whoever works at this machine, and whoever asks it over HTTP: a teacher of this test's tenant."""
    who = Principal(tenant, "ann", ("teacher",))
    for command in (review_cli, regrade_cli, import_cli):
        monkeypatch.setattr(command, "WHO", who)
    monkeypatch.setattr("lectern.http.incoming.DEVELOPMENT", who)
    return who


@pytest.fixture
def run(ann: Principal, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(capsys, monkeypatch)


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the function logs."""
    with logged() as written:
        yield written


@pytest.fixture
def client(configured: None, who: Who, log: io.StringIO) -> TestClient:
    from functions.gradebook.handler import app

    return TestClient(app, raise_server_exceptions=False)


Make = Callable[..., Grade]


@pytest.fixture
def make(tenant: str) -> Make:
    """A grade of this test's tenant, with parts of its item, its result or its model changed."""

    def make(student: str = "s1", question: str = "q1", job: str = "j1", row: int = 0, **changes: Any) -> Grade:
        place = Place(changes.pop("class_id", "c1"), question, student, changes.pop("attempt", 1))
        model = MODEL | {name: changes.pop(name) for name in MODEL if name in changes}
        item = ITEM | {name: changes.pop(name) for name in [*ITEM, "error_budget"] if name in changes}
        item |= {"question": changes.pop("asked")} if "asked" in changes else {}
        return graded(tenant, place, item, RESULT | {"model": model} | changes, job, row)

    return make
