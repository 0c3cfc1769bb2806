"""POST, GET and DELETE /v1/schemes, and /v1/classify by a scheme of one's own."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from lectern.call import Call
from lectern.errors import SchemeRejected, StoreUnavailable, UnknownScheme
from lectern.manifest import BaseReference
from lectern.models import shared as shared_models
from lectern.principal import Principal
from lectern.release import Release
from lectern.schemes.pack import read
from lectern.schemes.repository import Schemes
from lectern.schemes.repository import shared as shared_schemes
from lectern.schemes.service import create_scheme
from lectern.store.local import LocalStore
from tests.http.test_grade import SECRET, problem

TEXTS = {
    "organisation": [
        "When is the exam?",
        "Which room is the lecture in?",
        "Until when can I hand in my homework?",
        "Is there a lecture next week?",
        "How do I sign up for the course?",
    ],
    "content": [
        "Why does ice float on water?",
        "What is a derivative?",
        "How does photosynthesis work?",
        "Can you explain recursion?",
        "What is the difference between mass and weight?",
    ],
    "technical": [
        "I can't log in to the website.",
        "The video does not play in my browser.",
        "The app crashes when I upload a file.",
        "My password is not accepted.",
        "The link to the slides is broken.",
    ],
}
EXAMPLES = [{"text": text, "label": label} for label, texts in TEXTS.items() for text in texts]
REQUEST = {"name": "inbox", "examples": EXAMPLES}


@pytest.fixture
def client(text_releases: dict[str, Release]) -> Iterator[TestClient]:
    from functions.classify.handler import app

    client = TestClient(app, raise_server_exceptions=False)
    yield client
    client.delete("/v1/schemes/inbox")


@pytest.fixture
def facts(client: TestClient) -> dict[str, Any]:
    response = client.post("/v1/schemes", json=REQUEST)
    assert response.status_code == 200, response.text
    return without_id(response)


def without_id(response: Any) -> dict[str, Any]:
    return {name: value for name, value in response.json().items() if name != "request_id"}


def test_a_scheme_tells_new_texts_apart(client: TestClient, facts: dict[str, Any]) -> None:
    assert facts["examples"] == {"content": 5, "organisation": 5, "technical": 5}
    assert facts["right"] > 0.5
    for text, label in (
        ("When does the course begin?", "organisation"),
        ("What is entropy?", "content"),
        ("The website shows an error when I log in.", "technical"),
    ):
        body = client.post("/v1/classify", json={"text": text, "scheme": "inbox"}).json()
        assert (body["label"], body["model"]["name"]) == (label, "sentences")
        assert body["scheme"] == {"name": "inbox", "version": facts["version"], "examples": 15}
        assert sum(body["probabilities"].values()) == pytest.approx(1)


def test_it_takes_seconds(client: TestClient) -> None:
    many = [{"text": f"{one['text']} ({n})", "label": one["label"]} for n in range(10) for one in EXAMPLES]
    started = time.monotonic()
    assert client.post("/v1/schemes", json={"name": "inbox", "examples": many}).status_code == 200
    assert time.monotonic() - started < 30


def test_an_explanation_is_by_the_scheme(client: TestClient, facts: dict[str, Any]) -> None:
    text = "Dear all, my password is not accepted."
    body = client.post("/v1/classify", json={"text": text, "scheme": "inbox", "explain": True}).json()
    assert body["label"] == "technical" and body["explanation"]["text"]


def test_facts_are_listed_and_hold_no_text(client: TestClient, facts: dict[str, Any]) -> None:
    assert without_id(client.get("/v1/schemes/inbox")) == facts
    names = without_id(client.get("/v1/schemes"))
    assert names == {"schemes": ["inbox"], "built_in": ["question-type", "bloom"]}
    stored = shared_schemes().get("demo", "inbox").model_dump_json()
    assert "lecture" not in stored and "password" not in stored


def test_the_same_examples_again_give_the_same_scheme(client: TestClient, facts: dict[str, Any]) -> None:
    shuffled = REQUEST | {"examples": EXAMPLES[::-1]}
    assert without_id(client.post("/v1/schemes", json=shuffled)) == facts
    more = REQUEST | {"examples": [*EXAMPLES, {"text": "Where is room 5?", "label": "organisation"}]}
    assert without_id(client.post("/v1/schemes", json=more))["version"] != facts["version"]


def test_what_is_deleted_is_gone(client: TestClient, facts: dict[str, Any]) -> None:
    assert client.delete("/v1/schemes/inbox").json()["erased"] == "inbox"
    problem(client.post("/v1/classify", json={"text": "Hello?", "scheme": "inbox"}), 404, "unknown-scheme")
    problem(client.get("/v1/schemes/inbox"), 404, "unknown-scheme")
    problem(client.delete("/v1/schemes/inbox"), 404, "unknown-scheme")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"name": "bloom"}, "is a scheme of Lectern's"),
        ({"name": "../x"}, "pattern"),
        ({"name": ""}, "pattern"),
        ({"examples": []}, "at least 4"),
        ({"examples": EXAMPLES * 67}, "at most 1000"),
        ({"examples": EXAMPLES[:5]}, "there are 1 labels"),
        ({"examples": [*EXAMPLES, {"text": SECRET, "label": "alone"}]}, "at least 2 different texts"),
        ({"examples": [*EXAMPLES, EXAMPLES[0] | {"label": "technical"}]}, "a text has two labels"),
        ({"examples": [*EXAMPLES, {"text": " ", "label": "technical"}]}, "is blank"),
        ({"examples": [*EXAMPLES, {"text": "a", "label": ""}]}, "at least 1 character"),
        ({"examples": [*EXAMPLES, {"text": "a" * 20_001, "label": "technical"}]}, "at most 20000"),
        ({"examples": [{"text": f"text {n}", "label": str(n // 2)} for n in range(102)]}, "51 labels"),
    ],
)
def test_bad_examples_are_told(client: TestClient, change: dict[str, Any], told: str) -> None:
    found = problem(client.post("/v1/schemes", json=REQUEST | change), 422, "invalid-request")
    assert told in found["errors"][0]["msg"]


def test_schemes_are_for_teachers(monkeypatch: pytest.MonkeyPatch, client: TestClient) -> None:
    monkeypatch.setattr("lectern.http.incoming.DEVELOPMENT", Principal("demo", "pupil", ("student",)))
    problem(client.post("/v1/schemes", json=REQUEST), 403, "forbidden")
    problem(client.get("/v1/schemes"), 403, "forbidden")
    problem(client.delete("/v1/schemes/inbox"), 403, "forbidden")


def test_a_tenant_sees_its_own_alone(
    monkeypatch: pytest.MonkeyPatch, client: TestClient, facts: dict[str, Any]
) -> None:
    monkeypatch.setattr("lectern.http.incoming.DEVELOPMENT", Principal("other", "teacher", ("teacher",)))
    assert client.get("/v1/schemes").json()["schemes"] == []
    problem(client.get("/v1/schemes/inbox"), 404, "unknown-scheme")
    problem(client.post("/v1/classify", json={"text": "Hello?", "scheme": "inbox"}), 404, "unknown-scheme")
    problem(client.delete("/v1/schemes/inbox"), 404, "unknown-scheme")


def test_a_damaged_scheme_is_told_and_mended(client: TestClient, facts: dict[str, Any]) -> None:
    pack = shared_schemes().get("demo", "inbox")
    store = shared_schemes()._there()
    for data in (b"{", b"{}", pack.model_copy(update={"weights": pack.weights[:-8]}).model_dump_json().encode()):
        store.put("tenants/demo/schemes/inbox.json", data)
        shared_schemes()._forget("demo", "inbox")
        problem(client.post("/v1/classify", json={"text": "Hello?", "scheme": "inbox"}), 409, "scheme-rejected")
    assert client.post("/v1/schemes", json=REQUEST).status_code == 200
    assert client.post("/v1/classify", json={"text": "Hello?", "scheme": "inbox"}).status_code == 200


def test_a_scheme_of_another_base_is_refused(client: TestClient, facts: dict[str, Any]) -> None:
    pack = shared_schemes().get("demo", "inbox")
    shared_schemes().put("demo", pack.model_copy(update={"base": BaseReference(name="older", sha256="0" * 64)}))
    found = problem(client.post("/v1/classify", json={"text": "Hello?", "scheme": "inbox"}), 409, "scheme-rejected")
    assert "older" in found["detail"]


def test_a_scheme_of_others_is_seen_after_some_seconds(tmp_path: Path, facts: dict[str, Any]) -> None:
    now = [0.0]
    store, pack = LocalStore(tmp_path), shared_schemes().get("demo", "inbox")
    one, other = (Schemes(store, 30, lambda: now[0]) for _ in range(2))
    one.put("demo", pack)
    assert other.find("demo", "inbox").version == pack.version
    one.put("demo", pack.model_copy(update={"version": "newer"}))
    assert other.find("demo", "inbox").version == pack.version
    now[0] = 31
    assert other.find("demo", "inbox").version == "newer"
    one.delete("demo", "inbox")
    now[0] = 62
    with pytest.raises(UnknownScheme):
        other.find("demo", "inbox")
    assert store.keys("tenants/") == []


def test_without_a_data_store_there_are_no_schemes(text_releases: dict[str, Release]) -> None:
    nowhere = Schemes(None, 30)
    with pytest.raises(UnknownScheme):
        nowhere.find("demo", "inbox")
    with pytest.raises(StoreUnavailable, match="LECTERN_DATA_STORE"):
        nowhere.names("demo")
    call = Call(Principal("demo", "teacher", ("teacher",)), "r")
    with pytest.raises(StoreUnavailable):
        create_scheme("sentences", (), json.dumps(REQUEST).encode(), call, shared_models(), nowhere)


def test_a_pack_that_holds_no_numbers_is_refused(facts: dict[str, Any]) -> None:
    pack = shared_schemes().get("demo", "inbox")
    assert read(pack.model_dump_json().encode()).facts() == pack.facts()
    broken = {"sharpness": 0.0}, {"labels": ("one",)}, {"examples": (1,)}, {"weights": "!"}
    for change in broken:
        with pytest.raises(SchemeRejected):
            read(json.dumps(pack.model_dump() | change).encode())
