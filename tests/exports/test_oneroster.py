"""OneRoster 1.2: the archive, byte for byte the same, and back."""

import csv
import io
import random
import struct
import zipfile
from contextlib import suppress
from datetime import date

import pytest

from lectern.errors import BodyTooLarge, InvalidRequest, LecternError
from lectern.exports import export, oneroster
from lectern.exports.oneroster import Roster
from tests.exports.a_class import CLASS, grade, scores_of

ROSTER = Roster("school-1", "term-1", "homework", date(2026, 3, 1), date(2026, 3, 8))

RESULTS = (
    "sourcedId,status,dateLastModified,lineItemSourcedId,studentSourcedId,scoreStatus,score,scoreDate,comment,textScore,"
    "classSourcedId,inProgress,incomplete,late,missing,metadata.attempt,metadata.questionId"
)
LINE_ITEMS = (
    "sourcedId,status,dateLastModified,title,description,assignDate,dueDate,classSourcedId,categorySourcedId,"
    "academicSessionSourcedId,resultValueMin,resultValueMax,schoolSourcedId,metadata.questionId"
)


def files(data: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        assert packed.testzip() is None
        return {name: packed.read(name).decode() for name in packed.namelist()}


def written() -> bytes:
    return b"".join(export("oneroster", CLASS, roster=ROSTER))


def test_the_archive_has_what_the_binding_asks_for() -> None:
    held = files(written())
    assert list(held) == ["manifest.csv", "results.csv", "lineItems.csv"]
    manifest = dict(csv.reader(io.StringIO(held["manifest.csv"])))
    assert manifest["manifest.version"] == "1.0" and manifest["oneroster.version"] == "1.2"
    assert {name for name, value in manifest.items() if value == "delta"} == {"file.lineItems", "file.results"}
    assert sum(value == "absent" for value in manifest.values()) == 19
    assert held["results.csv"].splitlines()[0] == RESULTS
    assert held["lineItems.csv"].splitlines()[0] == LINE_ITEMS


def test_a_result_and_a_line_item() -> None:
    held = files(written())
    result = next(csv.DictReader(io.StringIO(held["results.csv"], newline="")))
    item = next(csv.DictReader(io.StringIO(held["lineItems.csv"], newline="")))
    assert len(result.pop("sourcedId")) == 36 and result.pop("lineItemSourcedId") == item.pop("sourcedId")
    assert list(result.values()) == [
        *("active", "2026-03-02T06:08:09.000Z", "s-1", "fully graded", "1.5", "2026-03-02", "'=good, really", "", "7b"),
        *("false", "false", "false", "false", "1", "salt"),
    ]
    assert list(item.values()) == [
        *("active", "2026-03-02T06:08:09.000Z", "Why does salt melt ice?", "", "2026-03-01", "2026-03-08", "7b"),
        *("homework", "term-1", "0", "2", "school-1", "salt"),
    ]


def test_the_same_grades_are_the_same_bytes() -> None:
    assert written() == written()


def test_scores_come_back() -> None:
    read = oneroster.read([written()])
    assert {(mark.student_id, mark.assignment_id, mark.score) for mark in read.marks} == scores_of(CLASS)
    assert {(a.id, a.title, a.points, a.section) for a in read.assignments} == {
        ("salt", "Why does salt melt ice?", 2.0, "7b"),
        ("4711", "Ice (draft)", 1.0, "7b"),
    }


def test_results_of_another_system_alone() -> None:
    text = (
        "sourcedId,status,dateLastModified,lineItemSourcedId,studentSourcedId,scoreStatus,score,scoreDate,comment\n"
        "r1,active,2026-01-01,li1,u1,fully graded,17,2026-01-01,ok\n"
        "r2,active,2026-01-01,li1,u2,exempt,,2026-01-01,\n"
        "r3,tobedeleted,2026-01-01,li1,u3,fully graded,4,2026-01-01,\n"
    )
    read = oneroster.read([text.encode()])
    assert [(m.student_id, m.assignment_id, m.score, m.comment) for m in read.marks] == [("u1", "li1", 17.0, "ok")]


def test_a_grade_in_review_is_partially_graded() -> None:
    data = b"".join(export("oneroster", [grade("s", "q", 1, status="review")], everything=True, roster=ROSTER))
    assert "partially graded" in files(data)["results.csv"]


def test_a_grade_without_a_time_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="no readable time"):
        b"".join(export("oneroster", [grade("s", "q", 1, at="")], roster=ROSTER))


def packed(name: str, content: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(name, content)
    return target.getvalue()


def test_a_bomb_stops_at_the_limit() -> None:
    bomb = packed("results.csv", b"0" * 60_000_000)
    assert len(bomb) < 100_000
    with pytest.raises(BodyTooLarge):
        oneroster.read([bomb], 1_000_000)


def test_a_bomb_that_lies_about_its_size() -> None:
    bomb = bytearray(packed("results.csv", b"0" * 3_000_000))
    place = bomb.index(b"PK\x01\x02") + 24
    assert struct.unpack("<I", bomb[place : place + 4]) == (3_000_000,)
    bomb[place : place + 4] = struct.pack("<I", 10)
    with pytest.raises((BodyTooLarge, InvalidRequest)):
        oneroster.read([bytes(bomb)], 1_000_000)


def test_many_files_a_damaged_and_an_empty_archive() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as file:
        for number in range(51):
            file.writestr(f"{number}.csv", b"")
    for data, told in ((target.getvalue(), "51 files"), (b"PK\x03\x04junk", "damaged"), (packed("a", b""), "results")):
        with pytest.raises(InvalidRequest, match=told):
            oneroster.read([data])


def test_other_compressions_are_refused() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_LZMA) as file:
        file.writestr("results.csv", b"0" * 1000)
    with pytest.raises(InvalidRequest, match="unusual"):
        oneroster.read([target.getvalue()])


def test_a_damaged_archive_is_refused_or_read() -> None:
    chance, whole = random.Random(3), written()
    for _ in range(300):
        damaged = bytearray(whole)
        for _ in range(3):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        with suppress(LecternError):
            oneroster.read([bytes(damaged)])


def test_faults_name_lines_and_nothing_comes_in() -> None:
    text = files(written())["results.csv"].replace("s-2", "").replace(",1.5,", ",2.5,")
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as file:
        file.writestr("x/Results.CSV", text)
        file.writestr("x/lineItems.csv", files(written())["lineItems.csv"])
    with pytest.raises(InvalidRequest) as told:
        oneroster.read([target.getvalue()])
    assert [(fault.loc, fault.msg) for fault in told.value.errors] == [
        (("line 2", "score"), "is above the points possible"),
        (("line 3", "studentSourcedId"), "is empty"),
    ]
