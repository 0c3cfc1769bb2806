"""Canvas's gradebook, as it exports it, and as it takes ours."""

import pytest

from lectern.errors import InvalidRequest
from lectern.exports import ExportedGrade, canvas, export
from tests.exports.a_class import CLASS, grade, scores_of

OURS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Why does salt melt ice? [salt],Ice (draft) (4711)\r\n"
    "    Points Possible,,,,,2,1\r\n"
    '"""Q"" 李",,s-2,,7b,0,\r\n'
    "'=HYPERLINK(A1),,'=1+1,,7b,2,0.1\r\n"
    '"Müller, Zoë",,s-1,,7b,1.5,0.3333333333333333\r\n'
)

THEIRS = (
    "\ufeffStudent,ID,SIS User ID,SIS Login ID,Root Account,Section,Salt (123),Quiz [q9] (124),Current Score,Notes\r\n"
    "Manual Posting,,,,,,,,,\r\n"
    "    Points Possible,,,,,,10.00,5.00,(read only),\r\n"
    '"Block, Jasen",11,s-1,jblock,x.test,XC 101,8.50,,85.0,shy\r\n'
    '"Gislason, ""Hope""",7,s-2,hope,x.test,XC 101,EX,-,,\r\n'
    '"Student, Test",99,,,x.test,XC 101,1,1,1,\r\n'
)


def test_the_file_is_canvas_s() -> None:
    assert b"".join(canvas.write(CLASS)).decode() == OURS


def test_scores_come_back() -> None:
    read = canvas.read(canvas.write(CLASS))
    assert {(mark.student_id, mark.assignment_id, mark.score) for mark in read.marks} == scores_of(CLASS)
    assert [(a.id, a.title, a.points) for a in read.assignments] == [
        ("salt", "Why does salt melt ice?", 2.0),
        ("4711", "Ice (draft)", 1.0),
    ]
    assert {student.name for student in read.students} == {"Müller, Zoë", '"Q" 李', "=HYPERLINK(A1)"}


def test_what_canvas_exports_is_read() -> None:
    read = canvas.read([THEIRS.encode()])
    assert [(s.id, s.name, s.section) for s in read.students] == [
        ("s-1", "Block, Jasen", "XC 101"),
        ("s-2", 'Gislason, "Hope"', "XC 101"),
    ]
    assert read.students[0].ids == (("ID", "11"), ("SIS User ID", "s-1"), ("SIS Login ID", "jblock"))
    assert [(a.id, a.title, a.points) for a in read.assignments] == [("123", "Salt", 10), ("q9", "Quiz", 5)]
    assert [(m.student_id, m.assignment_id, m.score, m.line) for m in read.marks] == [("s-1", "123", 8.5, 4)]


def test_semicolons_and_decimal_commas() -> None:
    text = "Student;ID;SIS User ID;SIS Login ID;Section;A, b (1)\nPoints Possible;;;;;10,5\nX;1;s;;;2,25\n"
    read = canvas.read([text.encode()])
    assert read.assignments[0].points == 10.5 and read.marks[0].score == 2.25


@pytest.mark.parametrize("identifier", canvas.IDENTIFIERS)
def test_a_student_is_known_by_the_column_that_is_asked_for(identifier: str) -> None:
    read = canvas.read(canvas.write(CLASS, identifier), identifier)
    assert {student.id for student in read.students} == {"s-1", "s-2", "=1+1"}


def test_every_fault_is_named_and_nothing_comes_in() -> None:
    bad = (
        "Student,ID,SIS User ID,SIS Login ID,Section,A (1),B (2)\n"
        "Points Possible,,,,,10,ten\n"
        "One,1,s-1,,,secret,-1\n"
        "Two,2,,,,1,1\n"
        "Three,3,s-1,,,1,1\n"
        "Four,4,s-4,,,nan,1_0\n"
    )
    with pytest.raises(InvalidRequest) as told:
        canvas.read([bad.encode()])
    assert {(fault.loc, fault.msg) for fault in told.value.errors} == {
        (("line 2", "B (2)"), "is not a number"),
        (("line 3", "A (1)"), "is not a number"),
        (("line 3", "B (2)"), "is below 0"),
        (("line 4", "SIS User ID"), "is empty"),
        (("line 5", "SIS User ID"), "a line before it has the same student"),
        (("line 6", "A (1)"), "is not a finite number"),
        (("line 6", "B (2)"), "is not a number"),
    }
    assert told.value.detail.startswith("Nothing was imported: line 2, B (2): is not a number and 6 more")
    assert "secret" not in str(told.value.errors)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "the file is empty"),
        ("Student,ID,A (1)\n", "lacks SIS User ID"),
        ("Student,SIS User ID,A (1)\nX,s,1\n", "no row says Points Possible"),
        ("Student,SIS User ID,A (1),a (1)\n", "column 4: has the name of a column before it"),
        ("Student,SIS User ID,A\nPoints Possible,,1\nX,s,1,2\n", "line 3: has 4 cells; the header line has 3"),
        ('Student,SIS User ID,A\nPoints Possible,,1\n"X,s,1\nY,t,2\n', "line 3: a quotation mark is not closed"),
    ],
)
def test_what_can_t_be_read_says_where(text: str, told: str) -> None:
    with pytest.raises(InvalidRequest, match=told.replace("(", r"\(")):
        canvas.read([text.encode()])


def test_two_scales_are_not_one_column() -> None:
    with pytest.raises(InvalidRequest, match="out of 2 and out of 3"):
        b"".join(canvas.write([grade("a", "q", 1, 2), grade("b", "q", 1, 3)]))


def test_a_student_in_two_classes_has_two_rows() -> None:
    grades = [ExportedGrade("s", room, "q", score, 2) for room, score in (("a", 1.0), ("b", 2.0))]
    read = canvas.read(canvas.write(grades))
    assert [(mark.section, mark.score) for mark in read.marks] == [("a", 1.0), ("b", 2.0)]


@pytest.mark.parametrize("identity", ["a[b]%5B", "x", "007", "q (1)", "=q"])
def test_any_id_of_a_question_comes_back(identity: str) -> None:
    read = canvas.read(canvas.write([grade("s", identity, 1, title="T")]))
    assert read.marks[0].assignment_id == identity


def test_brackets_of_a_title_are_not_an_id_that_two_columns_share() -> None:
    header = "Student,SIS User ID,Lab [optional] (7),Essay [optional] (8)\nPoints Possible,,1,1\nX,s,1,0\n"
    read = canvas.read([header.encode()])
    assert [(a.id, a.title) for a in read.assignments] == [("7", "Lab [optional]"), ("8", "Essay [optional]")]


def test_the_last_attempt_counts() -> None:
    grades = [grade("s", "q", 0, attempt=1), grade("s", "q", 2, attempt=3), grade("s", "q", 1, attempt=2)]
    assert canvas.read(export("canvas", grades)).marks[0].score == 2
