"""The function over a store of its own, with small releases in it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from functions.models import protocol, task
from functions.models.handler import app
from lectern.directory import Directory
from lectern.release import Release
from lectern.settings import Settings
from lectern.store.local import LocalStore
from model_store.build.builder import Build
from model_store.release.alias import promote
from model_store.release.publish import publish
from model_store.release.signing import Signer
from tests.release.tiny import tiny_build

Ask = Callable[..., Any]


@dataclass(frozen=True)
class Shelf:
    """The store, and how releases come into it."""

    store: LocalStore
    signer: Signer
    build: Build

    def publish(self, model: str, *versions: str, live: str = "") -> list[Release]:
        """New versions of a model, one of them live."""
        made = [publish(self.store, self.signer, self.build, model, version) for version in versions]
        if live:
            promote(self.store, self.signer.public_key(), model, live, "live", "tests")
        return made


def spoil(store: LocalStore, key: str) -> None:
    (path,) = (store._objects / quote(key, safe="")).iterdir()
    path.write_bytes(path.read_bytes().replace(b"0.7", b"0.8"))


@pytest.fixture
def now() -> list[float]:
    return [0.0]


@pytest.fixture
def shelf(local_store: LocalStore, signer: Signer, tmp_path: Path) -> Shelf:
    return Shelf(local_store, signer, tiny_build(tmp_path / "tiny"))


@pytest.fixture
def directory(shelf: Shelf, now: list[float], monkeypatch: pytest.MonkeyPatch) -> Directory:
    found = Directory(shelf.store, Settings(public_key=shelf.signer.public_key()), lambda: now[0])
    for module in (task, protocol):
        monkeypatch.setattr(module, "shared", lambda: found)
    return found


@pytest.fixture
def ask(directory: Directory) -> Ask:
    """GET a path; its document if the status is `status`."""
    client = TestClient(app, raise_server_exceptions=False)

    def asked(path: str, status: int = 200, method: str = "GET") -> Any:
        answer = client.request(method, path)
        assert answer.status_code == status, answer.text
        return answer.json()

    return asked
