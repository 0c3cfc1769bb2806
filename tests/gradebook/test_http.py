"""The gradebook's routes over HTTP, as a teacher's client uses them."""

import io
import json
from typing import Any
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from lectern.gradebook import Gradebook
from tests.gradebook.conftest import Make, Who
from tests.gradebook.test_regrades import Grader


@pytest.fixture
def graded(book: Gradebook, tenant: str, make: Make) -> list[str]:
    """The ids of three grades of c1 that wait: two have said the same."""
    grades = [make("s1", answer="Density."), make("s2", answer="density"), make("s3", answer="Salt.", score=0.5)]
    book.record(tenant, grades)
    from lectern.gradebook.keys import grade_id

    return [grade_id(grade.place) for grade in grades]


def test_classes(client: TestClient) -> None:
    body = {"name": "7b", "error_budget": 0.02, "approve_confident": True}
    assert client.get("/v1/classes/7b").status_code == 404
    for _ in range(2):
        answer = client.put("/v1/classes/7b", json=body)
        assert (answer.status_code, answer.json()) == (
            200,
            body | {"class_id": "7b", "request_id": answer.json()["request_id"]},
        )
    assert client.get("/v1/classes/7b").json()["error_budget"] == 0.02
    client.put("/v1/classes/8a", json={})
    first = client.get("/v1/classes?limit=1").json()
    second = client.get(f"/v1/classes?limit=1&cursor={first['cursor']}").json()
    assert [page["classes"][0]["class_id"] for page in (first, second)] == ["7b", "8a"]
    assert second["cursor"] is None
    assert client.delete("/v1/classes/7b").json()["removed"] == "7b"
    assert client.get("/v1/classes/7b").status_code == 404


HOSTILE = ["a#b", "a/b", "../x", "ü 雪 🙂", "x" * 200, "🙂" * 200, "100%", "%~", "a?b&c", "G#", " ", "'\"\\"]


@pytest.mark.parametrize("name", HOSTILE)
def test_ids_may_be_any_text(client: TestClient, book: Gradebook, tenant: str, make: Make, name: str) -> None:
    body = {"question": "Why?", "references": ["So."], "max_score": 2, "step": 0.5, "rubric": "1 for so."}
    path = f"/v1/questions/{quote(name, safe='')}"
    assert client.put(path, json=body).json()["question_id"] == name
    assert client.get(path).json()["rubric"] == "1 for so."
    assert [entry["question_id"] for entry in client.get("/v1/questions").json()["questions"]] == [name]
    book.record(tenant, [make(student=name, question=name, class_id=name)])
    (found,) = client.get(f"/v1/classes/{quote(name, safe='')}/grades").json()["grades"]
    assert found["class_id"] == found["question_id"] == found["student_id"] == name
    (one,) = client.get("/v1/classes?limit=9").json()["classes"]
    assert one["class_id"] == name
    shown = client.get(f"/v1/grades/{found['grade_id']}")
    assert shown.json() | {"request_id": ""} == found | {"request_id": ""}
    history = client.get(f"/v1/grades/{found['grade_id']}/history").json()["revisions"]
    assert history == [found]
    assert client.delete(path).status_code == 200


@pytest.mark.parametrize("name", ["a\nb", "\x00", "a\x7f", "x" * 201, "mine/pack", "mine/decisions"])
def test_ids_that_are_refused(client: TestClient, name: str) -> None:
    answer = client.put(f"/v1/questions/{quote(name, safe='')}", json={"question": "Why?"})
    assert answer.status_code in (404, 405, 422), answer.text
    if answer.status_code == 422:
        assert answer.json()["errors"][0]["loc"] == ["path", "question_id"]
    assert client.get("/v1/questions").json()["questions"] == []


@pytest.mark.parametrize(
    ("path", "body", "message"),
    [
        ("questions/q", {"question": ""}, "at least 1 character"),
        ("questions/q", {"question": "Why?", "max_score": "2"}, "valid number"),
        ("questions/q", {"question": "Why?", "step": 2}, "ten-thousandth"),
        ("questions/q", {"question": "Why?", "references": ["x"] * 21}, "at most 20"),
        ("questions/q", {"question": "Why?", "references": ["🙂" * 20_000] * 4}, "the limit is 250,000"),
        ("classes/c", {"error_budget": 1.5}, "less than or equal to 1"),
        ("classes/c", {"teacher": "x"}, "unknown field"),
    ],
)
def test_settings_that_are_refused(client: TestClient, path: str, body: dict[str, Any], message: str) -> None:
    answer = client.put(f"/v1/{path}", json=body)
    assert answer.status_code == 422
    assert message in answer.text
    assert client.get(f"/v1/{path}").status_code == 404


def test_grades_of_a_class(client: TestClient, book: Gradebook, tenant: str, make: Make) -> None:
    grades = [make(student, question) for student in ("s1", "s2", "s3") for question in ("q1", "q2")]
    book.record(tenant, grades)
    book.record(tenant, [make("s2", "q1", job="j2", version="1.1.0", needs_review=False)])

    def listed(query: str = "") -> list[tuple[str, str]]:
        found, cursor = list[tuple[str, str]](), ""
        while True:
            page = client.get(f"/v1/classes/c1/grades?limit=2{query}{cursor}").json()
            assert len(page["grades"]) <= 2
            found += [(grade["question_id"], grade["student_id"]) for grade in page["grades"]]
            if not page["cursor"]:
                return found
            cursor = f"&cursor={page['cursor']}"

    assert listed() == [(question, student) for question in ("q1", "q2") for student in ("s1", "s2", "s3")]
    assert listed("&question_id=q2") == [("q2", "s1"), ("q2", "s2"), ("q2", "s3")]
    assert listed("&student_id=s2") == [("q1", "s2"), ("q2", "s2")]
    assert listed("&student_id=s2&question_id=q1") == [("q1", "s2")]
    assert listed("&status=confident") in ([("q1", "s2")], [])
    assert len(listed("&status=review")) == 5
    assert listed("&student_id=s2&status=review") == [("q2", "s2")]
    assert listed("&student_id=s") == listed("&question_id=q") == []


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=x", "limit=²", "status=done", "cursor=zzz", "cursor=e30="]
)
def test_lists_that_are_refused(client: TestClient, query: str) -> None:
    assert client.get(f"/v1/classes/c1/grades?{query}").status_code == 422


def test_the_queue_page_by_page(client: TestClient, book: Gradebook, tenant: str, make: Make) -> None:
    """What is decided between two pages moves nothing that is still to come, and repeats nothing."""
    names = [f"s{number}" for number in range(7)]
    told = [make(name, answer=name * 3, confidence=0.5 + number // 2 / 20) for number, name in enumerate(names)]
    book.record(tenant, told)
    found, cursor = list[str](), ""
    while True:
        page = client.get(f"/v1/reviews?class_id=c1&limit=3{cursor}").json()
        found += [group["grades"][0]["student_id"] for group in page["groups"]]
        first = page["groups"][0]["grades"][0]
        client.post(f"/v1/grades/{first['grade_id']}/approve", json={"revision": 1})
        if not page["cursor"]:
            break
        cursor = f"&cursor={page['cursor']}"
    assert found == names
    assert client.get("/v1/reviews?class_id=c1").json()["waiting"] == 4
    for bad in ("zzz", "e30=", "WzEsMl0=", "WzEsWyJhIl1d", "bnVsbA=="):
        assert client.get(f"/v1/reviews?class_id=c1&cursor={bad}").status_code == 422


def test_history_page_by_page(client: TestClient, graded: list[str]) -> None:
    path = f"/v1/grades/{graded[0]}"
    for revision in range(1, 5):
        client.post(f"{path}/comment", json={"revision": revision, "text": f"No. {revision}"})
    found, cursor = list[int](), ""
    while True:
        page = client.get(f"{path}/history?limit=2{cursor}").json()
        assert len(page["revisions"]) <= 2
        found += [revision["revision"] for revision in page["revisions"]]
        if not page["cursor"]:
            break
        cursor = f"&cursor={page['cursor']}"
    assert found == [1, 2, 3, 4, 5]
    assert client.get(f"{path}/history?limit=0").status_code == 422
    assert client.get(f"/v1/grades/{graded[1]}/history?{cursor[1:]}").status_code == 422  # another grade's


def test_a_cursor_of_another_tenant_is_refused(client: TestClient, who: Who, graded: list[str]) -> None:
    cursor = client.get("/v1/classes/c1/grades?limit=1").json()["cursor"]
    who(tenant="other")
    assert client.get(f"/v1/classes/c1/grades?cursor={cursor}").status_code == 422


def test_a_decision(client: TestClient, graded: list[str]) -> None:
    path = f"/v1/grades/{graded[0]}"
    approved = client.post(f"{path}/approve", json={"revision": 1}).json()
    assert (approved["status"], approved["score"], approved["decision"]["by"]) == ("approved", 2.0, "ann")
    override = {"revision": 2, "score": 0.5, "reason": "Not why.", "label": "incorrect"}
    assert client.post(f"{path}/override", json=override).json()["score"] == 0.5
    assert client.post(f"{path}/override", json=override).json()["revision"] == 3  # again, and nothing is changed
    said = client.post(f"{path}/comment", json={"revision": 3, "text": "See page 7."}).json()
    assert (said["comments"][0]["text"], said["machine_score"], said["score"]) == ("See page 7.", 2.0, 0.5)
    assert client.get(path).json()["revision"] == 4
    events = [revision["event"]["kind"] for revision in client.get(f"{path}/history").json()["revisions"]]
    assert events == ["graded", "approved", "overridden", "commented"]


@pytest.mark.parametrize(
    ("action", "body", "status"),
    [
        ("approve", {"revision": 2}, 409),
        ("approve", {}, 422),
        ("approve", {"revision": "1"}, 422),
        ("override", {"revision": 1, "score": 2.5, "reason": "r"}, 422),
        ("override", {"revision": 1, "score": 0.3, "reason": "r"}, 422),
        ("override", {"revision": 1, "score": 1}, 422),
        ("override", {"revision": 1, "score": 1, "reason": "r", "label": "good"}, 422),
        ("comment", {"revision": 1, "text": ""}, 422),
        ("comment", {"revision": 1, "text": " \n"}, 422),
        ("delete", {"revision": 1}, 404),
    ],
)
def test_decisions_that_are_refused(
    client: TestClient, graded: list[str], action: str, body: dict[str, Any], status: int
) -> None:
    assert client.post(f"/v1/grades/{graded[0]}/{action}", json=body).status_code == status
    assert client.get(f"/v1/grades/{graded[0]}").json()["revision"] == 1


@pytest.mark.parametrize(
    "name", ["x", "W10", "WyJjMSIsInExIiwiczEiLDFd=", "WyJjIiwicSIsInMiLCIxIl0", "é", "WyJjMSIsInExIiwiczkiLDFd"]
)
def test_a_name_that_no_grade_has(client: TestClient, graded: list[str], name: str) -> None:
    assert client.get(f"/v1/grades/{name}").status_code == 404


def test_another_tenant_sees_nothing(client: TestClient, who: Who, graded: list[str]) -> None:
    who(tenant="other", roles=("admin",))
    assert client.get(f"/v1/grades/{graded[0]}").status_code == 404
    assert client.get(f"/v1/grades/{graded[0]}/history").status_code == 404
    assert client.post(f"/v1/grades/{graded[0]}/approve", json={"revision": 1}).status_code == 404
    assert client.get("/v1/classes/c1/grades").json()["grades"] == []
    assert client.get("/v1/reviews?class_id=c1").json()["groups"] == []


@pytest.mark.parametrize("roles", [(), ("student",)])
def test_only_teachers(client: TestClient, who: Who, graded: list[str], roles: tuple[str, ...]) -> None:
    who(roles=roles)
    answers = [
        client.get(f"/v1/grades/{graded[0]}"),
        client.get("/v1/reviews?class_id=c1"),
        client.post(f"/v1/grades/{graded[0]}/approve", json={"revision": 1}),
        client.put("/v1/classes/c1", json={}),
        client.post("/v1/regrades", json={"class_id": "c1"}),
    ]
    assert [answer.status_code for answer in answers] == [403] * 5
    assert answers[0].json()["type"] == "urn:lectern:problem:forbidden"


def test_the_queue_and_a_decision_on_a_group(client: TestClient, graded: list[str]) -> None:
    found = client.get("/v1/reviews?class_id=c1").json()
    assert (found["waiting"], found["grades"]) == (2, 3)
    group = found["groups"][0]
    assert group["wordings"] == ["Density.", "density"]
    assert (group["value"], [one["student_id"] for one in group["grades"]]) == (0.5, ["s1", "s2"])
    one = client.get("/v1/reviews?class_id=c1&limit=1").json()
    assert (len(one["groups"]), one["waiting"]) == (1, 2)
    ruling = {"kind": "overridden", "score": 1, "reason": "Half."}
    chosen = {"group": {"group_id": group["group_id"], "class_id": "c1"}}
    decided = client.post("/v1/reviews/decide", json=ruling | chosen).json()
    assert ([one["score"] for one in decided["decided"]], decided["conflicts"]) == ([1, 1], [])
    assert client.post("/v1/reviews/decide", json=ruling | chosen).status_code == 409
    rest = [{"grade_id": name, "revision": 1} for name in graded[1:]]
    decided = client.post("/v1/reviews/decide", json={"kind": "approved", "grades": rest}).json()
    assert ([one["grade_id"] for one in decided["decided"]], decided["conflicts"]) == (graded[2:], graded[1:2])
    assert client.get("/v1/reviews?class_id=c1").json()["groups"] == []


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "approved"},
        {"kind": "approved", "grades": []},
        {"kind": "approved", "grades": [{"grade_id": "x"}]},
        {"kind": "overridden", "grades": [{"grade_id": "WyJjMSIsInExIiwiczEiLDFd", "revision": 1}]},
        {"kind": "approved", "grades": [{"grade_id": "x", "revision": 1}] * 501},
    ],
)
def test_rulings_that_are_refused(client: TestClient, graded: list[str], body: dict[str, Any]) -> None:
    assert client.post("/v1/reviews/decide", json=body).status_code == 422
    assert client.get("/v1/reviews").status_code == 422


def test_agreement_and_decisions(client: TestClient, graded: list[str]) -> None:
    client.post(f"/v1/grades/{graded[0]}/approve", json={"revision": 1})
    client.post(f"/v1/grades/{graded[1]}/override", json={"revision": 1, "score": 1.5, "reason": "r"})
    found = client.get("/v1/classes/c1/agreement").json()
    assert (found["overall"]["decided"], found["overall"]["same_score"], found["overall"]["same_label"]) == (2, 0.5, 1)
    for query in ("", "?class_id=c1"):
        decisions = client.get(f"/v1/questions/q1/decisions{query}").json()
        assert (decisions["max_score"], decisions["step"], decisions["left_out"]) == (2, 0.5, 0)
        given = {grade["answer"]: grade["score"] for grade in decisions["grades"]}
        assert given == {"Density.": 2.0, "density": 1.5}
    assert client.get("/v1/questions/q1/decisions?class_id=c2").status_code == 404


def test_a_regrade(client: TestClient, graded: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    grader = Grader()
    grader.points = {"Density.": 1.0, "Salt.": 0.5}
    monkeypatch.setattr("functions.gradebook.regrades.grade_items", grader)
    request = {"class_id": "c1", "question_id": "q1", "reason": "Another model."}
    for _ in range(2):
        found = client.post("/v1/regrades", json=request, headers={"Idempotency-Key": "k"}).json()
        assert (found["state"], found["done"], found["loses"], found["unchanged"]) == ("ready", 3, 1, 2)
    assert len(grader.asked) == 3
    assert [(c["student_id"], c["before"], c["after"]) for c in found["changes"]] == [
        ("s1", 2.0, 1.0),
        ("s2", 2.0, 2.0),
        ("s3", 0.5, 0.5),
    ]
    assert found["changes"][0]["grade_id"] == graded[0]
    other = client.post("/v1/regrades", json={"class_id": "c2"}, headers={"Idempotency-Key": "k"})
    assert other.status_code == 409
    path = f"/v1/regrades/{found['regrade_id']}"
    assert client.get(f"{path}?limit=2").json()["cursor"]
    assert client.get(path).json()["changes"] == found["changes"]
    assert client.post(f"{path}/apply", json={}).json()["state"] == "applied"
    assert client.post(f"{path}/apply", json={}).json()["state"] == "applied"
    assert client.get(f"/v1/grades/{graded[0]}").json()["score"] == 1.0
    assert client.get("/v1/regrades/nothing").status_code == 404


def test_no_text_and_no_name_is_logged(client: TestClient, graded: list[str], log: io.StringIO) -> None:
    client.get("/v1/classes/c1/grades")
    client.get(f"/v1/grades/{graded[0]}")
    client.post(f"/v1/grades/{graded[0]}/override", json={"revision": 1, "score": 9, "reason": "secret"})
    client.post(f"/v1/grades/{graded[0]}/comment", json={"revision": 1, "text": "secret"})
    printed = log.getvalue()
    assert printed.count('"served"') == 4
    for text in ("ensity", "s1", "secret", graded[0]):
        assert text not in printed


def test_events_of_api_gateway(client: TestClient, graded: list[str], tenant: str) -> None:
    from functions.gradebook.handler import handler

    claims = {"sub": "ann", "custom:tenant": tenant, "cognito:groups": "[teacher]"}
    event = {
        "version": "2.0",
        "rawPath": f"/v1/grades/{graded[0]}",
        "rawQueryString": "",
        "headers": {"host": "x"},
        "requestContext": {
            "http": {"method": "GET", "path": f"/v1/grades/{graded[0]}", "sourceIp": "1.2.3.4"},
            "requestId": "r-1",
            "authorizer": {"jwt": {"claims": claims}},
        },
    }
    answer = handler(event, None)
    assert (answer["statusCode"], json.loads(answer["body"])["request_id"]) == (200, "r-1")
    from lectern.errors import InvalidRequest

    with pytest.raises(InvalidRequest):
        handler({"Items": []}, None)
