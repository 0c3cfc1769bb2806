"""POST /v1/imports and `lectern import`: marks of other gradebooks become a teacher's decisions, each once."""

import io
import itertools
import json
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from infra.local.aws import DATA_BUCKET
from lectern.errors import StoreUnavailable
from lectern.exports import ExportedGrade, export
from lectern.exports.grade import exported
from lectern.exports.oneroster import Roster
from lectern.gradebook import Choice, Gradebook, Ruling
from lectern.gradebook.keys import grade_id
from lectern.jobs.places import uploads
from lectern.principal import Principal
from lectern.settings import settings
from lectern.store import open_store
from tests.gradebook.conftest import Make, Run, Who

CANVAS = "Student,ID,SIS User ID,SIS Login ID,Section,Ice [q1],Quiz (77)\n    Points Possible,,,,,2,10\n"
ROSTER = Roster("school", "term", "homework", date(2026, 3, 1), date(2026, 3, 8))
COUNTS = ("changed", "same", "ignored", "failed")


def counts(found: dict[str, Any]) -> tuple[int, ...]:
    return tuple(found[name] for name in COUNTS)


def canvas(*rows: str) -> str:
    return CANVAS + "".join(f"{row}\n" for row in rows)


@pytest.fixture
def c1(book: Gradebook, tenant: str, make: Make) -> Gradebook:
    """Three students answered q1, out of 2 in steps of 0.5; all wait for review."""
    book.record(tenant, [make(student, score=1.0) for student in ("s1", "s2", "=s3")])
    return book


def taken(client: TestClient, content: str | bytes, kind: str = "canvas", **more: Any) -> dict[str, Any]:
    text = content if isinstance(content, str) else content.decode()
    headers = {"Idempotency-Key": more.pop("again", "")}
    answer = client.post("/v1/imports", json={"format": kind, "content": text} | more, headers=headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_marks_become_overrides_and_history_is_kept(client: TestClient, c1: Gradebook, tenant: str, make: Make) -> None:
    found = taken(client, canvas("Ann,,s1,,XC 101,1.5,9", "Ben,,s2,,XC 101,,8", "Cem,,'=s3,,XC 101,0,"), class_id="c1")
    assert (found["state"], counts(found), found["unknown"]) == ("imported", (2, 0, 2, 0), ["77"])
    now = c1.get(tenant, make("s1").place)
    assert (now.score, now.status, now.machine.score, now.revision) == (1.5, "overridden", 1.0, 2)
    assert now.decision and (now.decision.by, now.decision.reason) == ("ann", "Imported from canvas.")
    assert [revision.event.kind for revision in c1.history(tenant, now.place)] == ["graded", "overridden"]
    assert c1.get(tenant, make("=s3").place).score == 0.0  # the mark before the formula is off again
    assert c1.get(tenant, make("s2").place).revision == 1
    assert client.get(f"/v1/imports/{found['import_id']}").json() | {"request_id": ""} == found | {"request_id": ""}


def test_the_same_file_again_changes_nothing_whatever_was_decided_since(
    client: TestClient, c1: Gradebook, tenant: str, make: Make
) -> None:
    file = canvas("Ann,,s1,,c1,1.5,", "Ben,,s2,,c1,2,")
    first = taken(client, file)
    client.post(f"/v1/grades/{grade_id(make('s1').place)}/override", json={"revision": 2, "score": 2, "reason": "r"})
    assert taken(client, file) | {"request_id": ""} == first | {"request_id": ""}
    assert c1.get(tenant, make("s1").place).score == 2
    assert counts(taken(client, file, again="anew")) == (1, 1, 0, 0)  # asked for anew, the file counts again
    assert c1.get(tenant, make("s1").place).score == 1.5


def test_bad_rows_have_errors_and_stop_nothing(client: TestClient, c1: Gradebook, tenant: str, make: Make) -> None:
    rows = [
        "Ann,,s1,,c1,1.5,",
        "Ben,,s2,,c1,secret,",
        "Cem,,,,c1,1,",
        "Dan,,s9,,c1,1,",
        "Eve,,'=s3,,c1,0.3,",
        "Fay,,s1,,c1,1,",
        "Gil,,s2,,c1,1,1,1",
        "Hal,,s8,,c9,1,",
        "Ida,,s7,,,1,",
    ]
    found = taken(client, canvas(*rows))
    assert {tuple(fault["loc"]): fault["msg"] for fault in found["errors"]} == {
        ("line 4", "Ice [q1]"): "is not a number",
        ("line 5", "SIS User ID"): "is empty",
        ("line 8", "SIS User ID"): "a line before it has the same student",
        ("line 9",): "has 8 cells; the header line has 7",
        ("line 6", "q1"): "the class has no grade of this student for this question and attempt",
        ("line 7", "q1"): "must be 0 to 2 in steps of 0.5",
        ("line 11", "q1"): "the file names no class for it, and the request none for all",
    }
    assert counts(found) == (1, 0, 1, 7)
    assert "secret" not in json.dumps(found)
    assert c1.get(tenant, make("s1").place).score == 1.5


def test_what_went_out_comes_back_as_it_was(
    client: TestClient, c1: Gradebook, tenant: str, make: Make, ann: Principal
) -> None:
    c1.decide_one(ann, Choice(make("s1").place, 1), Ruling(kind="overridden", score=1.5, reason="r"))
    c1.decide_one(ann, Choice(make("s1").place, 2), Ruling(kind="commented", reason="See me."))
    c1.decide_one(ann, Choice(make("s1").place, 3), Ruling(kind="commented", reason="=And her."))
    before = c1.get(tenant, make("s1").place)
    for name in ("canvas", "moodle", "jsonl"):
        body = {"class_id": "c1", "format": name}
        file = client.post("/v1/exports", json=body).content
        assert counts(taken(client, file, name)) == (0, 1, 0, 0)
    assert c1.get(tenant, make("s1").place) == before


def test_moodle_and_its_feedback(client: TestClient, c1: Gradebook, tenant: str, make: Make) -> None:
    header = "ID number,Full name,Class,Ice [q1] (Real),Ice [q1] (Feedback)\n"
    assert counts(taken(client, header + "s1,Ann,c1,1.5,'=good\ns2,Ben,c1,-,no mark\n", "moodle")) == (1, 0, 0, 0)
    now = c1.get(tenant, make("s1").place)
    assert ([remark.text for remark in now.comments], now.score, now.revision) == (["=good"], 1.5, 2)
    assert now.event.kind == "overridden"
    taken(client, header + 's1,Ann,c1,1.5,"\'=good\nand short"\n', "moodle")
    assert [remark.text for remark in c1.get(tenant, make("s1").place).comments] == ["=good", "and short"]
    long = taken(client, header + f"s1,Ann,c1,1,{'x' * 1001}\n", "moodle")
    assert counts(long) == (0, 0, 0, 1) and "at most 1000" in long["errors"][0]["msg"]
    assert c1.get(tenant, make("s1").place).score == 1.5


def test_results_of_oneroster(client: TestClient, c1: Gradebook, tenant: str, make: Make) -> None:
    header = "lineItemSourcedId,studentSourcedId,scoreStatus,score,metadata.attempt,classSourcedId\n"
    rows = "q1,s1,fully graded,1.5,1,c1\nq1,s2,exempt,2,1,c1\nq1,s2,fully graded,2,3,c1\n"
    found = taken(client, header + rows, "oneroster")
    assert (counts(found), found["errors"][0]["loc"]) == ((1, 0, 0, 1), ["line 4", "q1"])
    assert [c1.get(tenant, make(who).place).score for who in ("s1", "s2")] == [1.5, 1.0]


def test_a_mark_without_an_attempt_is_the_last_one_s(
    client: TestClient, book: Gradebook, tenant: str, make: Make
) -> None:
    book.record(tenant, [make("s1", attempt=attempt, score=1.0) for attempt in (1, 2, 10)])
    taken(client, canvas("Ann,,s1,,c1,2,"))
    line = ExportedGrade("s1", "c1", "q1", 0.5, 2, attempt=2)
    taken(client, b"".join(export("jsonl", [line])), "jsonl")
    assert [grade.score for grade in book.grades(tenant, "c1")] == [1.0, 0.5, 2.0]


def test_another_scale_is_the_same_share(client: TestClient, c1: Gradebook, tenant: str, make: Make) -> None:
    taken(client, canvas("Ann,,s1,,c1,7.5,").replace("2,10", "10,10"))
    assert c1.get(tenant, make("s1").place).score == 1.5


def test_hundredths_are_no_difference(client: TestClient, book: Gradebook, tenant: str, make: Make, ann: Any) -> None:
    """A third of the points is 0.33 in other gradebooks."""
    grade = make("s1", score=2 / 3, max_score=2.0, step=None)
    book.record(tenant, [grade])
    book.decide_one(ann, Choice(grade.place, 1), Ruling(kind="approved"))
    assert counts(taken(client, canvas("Ann,,s1,,c1,0.67,"))) == (0, 1, 0, 0)


@pytest.fixture
def data(client: TestClient, aws: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("LECTERN_DATA_STORE", f"s3://{DATA_BUCKET}")
    settings.cache_clear()
    yield f"s3://{DATA_BUCKET}"
    settings.cache_clear()


def test_an_upload_is_taken_by_its_key(
    client: TestClient, c1: Gradebook, data: str, tenant: str, make: Make, ann: Principal
) -> None:
    """A OneRoster archive is no text; the same bytes under another key are the same import."""
    grades = [exported(grade) for grade in c1.grades(tenant, "c1")]
    archive = b"".join(export("oneroster", grades, everything=True, roster=ROSTER))
    for key in ("a/x.zip", "b/x.zip"):
        open_store(data).put(uploads(tenant) + key, archive)
        body = {"format": "oneroster", "key": uploads(tenant) + key}
        found = client.post("/v1/imports", json=body).json()
        assert (found["state"], counts(found)) == ("imported", (3, 0, 0, 0))
    assert c1.get(tenant, make("s1").place).revision == 2


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ({"format": "canvas"}, 422, "give either content or key"),
        ({"format": "canvas", "content": "x", "key": "y"}, 422, "give either content or key"),
        ({"format": "excel", "content": "x"}, 422, "canvas"),
        ({"format": "canvas", "content": "x" * 1_000_001}, 422, "1000000"),
        ({"format": "canvas", "content": ""}, 422, "the file is empty"),
        ({"format": "canvas", "content": CANVAS + '"open'}, 422, "a quotation mark is not closed"),
        ({"format": "canvas", "content": "Student,ID\n"}, 422, "lacks SIS User ID"),
        ({"format": "canvas", "content": CANVAS, "identifier": "Shoe size"}, 422, "not known by"),
        ({"format": "jsonl", "content": "", "identifier": "ID"}, 422, "no option identifier"),
        ({"format": "canvas", "content": "PK\x03\x04"}, 422, "not packed"),
        ({"format": "canvas", "key": "tenants/other/uploads/x.csv"}, 422, "not the key of an upload of yours"),
        ({"format": "canvas", "key": "tenants/TENANT/uploads/nowhere.csv"}, 422, "upload it first"),
    ],
)
def test_what_is_refused(
    client: TestClient, c1: Gradebook, data: str, tenant: str, body: dict[str, Any], status: int, message: str
) -> None:
    sent = {name: value.replace("TENANT", tenant) for name, value in body.items()}
    answer = client.post("/v1/imports", json=sent)
    assert answer.status_code == status
    assert message in answer.text
    assert all(grade.revision == 1 for grade in c1.grades(tenant, "c1"))


def test_limits_hold_for_what_is_uploaded(client: TestClient, data: str, tenant: str) -> None:
    """A file over the limit, and an archive that is small until it is unpacked."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("results.csv", b"0" * 60_000_000)
    for name, content in (("canvas", b"x" * 50_000_001), ("oneroster", packed.getvalue())):
        open_store(data).put(f"{uploads(tenant)}{name}", content)
        answer = client.post("/v1/imports", json={"format": name, "key": f"{uploads(tenant)}{name}"})
        assert answer.status_code == 413, answer.text


@pytest.mark.parametrize(("call", "number"), [(call, number) for call in ("put", "write") for number in range(3)])
def test_an_import_that_was_killed_goes_on(
    client: TestClient,
    book: Gradebook,
    tenant: str,
    make: Make,
    monkeypatch: pytest.MonkeyPatch,
    call: str,
    number: int,
) -> None:
    """At any write; asked for again, every mark is there once, and the counts are those of one run."""
    from functions.gradebook.incoming import book as shared_book

    students, questions = ["s1", "s2"], ["q1", "q2"]
    book.record(tenant, [make(student, question, score=1.0) for student in students for question in questions])
    header = "Student,SIS User ID,Section,One [q1],Two [q2]\nPoints Possible,,,2,2\n"
    file = header + "".join(f"X,{student},c1,1.5,0\n" for student in students)
    genuine, calls = getattr(shared_book().table, call), itertools.count()

    def dying(*given: Any, **named: Any) -> None:
        genuine(*given, **named)
        if next(calls) == number:
            raise StoreUnavailable("killed")

    with monkeypatch.context() as patch:
        patch.setattr(shared_book().table, call, dying)
        client.post("/v1/imports", json={"format": "canvas", "content": file})
    found = taken(client, file)
    assert (found["state"], counts(found)) == ("imported", (4, 0, 0, 0))
    assert [(grade.score, grade.revision) for grade in book.grades(tenant, "c1")] == [(1.5, 2)] * 2 + [(0.0, 2)] * 2


def test_a_large_file_goes_on_when_it_is_sent_again(
    client: TestClient, book: Gradebook, tenant: str, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    book.record(tenant, [make("s1", question, score=1.0) for question in ("q1", "q2", "q3")])
    file = "Student,SIS User ID,Section,[q1],[q2],[q3]\nPoints Possible,,,2,2,2\nX,s1,c1,2,2,2\n"
    monkeypatch.setattr("functions.gradebook.imports.SECONDS", 0.0)
    states = [taken(client, file) for _ in range(3)]
    assert [(state["state"], state["changed"]) for state in states] == [
        ("importing", 1),
        ("importing", 2),
        ("imported", 3),
    ]


def test_others_have_no_business_with_it(client: TestClient, c1: Gradebook, who: Who) -> None:
    name = taken(client, canvas("Ann,,s1,,c1,1.5,"))["import_id"]
    who(tenant="other")
    assert client.get(f"/v1/imports/{name}").status_code == 404
    assert counts(taken(client, canvas("Ann,,s1,,c1,1.5,"))) == (0, 0, 1, 0)
    who(roles=("student",))
    assert client.get(f"/v1/imports/{name}").status_code == 403
    assert client.post("/v1/imports", json={"format": "canvas", "content": CANVAS}).status_code == 403


def test_on_the_command_line(run: Run, c1: Gradebook, tenant: str, make: Make, tmp_path: Path) -> None:
    path = tmp_path / "marks.csv"
    path.write_text(canvas("Ann,,s1,,XC,1.5,9", "Dan,,s9,,XC,1,"), "utf-8")
    code, out, err = run("import", str(path), "--format", "canvas", "--class", "c1")
    assert (code, out) == (3, "1 changed, 0 the same, 1 ignored (no grades of 77), 1 failed\n")
    assert err == "line 4, q1: the class has no grade of this student for this question and attempt\n"
    assert c1.get(tenant, make("s1").place).score == 1.5
    code, out, _ = run("import", str(path), "--format", "canvas", "--class", "c1", "--json")
    assert (code, counts(json.loads(out))) == (3, (1, 0, 1, 1))
    path.write_text(canvas("Ann,,s1,,XC,1,"), "utf-8")
    assert run("import", str(path), "--format", "canvas", "--class", "c1")[:2] == (
        0,
        "1 changed, 0 the same, 0 ignored, 0 failed\n",
    )
    assert run("import", str(path), "--format", "moodle")[0] == 1
    assert run("import", str(path))[0] == 2
