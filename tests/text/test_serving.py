"""What the function `text` answers is what the functions of single tasks answer."""

import json
import os
import subprocess
import sys
import zipfile
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from functions.text.members import member
from functions.text.places import PLACES
from infra.artifacts import Artifacts
from infra.choices import read_functions
from lectern.errors import InvalidRequest
from lectern.http.together import owner, together_app
from lectern.settings import Settings
from lectern.store.local import LocalStore
from tests.conftest import models_of
from tests.http.test_events import http_event
from tests.text.conftest import ASKED

ROOT = Path(__file__).parents[2]
CONTEXT = SimpleNamespace(aws_request_id="request-1")


def handle(event: dict[str, Any]) -> dict[str, Any]:
    from functions.text.handler import handler

    return handler(event, CONTEXT)


def own(name: str) -> TestClient:
    """The function of a task alone."""
    return TestClient(import_module(f"functions.{name}.handler").app, raise_server_exceptions=False)


def unnamed(answer: dict[str, Any]) -> dict[str, Any]:
    return {**answer, "request_id": ""}


def test_every_route_of_a_task_is_its_own_and_no_other_functions() -> None:
    for name in read_functions():
        for route in import_module(f"functions.{name}.handler").app.routes:
            if isinstance(route, APIRoute) and route.path != "/healthz":
                assert owner(PLACES, route.path) == (name if name in PLACES else None), route.path
    assert owner(PLACES, "/v1/answers") is None
    assert ASKED.keys() == PLACES.keys()


@pytest.mark.parametrize("name", ASKED)
def test_a_task_answers_to_the_bit_as_from_its_own_function(client: TestClient, name: str) -> None:
    path, body = ASKED[name]
    answer = client.post(path, json=body)
    assert answer.status_code == 200
    assert unnamed(answer.json()) == unnamed(own(name).post(path, json=body).json())
    assert unnamed(json.loads(handle(http_event(json.dumps(body), path=path))["body"])) == unnamed(answer.json())


@pytest.mark.parametrize("name", ASKED)
def test_events_name_their_task(client: TestClient, name: str) -> None:
    body = ASKED[name][1]
    items = {"Items": [{**body, "id": "a"}, {"id": "b"}]}
    there = import_module(f"functions.{name}.handler").handler
    found = handle({"task": name, **items})
    assert found == there(items, CONTEXT)
    assert found["Items"][0]["model"]["version"] == "1.0.0"
    assert found["Items"][1]["error"]["status"] == 422
    assert handle({"task": name, **body}) == there(body, CONTEXT)


@pytest.mark.parametrize("event", [{}, {"Items": []}, {"task": "grading"}, {"task": ["roles"]}, {"task": None}])
def test_an_event_of_no_task_or_of_another_functions_is_refused(event: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest, match="must name its task: answer, classify,"):
        handle(event)


def test_schemes_of_ones_own_come_with_classify(client: TestClient) -> None:
    examples = [
        {"text": f"{verb} the {what}", "label": verb} for verb in ("draw", "count") for what in ("sun", "cells")
    ]
    assert client.post("/v1/schemes", json={"name": "verbs", "examples": examples}).status_code == 200
    answer = client.post("/v1/classify", json={"text": "count the moons", "scheme": "verbs"}).json()
    assert (answer["label"], answer["scheme"]["name"]) == ("count", "verbs")
    assert client.delete("/v1/schemes/verbs").json()["erased"] == "verbs"


def test_other_paths_and_methods_are_problems(client: TestClient) -> None:
    for path in ("/", "/v1/grade", "/v1/sentiments", "/v1", "/v2/models/grading/infer", "//v1/roles"):
        assert client.post(path, json={}).status_code == 404, path
    assert client.post("/v1/grade", json={}).json()["detail"].startswith("Lectern has no such path")
    assert client.get("/v1/sentiment").status_code == 405
    assert client.post("/v1/sentiment", json={"text": 1}).json()["errors"][0]["loc"] == ["text"]


def test_metrics_bear_the_tasks_name(client: TestClient, capsys: pytest.CaptureFixture[str]) -> None:
    for name, (path, body) in ASKED.items():
        client.post(path, json=body)
        assert json.loads(capsys.readouterr().out)["service"] == name


def test_one_document_has_the_routes_of_all(client: TestClient) -> None:
    found = client.get("/openapi.json").json()["paths"]
    paths = [own(name).get("/openapi.json").json()["paths"] for name in PLACES]
    assert found.keys() == {path for one in paths for path in one}
    for one in paths:
        for path in one.keys() - {"/healthz"}:
            assert found[path].keys() == one[path].keys()
    assert "text" in json.dumps(found["/v1/sentiment"]["post"]["requestBody"])


def test_health_is_every_tasks_model(client: TestClient) -> None:
    answer = client.get("/healthz").json()
    assert answer["status"] == "ready"
    assert answer["models"].keys() == {member(name).task.model for name in PLACES}


def test_it_is_not_healthy_without_one_of_them(local_store: LocalStore) -> None:
    app = together_app("text", {"roles": PLACES["roles"]}, member, lambda: models_of(local_store))
    assert TestClient(app, raise_server_exceptions=False).get("/healthz").status_code == 404


def test_the_settings_say_which_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    from functions.text.members import served

    assert served() == PLACES
    monkeypatch.setattr("functions.text.members.settings", lambda: Settings(tasks=("roles", "answer")))
    assert list(served()) == ["roles", "answer"]


def run(program: str, folder: Path = ROOT, **settings: str) -> list[Any]:
    """What a new process prints that has this environment."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(sys.path),
        "AWS_LAMBDA_FUNCTION_NAME": "text",
        **settings,
    }
    done = subprocess.run([sys.executable, "-c", program], cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found: list[Any] = json.loads(done.stdout.splitlines()[-1])
    return found


START = """
import json, sys
from functions.text.handler import app, handler
from lectern.models import shared
from types import SimpleNamespace
def state():
    tasks = {name.split(".")[1] for name in sys.modules if name.startswith("functions.") and name.endswith(".task")}
    return sorted(tasks), [name for name, _ in shared()._held.loaded()]
found = [state()]
handler({"task": "sentiment", "text": "Great."}, SimpleNamespace(aws_request_id="r"))
print(json.dumps([*found, state()]))
"""


@pytest.mark.usefixtures("client")
def test_a_start_imports_no_task_and_loads_no_model() -> None:
    assert run(START) == [[[], []], [["sentiment"], ["sentiment"]]]


@pytest.mark.usefixtures("client")
def test_a_start_loads_what_the_settings_name() -> None:
    named = run(START, LECTERN_PRELOAD_TASKS='["translate"]')
    assert named[0] == [["translate"], ["translate"]]


def test_what_is_deployed_is_enough_for_its_tasks_and_has_no_others(tmp_path: Path) -> None:
    """The zip alone, beside the layers."""
    with zipfile.ZipFile(Artifacts(zips=tmp_path).function("text", ["classify", "translate"])) as file:
        file.extractall(tmp_path / "code")
    program = """
import importlib.util, json
from functions.text.handler import app
from functions.text.members import member, served
found = [member(name).task.name for name in served()]
print(json.dumps([*found, importlib.util.find_spec("functions.roles") is None]))
"""
    path = os.pathsep.join([str(tmp_path / "code"), str(ROOT / "layers/runtime/python")])
    tasks = '["classify", "translate"]'
    assert run(program, tmp_path, PYTHONPATH=path, LECTERN_TASKS=tasks) == ["classify", "translate", True]
