"""All functions behind one address, as `make serve` has them, over the embedded models of the tests' own store."""

import struct
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient
from starlette.types import ASGIApp

from infra.local.serve import whole_api
from lectern.release import Release
from tests.served import served

Ask = Callable[..., Any]

TEXT = "The lectures were clear, but the labs were a waste of time."
IDS = [101, 1996, 8835, 2020, 3154, 102]


@pytest.fixture(scope="session")
def api(release: Release, search_release: Release, text_releases: dict[str, Release]) -> ASGIApp:
    return whole_api()


@pytest.fixture(scope="session")
def client(api: ASGIApp) -> TestClient:
    return TestClient(api, raise_server_exceptions=False)


@pytest.fixture
def ask(client: TestClient) -> Ask:
    """POST a document of the protocol; the answer's if the status is `status`."""

    def asked(model: str, document: Any, status: int = 200) -> Any:
        answer = client.post(f"/v2/models/{model}/infer", json=document)
        assert answer.status_code == status, answer.text
        found = answer.json()
        assert status == 200 or set(found) == {"error"}
        return found

    return asked


def tensor(name: str, datatype: str, shape: list[int], data: Any, **more: Any) -> dict[str, Any]:
    return {"name": name, "datatype": datatype, "shape": shape, "data": data, **more}


def texts(*values: str, name: str = "text") -> dict[str, Any]:
    return {"inputs": [tensor(name, "BYTES", [len(values)], list(values))]}


def tokens(*rows: list[int], **more: Any) -> dict[str, Any]:
    return {"inputs": [tensor("input_ids", "INT64", [len(rows), len(rows[0])], list(rows))], **more}


def packed(*values: bytes) -> bytes:
    """BYTES as the binary extension has them."""
    return b"".join(struct.pack("<I", len(value)) + value for value in values)


@pytest.fixture(scope="session")
def port(api: ASGIApp) -> Iterator[int]:
    with served(api) as port:
        yield port
