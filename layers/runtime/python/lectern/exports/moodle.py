"""Moodle's gradebook CSV: a column that identifies students, then a grade and a feedback column per grade item.

Moodle asks on import which column is which; ours are named as its own export names them, `… (Real)` and
`… (Feedback)`. Both go out for every question: feedback alone would take the grades away. Sources: MoodleDocs, Grade
import and Grade export.
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

IDENTIFIERS = ("ID number", "Email address", "Username")
REAL, FEEDBACK = " (Real)", " (Feedback)"

_TOTAL = "Course total"
_NAMES = ("First name", "Last name", "Surname")


def write(grades: Iterable[ExportedGrade], identifier: str = "ID number") -> Iterator[bytes]:
    """The file, line by line; the student's id goes into the column `identifier`.

    Raises InvalidRequest as `pivot.pivot`, and for another column.
    """
    check_identifier(identifier, IDENTIFIERS)
    table = pivot(grades)
    names = [headings.written(grade.title, question) for question, grade in table.questions.items()]
    columns = [name + kind for name in names for kind in (REAL, FEEDBACK)]
    yield cells.line([identifier, "Full name", "Class", *columns])
    for section, student in table.rows():
        name = table.students[section, student]
        yield cells.line([student, name, section, *_cells(table, section, student)])


def read(
    chunks: Iterable[bytes], identifier: str = "ID number", most_bytes: int = MOST_BYTES, *, partial: bool = False
) -> Imported:
    """All of an exported gradebook: grades in points and their feedback. Percentages, letters and totals are left out.

    Raises InvalidRequest with every fault's line and column (unless `partial`), and BodyTooLarge.
    """
    check_identifier(identifier, IDENTIFIERS)
    gathered = Gathered()
    sheet = read_sheet(chunks, gathered.faults, most_bytes)
    require(sheet, [identifier])
    columns = _items(sheet, gathered)
    for record in sheet.records:
        _add_student(sheet, record, identifier, columns, gathered)
    return gathered.imported(partial)


def _cells(table: Pivot, section: str, student: str) -> Iterator[str]:
    grades = table.grades[section, student]
    for question in table.questions:
        grade = grades.get(question)
        yield from (cells.number(grade.score), grade.comment) if grade else ("", "")


def _items(sheet: Sheet, gathered: Gathered) -> dict[int, tuple[Assignment, str]]:
    """The columns with points by their place: the grade item, and the name of its feedback's column."""
    names = {place: name.removesuffix(REAL) for place, name in enumerate(sheet.columns) if name.endswith(REAL)}
    names = {place: name for place, name in names.items() if not name.startswith(_TOTAL)}
    if not names:
        raise refuse(1, "", f"no column ends in{REAL}: export the grades from Moodle as Real")
    found = {}
    for (place, name), heading in zip(names.items(), headings.read(names.values()), strict=True):
        gathered.assignments[heading.id] = Assignment(heading.id, heading.title)
        found[place] = gathered.assignments[heading.id], name + FEEDBACK
    return found


def _add_student(
    sheet: Sheet, record: Record, identifier: str, columns: dict[int, tuple[Assignment, str]], gathered: Gathered
) -> None:
    told = ((name, sheet.cell(record, name)) for name in IDENTIFIERS)
    ids = tuple((name, value) for name, value in told if value)
    name = sheet.cell(record, "Full name") or " ".join(filter(None, (sheet.cell(record, part) for part in _NAMES)))
    student = Student(sheet.cell(record, identifier), name, sheet.cell(record, "Class"), ids)
    if not gathered.add_student(student, record.line, identifier):
        return
    for place, (item, feedback) in columns.items():
        column = sheet.columns[place]
        score = checked_score(record.cells[place], sheet.decimal, None, record.line, column, gathered.faults)
        if score is not None:
            comment = sheet.cell(record, feedback)
            mark = Mark(student.id, item.id, score, comment, section=student.section, line=record.line)
            gathered.add_mark(mark, column)
