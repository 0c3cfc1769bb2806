"""The heavy path's settings for one test, and requests that must be answered, whatever the endpoint does."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from lectern.heavy import tiers
from lectern.heavy.tiers import Heavy
from lectern.release import Pin, read_release
from lectern.settings import settings
from lectern.store import open_store
from model_store.release.signing import Signer
from tests.heavy.conftest import NAME, Running, serving, with_torch

Ask = Callable[..., dict[str, Any]]
Configure = Callable[..., None]


def configuring(monkeypatch: pytest.MonkeyPatch, **own: Any) -> Configure:
    """Settings of the heavy path, with an endpoint and a breaker of this test's own; called again, it changes some."""

    def configure(**changes: Any) -> None:
        asked = {"heavy_endpoint": NAME, "heavy_seconds": 2.0} | own | changes
        made = Heavy.of(settings().model_copy(update=asked))
        monkeypatch.setattr(tiers, "shared", lambda: made)

    configure()
    return configure


def asking(app: FastAPI, path: str, request: dict[str, Any]) -> Ask:
    """POST the request with changes; its answer, which has status 200."""
    client = TestClient(app)

    def asked(headers: dict[str, str] | None = None, **changes: Any) -> dict[str, Any]:
        response = client.post(path, json=request | changes, headers=headers)
        assert response.status_code == 200, response.text
        body: dict[str, Any] = response.json()
        return body

    return asked


@contextmanager
def serving_with_torch(model: str, signer: Signer) -> Iterator[Running]:
    """The real server with torch, over version 1.0.0 of a model of the tests' own store."""
    release = read_release(open_store(settings().store), Pin(model, "1.0.0"), signer.public_key())
    folder = Path(os.environ["LECTERN_STORE"].removeprefix("file:"))
    with serving(folder, signer.public_key(), release, with_torch(), SECONDS="60") as server:
        yield server
