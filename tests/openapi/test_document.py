"""docs/openapi.json is what the functions say of themselves, and its examples are what they answer."""

import json
import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from fastapi.routing import APIRoute
from starlette.testclient import TestClient
from starlette.types import ASGIApp

from infra.choices import read_functions
from infra.local.tasks import tasks
from infra.openapi.document import LIMIT, assemble
from infra.openapi.examples import read_requests, recorded
from infra.openapi.page import PATH, written
from lectern.settings import settings

DOCUMENT: dict[str, Any] = json.loads(PATH.read_text("utf-8"))
OPERATIONS = [
    (method, path, operation) for path, methods in DOCUMENT["paths"].items() for method, operation in methods.items()
]


def without_examples(document: Any) -> Any:
    if isinstance(document, dict):
        return {name: without_examples(found) for name, found in document.items() if name != "example"}
    return [without_examples(found) for found in document] if isinstance(document, list) else document


def shown(method: str, path: str) -> dict[str, Any]:
    """The examples of an operation."""
    operation = DOCUMENT["paths"][path][method.lower()]
    done = next(found for status, found in operation["responses"].items() if status.startswith("2"))
    places = {"request": operation.get("requestBody", {}), "response": done}
    content = {part: place.get("content", {}).get("application/json", {}) for part, place in places.items()}
    return {part: found["example"] for part, found in content.items() if "example" in found}


def test_the_document_is_what_the_functions_say() -> None:
    assert without_examples(DOCUMENT) == json.loads(written(assemble())), "`make openapi` writes it anew"


def test_examples_are_what_the_functions_answer(api: ASGIApp) -> None:
    client = TestClient(api)
    found = recorded(lambda method, path, body: client.request(method, path, json=body).json())
    for key, example in found.items():
        assert shown(*key.split()).keys() == example.keys(), key
        here, there = dict(leaves(example)), dict(leaves(shown(*key.split())))
        assert here.keys() == there.keys(), key
        for place, value in here.items():  # numbers differ from one CPU to another
            assert value == (pytest.approx(there[place], abs=0.3) if isinstance(value, float) else there[place]), key


CHANGING = ("models", "versions", "explanation")
"""Other tests publish more; which phrases count most hangs on small numbers."""


def leaves(document: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """What stands at each place of a document, and of documents in its strings."""
    if isinstance(document, str) and document.startswith("{"):
        document = json.loads(document)
    if isinstance(document, dict):
        for name in document.keys() - CHANGING:
            yield from leaves(document[name], f"{place}/{name}")
    elif isinstance(document, list):
        for number, found in enumerate(document):
            yield from leaves(found, f"{place}/{number}")
    else:
        yield place, document


def test_every_task_and_nothing_else_has_an_example() -> None:
    assert {f"POST {task.route}" for task in tasks().values()} <= read_requests().keys()
    for key in read_requests():
        assert shown(*key.split()), key


def test_every_route_is_in_it_and_every_operation_has_its_words() -> None:
    there = {(method.upper(), path) for method, path, _ in OPERATIONS}
    for name in read_functions():
        for route in import_module(f"functions.{name}.handler").app.routes:
            if isinstance(route, APIRoute):
                path = re.sub(r"/v2/models/[^{/]+/", "/v2/models/{model}/", route.path_format)
                assert {(method, path) for method in route.methods or ()} <= there, route.path
    for method, path, operation in OPERATIONS:
        assert operation["summary"] and operation["description"], (method, path)
        assert len(operation["summary"]) <= 120, (method, path)
    names = [operation["operationId"] for _, _, operation in OPERATIONS]
    assert len(set(names)) == len(names)


def test_references_lead_somewhere_and_limits_are_told() -> None:
    for reference in re.findall(r'"\$ref": "#/([^"]+)"', PATH.read_text("utf-8")):
        place = DOCUMENT
        for part in reference.split("/"):
            place = place[part]
    assert f"{LIMIT:,} bytes" in DOCUMENT["info"]["description"] and settings().max_body_bytes == LIMIT
    answer = DOCUMENT["components"]["schemas"]["GradeRequest"]["properties"]["answer"]
    assert answer["maxLength"] == 20_000


def test_errors_and_tokens_are_told() -> None:
    for method, path, operation in OPERATIONS:
        statuses = operation["responses"].keys()
        assert {"404", "429", "500", "503", "504"} <= statuses, (method, path)
        public = path in ("/healthz", "/v2/health/live", "/v2/health/ready")
        assert (operation.get("security") == []) == public == ("401" not in statuses), (method, path)
        assert ("403" in statuses) == ("For teachers." in operation["description"]), (method, path)
        media = "application/json" if path.startswith("/v2") else "application/problem+json"
        error = operation["responses"]["404"]["$ref"].rsplit("/")[-1]
        assert list(DOCUMENT["components"]["responses"][error]["content"]) == [media], (method, path)


def test_it_is_served(api: ASGIApp) -> None:
    client = TestClient(api)
    assert client.get("/openapi.json").json() == DOCUMENT
    assert "/openapi.json" in client.get("/docs").text
    assert client.get("/nothing").json()["status"] == 404
