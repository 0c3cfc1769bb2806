"""PUT, GET and DELETE /v1/questions/{id}/pack, and /v1/grade with a pack, over HTTP and as items."""

import io
import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from lectern.manifest import BaseReference
from lectern.models import shared as shared_models
from lectern.packs import embedding
from lectern.packs.features import WIDTH
from lectern.packs.repository import shared as shared_packs
from lectern.release import Release
from tests.logs import logged
from tests.packs.conftest import answers

PATH = "/v1/questions/float-1/pack"
QUESTION = {
    "question": "Why does ice float on water?",
    "references": ["Ice is less dense than water."],
    "max_score": 2,
    "step": 1,
}
GRADES = [{"answer": text, "score": 2 * score} for text, score in answers()]
RIGHT, WRONG = answers()[0][0], answers()[1][0]
STRANGE = "Because such a block has a lower density"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the function logs."""
    with logged() as written:
        yield written


@pytest.fixture
def client(release: Release, log: io.StringIO) -> Iterator[TestClient]:
    from functions.grading.handler import app

    client = TestClient(app, raise_server_exceptions=False)
    yield client
    client.delete(PATH)


@pytest.fixture
def fitted(client: TestClient) -> dict[str, Any]:
    answer = client.put(PATH, json=QUESTION | {"grades": GRADES})
    assert answer.status_code == 200, answer.text
    return without_id(answer)


def without_id(answer: Any) -> dict[str, Any]:
    return {name: value for name, value in answer.json().items() if name != "request_id"}


def grade(client: TestClient, answer: str, **changes: Any) -> dict[str, Any]:
    reply = client.post("/v1/grade", json=QUESTION | {"answer": answer, "question_id": "float-1"} | changes)
    assert reply.status_code == 200, reply.text
    content: dict[str, Any] = reply.json()
    return content


def test_a_pack_is_fitted_shown_and_erased(client: TestClient, fitted: dict[str, Any]) -> None:
    assert (fitted["version"], fitted["grades"], fitted["fitted_with"]) == ("1", 36, "1.0.0")
    assert [point["grades"] for point in fitted["curve"]] == [0, 10, 25, 36]
    assert without_id(client.get(PATH)) == fitted
    assert without_id(client.delete(PATH)) == {"erased": 1}
    assert client.get(PATH).status_code == 404
    assert client.delete(PATH).status_code == 404
    assert grade(client, RIGHT)["pack"] is None


def test_the_same_grades_again_change_nothing_and_others_make_a_version(
    client: TestClient, fitted: dict[str, Any]
) -> None:
    assert without_id(client.put(PATH, json=QUESTION | {"grades": list(reversed(GRADES))})) == fitted
    assert client.put(PATH, json=QUESTION | {"grades": GRADES[:20]}).json()["version"] == "2"


def test_a_question_with_a_pack_is_graded_as_its_teacher_does(client: TestClient, fitted: dict[str, Any]) -> None:
    right, wrong = grade(client, STRANGE), grade(client, "It wants to see the sun and is made of salt")
    assert (right["score"], right["label"]) == (2, "correct")
    assert wrong["score"] == 0 and wrong["label"] != "correct"
    for found in (right, wrong):
        assert found["pack"] == {"version": "1", "grades": 36}
        assert sum(found["probabilities"].values()) == pytest.approx(1)
        assert 0 <= found["confidence"] <= 1
        assert found["model"]["version"] == "1.0.0"


def test_other_questions_and_other_tenants_are_graded_as_before(
    client: TestClient, fitted: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = grade(client, STRANGE, question_id="another")
    assert plain["pack"] is None
    from lectern.principal import Principal

    monkeypatch.setattr("lectern.http.incoming.DEVELOPMENT", Principal("other-school", "teacher", ("teacher",)))
    assert grade(client, STRANGE)["pack"] is None
    assert client.get(PATH).status_code == 404
    assert client.delete(PATH).status_code == 404


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_packs_are_for_teachers(
    client: TestClient, fitted: dict[str, Any], monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    from lectern.principal import Principal

    monkeypatch.setattr("lectern.http.incoming.DEVELOPMENT", Principal("demo", "pupil-7", ("student",)))
    answer = client.request(method, PATH, json=QUESTION | {"grades": GRADES})
    assert (answer.status_code, answer.headers["content-type"]) == (403, "application/problem+json")
    assert shared_packs().get("demo", "float-1").version == "1"


def test_the_error_budget_decides_what_goes_to_review(client: TestClient, fitted: dict[str, Any]) -> None:
    assert not grade(client, RIGHT, error_budget=0.2)["needs_review"]
    assert grade(client, RIGHT, error_budget=0.0)["needs_review"]


def test_what_the_grader_warns_of_still_goes_to_review(client: TestClient, fitted: dict[str, Any]) -> None:
    found = grade(client, "Лёд легче воды, потому что его плотность меньше", error_budget=1.0)
    assert found["warnings"] and found["needs_review"]


def test_a_blank_answer_stays_blank(client: TestClient, fitted: dict[str, Any]) -> None:
    assert grade(client, "  ")["score"] == 0


def test_items_are_graded_as_single_answers_are(client: TestClient, fitted: dict[str, Any]) -> None:
    from functions.grading.handler import handler

    texts = [STRANGE, RIGHT, WRONG, "nothing"]
    items = [QUESTION | {"answer": text, "question_id": "float-1"} for text in texts]
    for text, found in zip(texts, handler({"Items": items}, SimpleNamespace(aws_request_id="1"))["Items"], strict=True):
        single = grade(client, text)
        assert {**found, "request_id": ""} == {**single, "request_id": ""}


def test_embeddings_count(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers that no n-gram tells apart, by an encoder that does: the same word with another mark at its end."""

    def fake(model: object, text: str, keep: bool = False) -> np.ndarray:
        vector = np.full((2, WIDTH), 0.1, dtype=np.float32)
        vector[0, 0] = 5.0 if text.endswith("!") else -5.0
        return vector

    monkeypatch.setattr(embedding, "embedding", fake)
    words = ("aaa", "bbb", "ccc", "ddd", "eee", "fff", "ggg", "hhh")
    grades = [{"answer": f"{w}{mark}", "score": 2 * (mark == "!")} for w in words for mark in "!?"]
    assert client.put(PATH, json=QUESTION | {"grades": grades}).status_code == 200
    assert [grade(client, text)["score"] for text in ("zzz!", "zzz?")] == [2, 0]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"grades": GRADES[:9]}, "at least 10"),
        ({"grades": [*GRADES[:9], *[GRADES[0]] * 5]}, "there are 9 different answers with text; 10 are needed"),
        ({"grades": [{"answer": " ", "score": 0}] * 20}, "there are 0 different answers"),
        ({"grades": [grade | {"score": 1} for grade in GRADES]}, "all scores are the same"),
        ({"grades": [*GRADES, {"answer": "x", "score": 3}]}, "grades.36.score is over max_score"),
        ({"grades": [*GRADES, {"answer": "x", "score": -1}]}, "greater than or equal to 0"),
        ({"grades": [*GRADES, {"answer": "x", "score": 0.5}]}, "grades.36.score is no multiple of step"),
        ({"grades": [*GRADES, {"answer": "x", "score": "2"}]}, "valid number"),
        ({"grades": [*GRADES, {"answer": "x" * 20_001, "score": 2}]}, "it has 20001"),
        ({"grades": [*GRADES, {"answer": "x", "score": 2, "name": "Ann"}]}, "unknown field"),
        ({"grades": [{"answer": f"x{i}", "score": 0} for i in range(2001)]}, "at most 2000"),
        ({"references": []}, "at least 1"),
        ({"question": "why " * 600}, "limit is"),
    ],
)
def test_bad_grades_are_refused_by_name(client: TestClient, changes: dict[str, Any], message: str) -> None:
    answer = client.put(PATH, json=QUESTION | {"grades": GRADES} | changes)
    assert answer.status_code == 422, answer.text
    assert message in json.dumps(answer.json()["errors"])
    assert client.get(PATH).status_code == 404


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999"])
def test_grades_that_are_no_numbers_are_refused(client: TestClient, number: str) -> None:
    body = json.dumps(QUESTION | {"grades": GRADES}).replace('"score": 2.0', f'"score": {number}', 1)
    answer = client.put(PATH, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)
    assert client.get(PATH).status_code == 404


def test_a_long_question_id_is_refused(client: TestClient) -> None:
    answer = client.get(f"/v1/questions/{'q' * 201}/pack")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["loc"] == ["path", "question_id"]


def test_a_pack_of_another_base_is_an_error_that_names_the_field(client: TestClient, fitted: dict[str, Any]) -> None:
    packs = shared_packs()
    pack = packs.get("demo", "float-1")
    other = BaseReference(name="another-base", sha256="c" * 64)
    packs.put("demo", lambda version: pack.model_copy(update={"base": other, "version": version}), "float-1")
    body = QUESTION | {"answer": RIGHT, "question_id": "float-1"}
    answer = client.post("/v1/grade", json=body)
    assert answer.status_code == 409
    assert answer.json()["type"].endswith("pack-rejected")
    for word in ("question_id", "another-base", "fit it again"):
        assert word in answer.json()["detail"]
    assert client.post("/v1/grade", json={**body, "question_id": "other"}).status_code == 200
    assert client.put(PATH, json=QUESTION | {"grades": GRADES[:30]}).json()["version"] == "3"
    assert grade(client, RIGHT)["pack"] == {"version": "3", "grades": 30}


def test_a_release_refuses_a_pack_of_other_embeddings_than_its_own(fitted: dict[str, Any]) -> None:
    from lectern.errors import PackRejected

    manifest = shared_models().get(shared_models().resolve("grading", None)).release.manifest
    pack = shared_packs().get("demo", "float-1")
    pack.check(manifest, encoder=True)
    for other, encoder in ((manifest, False), (manifest.model_copy(update={"encoder_layers": 2}), True)):
        with pytest.raises(PackRejected, match="other layers of it"):
            pack.check(other, encoder)


def test_no_text_is_logged_or_stored(
    client: TestClient, log: io.StringIO, fitted: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    grade(client, RIGHT)
    printed = capsys.readouterr().out + log.getvalue()
    assert (printed.count("served"), printed.count("answered")) == (1, 1)
    stored = shared_packs().get("demo", "float-1").model_dump_json()
    for text in ("dens", "frozen", "float on"):
        assert text not in printed
        assert text not in json.dumps({k: v for k, v in json.loads(stored).items() if k != "weights"})
