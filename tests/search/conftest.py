"""Collections over the local AWS; each test has a tenant of its own."""

import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from lectern.release import Release
from lectern.search.collections import Collections, shared
from lectern.settings import settings
from lectern.store.local import LocalStore
from lectern.table import Table
from tests.conftest import Who
from tests.logs import logged

STORE = os.environ["LECTERN_STORE"]
"""The tests' own releases, not the local AWS's bucket."""

TEXTS = {
    "water": "Ice floats because it is less dense than liquid water. Most solids sink in their own melt.",
    "light": "Plants turn light, water and carbon dioxide into sugar. The process is called photosynthesis.",
    "loops": "A for loop repeats its body once for each item of a sequence, such as a list or a range.",
    "rome": "Augustus became the first emperor of Rome in 27 BC, after the end of the republic.",
}

Ask = Callable[..., Any]


def documents(*names: str, **changes: str) -> list[dict[str, str]]:
    return [{"id": name, "text": TEXTS[name], **changes} for name in names or TEXTS]


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    """Of tenants' data."""
    return LocalStore(tmp_path / "data")


@pytest.fixture
def kept(table: Table, store: LocalStore) -> Collections:
    """The collections, as one function sees them."""
    return Collections(table, store, 10_000_000)


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the function logs."""
    with logged() as written:
        yield written


@pytest.fixture
def client(
    search_release: Release, table: Table, tmp_path: Path, who: Who, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TestClient]:
    from functions.search.handler import app

    monkeypatch.setenv("LECTERN_STORE", STORE)
    monkeypatch.setenv("LECTERN_DATA_STORE", f"file:{tmp_path / 'data'}")
    monkeypatch.setenv("LECTERN_TABLE", "lectern")
    for cached in (settings, shared):
        cached.cache_clear()
    yield TestClient(app, raise_server_exceptions=False)
    monkeypatch.undo()
    for cached in (settings, shared):
        cached.cache_clear()


@pytest.fixture
def ask(client: TestClient) -> Ask:
    """A request of the function, and its body if the status is `status`."""

    def asked(method: str, path: str, body: Any = None, status: int = 200) -> Any:
        answer = client.request(method, path, json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    return asked
