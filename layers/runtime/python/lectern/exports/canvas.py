"""Canvas's gradebook CSV, as its Gradebook exports and imports it.

Columns `Student,ID,SIS User ID,SIS Login ID,Section`, then one per assignment; the first row after them gives the
points possible. Sources: Instructure's guides "How do I import grades in the Gradebook?" and "How do I export grades in
the Gradebook?", and files that it exported.
"""

from collections.abc import Iterable, Iterator

from lectern import cells
from lectern.exports import headings
from lectern.exports.grade import ExportedGrade
from lectern.exports.gradebook import Assignment, Imported, Mark, Student, refuse
from lectern.exports.pivot import Pivot, pivot
from lectern.exports.read import Gathered, check_identifier, checked_score, require
from lectern.exports.records import Record, Sheet, read_sheet
from lectern.exports.source import MOST_BYTES

IDENTIFIERS = ("ID", "SIS User ID", "SIS Login ID")
LEADING = ("Student", *IDENTIFIERS, "Section")
POINTS = "    Points Possible"
TEST_STUDENT = "Student, Test"

_PEOPLE = frozenset({*LEADING, "Integration ID", "Root Account", "Notes"})
_READ_ONLY = "(read only)"


def write(grades: Iterable[ExportedGrade], identifier: str = "SIS User ID") -> Iterator[bytes]:
    """The file, line by line; the student's id goes into the column `identifier`, the class into Section.

    Raises InvalidRequest as `pivot.pivot`, and for another column.
    """
    check_identifier(identifier, IDENTIFIERS)
    place = IDENTIFIERS.index(identifier)
    table = pivot(grades)
    names = [headings.written_for_canvas(grade.title, question) for question, grade in table.questions.items()]
    points = [cells.number(grade.max_score) for grade in table.questions.values()]
    yield cells.line([*LEADING, *names])
    yield cells.line([POINTS, "", "", "", "", *points])
    for section, student in table.rows():
        ids = [student if number == place else "" for number in range(len(IDENTIFIERS))]
        name = table.students[section, student] or student
        yield cells.line([name, *ids, section, *_scores(table, section, student)])


def read(
    chunks: Iterable[bytes], identifier: str = "SIS User ID", most_bytes: int = MOST_BYTES, *, partial: bool = False
) -> Imported:
    """All of an exported gradebook; what Canvas calculates (read only) and its test student are left out.

    Raises InvalidRequest with every fault's line and column (unless `partial`), and BodyTooLarge.
    """
    check_identifier(identifier, IDENTIFIERS)
    gathered = Gathered()
    sheet = read_sheet(chunks, gathered.faults, most_bytes)
    require(sheet, ("Student", identifier))
    columns = _assignments(sheet, gathered)
    for record in sheet.records:
        if sheet.cell(record, "Student") != TEST_STUDENT:
            _add_student(sheet, record, identifier, columns, gathered)
    return gathered.imported(partial)


def _scores(table: Pivot, section: str, student: str) -> Iterator[str]:
    grades = table.grades[section, student]
    for question in table.questions:
        yield cells.number(grades[question].score) if question in grades else ""


def _assignments(sheet: Sheet, gathered: Gathered) -> dict[int, Assignment]:
    """Columns with points possible, by their place; reads on to the row that gives them."""
    row = next((record for record in sheet.records if sheet.cell(record, "Student") == POINTS.strip()), None)
    if row is None:
        raise refuse(2, "Student", f"no row says {POINTS.strip()}")
    names = {place: name for place, name in enumerate(sheet.columns) if name and name not in _PEOPLE}
    names = {place: name for place, name in names.items() if _READ_ONLY not in row.cells[place]}
    found = {}
    for (place, name), heading in zip(names.items(), headings.read(names.values()), strict=True):
        points = checked_score(row.cells[place], sheet.decimal, None, row.line, name, gathered.faults)
        found[place] = gathered.assignments[heading.id] = Assignment(heading.id, heading.title, points)
    return found


def _add_student(
    sheet: Sheet, record: Record, identifier: str, columns: dict[int, Assignment], gathered: Gathered
) -> None:
    told = {name: sheet.cell(record, name) for name in IDENTIFIERS}
    ids = tuple((name, value) for name, value in told.items() if value)
    student = Student(told[identifier], sheet.cell(record, "Student"), sheet.cell(record, "Section"), ids)
    if not gathered.add_student(student, record.line, identifier):
        return
    for place, assignment in columns.items():
        cell, column = record.cells[place], sheet.columns[place]
        score = checked_score(cell, sheet.decimal, None, record.line, column, gathered.faults)
        if score is not None:
            where = student.section, record.line, assignment.points
            gathered.add_mark(Mark(student.id, assignment.id, score, "", None, "", *where), column)
