"""/v1/jobs, /v1/uploads and /v1/schedules, as a caller sees them; the state machine is another test's."""

import urllib.request
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from starlette.testclient import TestClient

from functions.jobs.handler import app, handler
from infra.local.aws import DATA_BUCKET, in_environment
from infra.local.forget import forget_services
from lectern.jobs import create
from lectern.jobs.documents import Counts, Place
from lectern.jobs.places import incoming
from lectern.jobs.repository import Jobs
from lectern.jobs.resources import data_store, data_table
from lectern.release import Release
from lectern.services import scheduler
from tests.http.test_events import http_event
from tests.patience import PATIENCE

HEADER = "id,student_id,question_id,question,reference,answer,max_score\n"
CSV = HEADER + "r1,s1,q,Q?,R,A,1\n"
ROLE = "arn:aws:iam::123456789012:role/local"
DEAD_LETTERS = "arn:aws:sqs:eu-central-1:123456789012:dead-letters"
TARGET = "arn:aws:lambda:eu-central-1:123456789012:function:jobs"


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The executions that were started, and stopped with a minus."""
    found: list[str] = []
    monkeypatch.setattr(create, "start", lambda name, event: found.append(name))
    monkeypatch.setattr(create, "stop", lambda name: found.append(f"-{name}"))
    return found


@pytest.fixture
def client(aws: dict[str, str], release: Release, started: list[str]) -> Iterator[TestClient]:
    role = "arn:aws:iam::123456789012:role/local"
    own = {
        "LECTERN_DATA_STORE": f"s3://{DATA_BUCKET}",
        "LECTERN_SCHEDULE_TARGET": TARGET,
        "LECTERN_SCHEDULE_ROLE": role,
        "LECTERN_SCHEDULE_DEAD_LETTERS": DEAD_LETTERS,
    }
    with in_environment({name: value for name, value in aws.items() if name != "LECTERN_STORE"} | own):
        forget_services()
        yield TestClient(app)
    forget_services()


def as_tenant(tenant: str, method: str, path: str, role: str = "teacher") -> dict[str, Any]:
    claims = {"sub": "t", "custom:tenant": tenant, "cognito:groups": f"[{role}]"}
    event = http_event("", claims, path=path, method=method)
    return handler(event, type("Context", (), {"aws_request_id": "x"})())


def test_rows_become_a_job_and_the_same_rows_the_same_job(client: TestClient, started: list[str]) -> None:
    first = client.post("/v1/jobs", json={"input": {"csv": CSV}, "name": "monday"})
    assert first.status_code == 202
    body = first.json()
    assert (body["state"], body["name"], body["version"]) == ("queued", "monday", "1.0.0")
    again = client.post("/v1/jobs", json={"input": {"csv": CSV}, "name": "monday"})
    other = client.post("/v1/jobs", json={"input": {"csv": CSV}}, headers={"Idempotency-Key": "2"})
    assert again.json()["job_id"] == body["job_id"] != other.json()["job_id"]
    assert started == [f"{body['job_id']}-1"] * 2 + [f"{other.json()['job_id']}-1"]


def test_rows_as_objects_are_the_same_batch(client: TestClient) -> None:
    row = {"id": "r1", "student_id": "s1", "question_id": "q", "question": "Q?", "reference": "R", "answer": "A"}
    found = client.post("/v1/jobs", json={"input": {"rows": [row | {"max_score": 1}]}})
    same = client.post("/v1/jobs", json={"input": {"csv": CSV.replace("\n", "\r\n")}})
    assert found.json()["job_id"] == same.json()["job_id"]


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({}, ["input"]),
        ({"input": {}}, ["input"]),
        ({"input": {"csv": CSV, "key": "x"}}, ["input"]),
        ({"input": {"rows": []}}, ["input", "rows"]),
        ({"input": {"csv": HEADER + "x" * 1_000_000}}, ["input"]),
        ({"input": {"key": "tenants/other/uploads/x.csv"}}, ["input", "key"]),
        ({"input": {"key": "tenants/demo/uploads/nowhere.csv"}}, ["input", "key"]),
        ({"input": {"csv": CSV}, "settings": {"chunk_rows": 0}}, ["settings", "chunk_rows"]),
        ({"input": {"csv": CSV}, "class_id": "a\nb"}, ["class_id"]),
        ({"input": {"csv": CSV}, "what": 1}, []),
    ],
)
def test_what_is_wrong_is_named(client: TestClient, started: list[str], body: dict[str, Any], place: list[str]) -> None:
    found = client.post("/v1/jobs", json=body)
    assert found.status_code == 422
    assert found.json()["errors"][0]["loc"] == place
    assert started == []


def test_an_unknown_version_is_not_found(client: TestClient) -> None:
    assert client.post("/v1/jobs", json={"input": {"csv": CSV}, "version": "9.9.9"}).status_code == 404


def test_a_job_tells_its_progress_and_its_results(client: TestClient) -> None:
    job = client.post("/v1/jobs", json={"input": {"csv": CSV}, "name": "told"}).json()["job_id"]
    store, jobs = data_store(), Jobs(data_table())
    written = store.put(f"tenants/demo/jobs/{job}/grades.csv", b"graded")
    place = Place(key=f"tenants/demo/jobs/{job}/grades.csv", version_id=written.version_id)
    jobs.change("demo", job, state="done", counts=Counts(rows=1, graded=1, chunks=1), outputs={"grades.csv": place})
    found = client.get(f"/v1/jobs/{job}").json()
    assert (found["state"], found["counts"]["graded"]) == ("done", 1)
    with urllib.request.urlopen(found["results"]["grades.csv"], timeout=PATIENCE) as answer:
        assert answer.read() == b"graded"


def test_jobs_are_listed_page_by_page_the_newest_first(client: TestClient) -> None:
    made = [client.post("/v1/jobs", json={"input": {"csv": CSV + str(n)}}).json()["job_id"] for n in range(3)]
    first = client.get("/v1/jobs?limit=2").json()
    assert [job["job_id"] for job in first["jobs"]] == made[:0:-1]
    second = client.get("/v1/jobs", params={"limit": 1, "cursor": first["cursor"]}).json()
    assert second["jobs"][0]["job_id"] == made[0]
    assert client.get("/v1/jobs?limit=x").status_code == 422
    assert client.get("/v1/jobs?cursor=x").status_code == 422


def test_a_job_can_be_cancelled_and_taken_up_again(client: TestClient, started: list[str]) -> None:
    asked = {"input": {"csv": CSV}, "name": "cancelled", "class_id": "c"}
    job = client.post("/v1/jobs", json=asked).json()["job_id"]
    assert client.post(f"/v1/jobs/{job}/cancel").json()["state"] == "cancelled"
    assert client.post("/v1/jobs", json=asked).json()["state"] == "queued"
    assert started == [f"{job}-1", f"-{job}-1", f"{job}-2"]


def test_another_tenants_job_is_not_there(client: TestClient) -> None:
    job = client.post("/v1/jobs", json={"input": {"csv": CSV}}).json()["job_id"]
    assert as_tenant("demo", "GET", f"/v1/jobs/{job}")["statusCode"] == 200
    assert as_tenant("other", "GET", f"/v1/jobs/{job}")["statusCode"] == 404
    assert as_tenant("other", "POST", f"/v1/jobs/{job}/cancel")["statusCode"] == 404


def test_students_have_no_business_with_jobs(client: TestClient) -> None:
    assert as_tenant("demo", "GET", "/v1/jobs")["statusCode"] == 200
    for path in ("/v1/jobs", "/v1/jobs/x", "/v1/schedules"):
        assert as_tenant("demo", "GET", path, role="student")["statusCode"] == 403


def test_a_file_is_uploaded_and_graded_by_its_key(client: TestClient) -> None:
    upload = client.post("/v1/uploads", json={"file_name": "monday.csv"}).json()
    put = urllib.request.Request(upload["url"], CSV.encode(), {"Content-Type": "text/csv"}, method="PUT")
    urllib.request.urlopen(put, timeout=PATIENCE).close()
    assert client.post("/v1/jobs", json={"input": {"key": upload["key"]}}).status_code == 202
    assert client.post("/v1/uploads", json={"file_name": "../x"}).status_code == 422


def test_a_schedule_grades_what_has_arrived_once(client: TestClient, started: list[str]) -> None:
    asked = {"class_id": "7b", "cron": "0 2 * * ? *", "time_zone": "Europe/Berlin"}
    schedule = client.post("/v1/schedules", json=asked).json()
    assert (
        client.post("/v1/schedules", json=asked | {"cron": "0 3 * * ? *"}).json()["schedule_id"]
        == schedule["schedule_id"]
    )
    listed = client.get("/v1/schedules").json()["schedules"]
    assert [found["cron"] for found in listed if found["class_id"] == "7b"] == ["0 3 * * ? *"]
    data_store().put(f"{incoming('demo', '7b')}one/a.csv", CSV.encode())
    event = {"step": "collect", "principal": {"tenant": "demo", "subject": "t"}, "schedule": schedule["schedule_id"]}
    first, second = handler(event, None), handler(event, None)  # a schedule may fire twice
    assert first == second
    data_store().put(f"{incoming('demo', '7b')}two/b.csv", CSV.encode())
    assert len(handler(event, None)["jobs"]) == 2
    assert len(set(started)) == 2
    assert client.delete(f"/v1/schedules/{schedule['schedule_id']}").status_code == 200
    assert client.delete(f"/v1/schedules/{schedule['schedule_id']}").status_code == 404


@pytest.mark.usefixtures("client")
def test_what_a_schedule_cannot_deliver_is_kept() -> None:
    scheduler.put("late", "0 2 * * ? *", "UTC", {"step": "collect"})
    scheduler.put("late", "0 3 * * ? *", "UTC", {"step": "collect"})
    kept = boto3.client("scheduler").get_schedule(Name="late")
    assert kept["Target"]["DeadLetterConfig"] == {"Arn": DEAD_LETTERS}
    assert kept["ScheduleExpression"] == "cron(0 3 * * ? *)"
    scheduler.delete("late")


@pytest.mark.parametrize(
    ("field", "value"), [("cron", "every day"), ("cron", "0 2 * * ? *); x"), ("time_zone", "Mars/Olympus")]
)
def test_a_time_that_is_none_is_refused(client: TestClient, field: str, value: str) -> None:
    asked = {"class_id": "7b", "cron": "0 2 * * ? *"} | {field: value}
    assert client.post("/v1/schedules", json=asked).status_code == 422
