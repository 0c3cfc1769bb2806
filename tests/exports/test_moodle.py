"""Moodle's gradebook, as it exports it, and as it takes ours."""

import pytest

from lectern.errors import InvalidRequest
from lectern.exports import canvas, moodle
from tests.exports.a_class import CLASS, scores_of

OURS = (
    "ID number,Full name,Class,Why does salt melt ice? [salt] (Real),Why does salt melt ice? [salt] (Feedback),"
    "Ice (draft) [4711] (Real),Ice (draft) [4711] (Feedback)\r\n"
    's-2,"""Q"" 李",7b,0,\'-1 for spelling,,\r\n'
    "'=1+1,'=HYPERLINK(A1),7b,2,,0.1,\"two\nlines\"\r\n"
    's-1,"Müller, Zoë",7b,1.5,"\'=good, really",0.3333333333333333,\r\n'
)

THEIRS = (
    '"First name",Surname,"ID number",Institution,Department,"Email address","Assignment: Salt (Real)",'
    '"Assignment: Salt (Feedback)","Assignment: Salt (Percentage)","Course total (Real)",'
    '"Last downloaded from this course"\n'
    'Anne,Able,a1,,"HQ",anne@x.test,56.00,"We welcome feedback","56.00 %",56.00,1700000000\n'
    "Bobby,Bunce,b1,,,bob@x.test,-,,-,75.00,1700000000\n"
)


def test_the_file_is_moodle_s() -> None:
    assert b"".join(moodle.write(CLASS)).decode() == OURS


def test_scores_and_comments_come_back() -> None:
    read = moodle.read(moodle.write(CLASS))
    assert {(mark.student_id, mark.assignment_id, mark.score) for mark in read.marks} == scores_of(CLASS)
    assert {mark.comment for mark in read.marks} == {"", "=good, really", "-1 for spelling", "two\nlines"}


@pytest.mark.parametrize(("identifier", "who"), [("ID number", "a1"), ("Email address", "anne@x.test")])
def test_what_moodle_exports_is_read(identifier: str, who: str) -> None:
    read = moodle.read([THEIRS.encode()], identifier)
    assert (read.students[0].id, read.students[0].name) == (who, "Anne Able")
    assert [(a.id, a.title, a.points) for a in read.assignments] == [("Assignment: Salt",) * 2 + (None,)]
    assert [(m.student_id, m.score, m.comment) for m in read.marks] == [(who, 56.0, "We welcome feedback")]


def test_an_export_without_points_says_what_to_do() -> None:
    with pytest.raises(InvalidRequest, match="export the grades from Moodle as Real"):
        moodle.read([THEIRS.replace("(Real)", "(Letter)").encode()])


def test_a_missing_column_is_named() -> None:
    with pytest.raises(InvalidRequest, match="lacks Username"):
        moodle.read([THEIRS.encode()], "Username")


def test_another_identifier_is_refused() -> None:
    for module in (moodle, canvas):
        with pytest.raises(InvalidRequest, match="Students are not known by 'Shoe size'"):
            b"".join(module.write(CLASS, "Shoe size"))
        with pytest.raises(InvalidRequest, match="but by"):
            module.read([THEIRS.encode()], "Shoe size")
