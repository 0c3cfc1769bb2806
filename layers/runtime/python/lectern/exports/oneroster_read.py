"""OneRoster results back into marks: from the zip, or from results.csv alone."""

from collections.abc import Iterable

from lectern.errors import BodyTooLarge
from lectern.exports.archive import unpacked
from lectern.exports.gradebook import Assignment, Imported, Mark, Student, refuse
from lectern.exports.read import Gathered, checked_score, require
from lectern.exports.records import Record, Sheet, read_sheet
from lectern.exports.source import MOST_BYTES

UNGRADED = frozenset({"exempt", "not submitted", "missing", "withdrawn"})
"""Statuses of which a score is not one."""

_ZIP = b"PK\x03\x04"


def read(chunks: Iterable[bytes], most_bytes: int = MOST_BYTES) -> Imported:
    """All of an archive's results, or of results.csv alone (then points possible are unknown).

    Raises InvalidRequest with every fault's line and column, and BodyTooLarge; the limit holds while unpacking, too.
    """
    data = _joined(chunks, most_bytes)
    files = unpacked(data, ("results.csv", "lineItems.csv"), most_bytes) if data.startswith(_ZIP) else {}
    if data.startswith(_ZIP) and "results.csv" not in files:
        raise refuse(1, "", "the archive has no results.csv")
    gathered = Gathered()
    items = _line_items(files["lineItems.csv"], most_bytes, gathered) if "lineItems.csv" in files else {}
    sheet = read_sheet([files.get("results.csv", data)], most_bytes)
    require(sheet, ("lineItemSourcedId", "studentSourcedId", "scoreStatus", "score"))
    for record in sheet.records:
        _add_result(sheet, record, items, gathered)
    return gathered.whole()


def _joined(chunks: Iterable[bytes], most_bytes: int) -> bytes:
    data = bytearray()
    for chunk in chunks:
        data += chunk
        if len(data) > most_bytes:
            raise BodyTooLarge(f"The file has more than {most_bytes:,} bytes, which is the limit.")
    return bytes(data)


def _line_items(data: bytes, most_bytes: int, gathered: Gathered) -> dict[str, Assignment]:
    """Assignments by sourcedId; their id is our question's where the file says it."""
    sheet = read_sheet([data], most_bytes)
    require(sheet, ("sourcedId", "title", "classSourcedId", "resultValueMax"))
    found = {}
    for record in sheet.records:
        cell = sheet.cell(record, "resultValueMax")
        points = checked_score(cell, ".", None, record.line, "lineItems.csv resultValueMax", gathered.faults)
        identity = sheet.cell(record, "metadata.questionId") or sheet.cell(record, "sourcedId")
        section = sheet.cell(record, "classSourcedId")
        assignment = Assignment(identity, sheet.cell(record, "title"), points, section)
        found[sheet.cell(record, "sourcedId")] = gathered.assignments[f"{section}\0{identity}"] = assignment
    return found


def _add_result(sheet: Sheet, record: Record, items: dict[str, Assignment], gathered: Gathered) -> None:
    line = record.line
    if sheet.cell(record, "status") == "tobedeleted" or sheet.cell(record, "scoreStatus") in UNGRADED:
        return
    student, source = sheet.cell(record, "studentSourcedId"), sheet.cell(record, "lineItemSourcedId")
    for column, value in (("studentSourcedId", student), ("lineItemSourcedId", source)):
        if not value:
            gathered.faults.add(line, column, "is empty")
    item = items.get(source) or _unlisted(sheet, record, source, bool(items), gathered)
    score = checked_score(sheet.cell(record, "score"), ".", item.points, line, "score", gathered.faults)
    attempt = checked_score(
        sheet.cell(record, "metadata.attempt"), ".", None, line, "metadata.attempt", gathered.faults
    )
    gathered.students.setdefault((item.section, student), Student(student, section=item.section))
    if score is not None:
        comment, at = sheet.cell(record, "comment"), sheet.cell(record, "dateLastModified")
        mark = Mark(student, item.id, score, comment, int(attempt or 1), at, item.section, line)
        gathered.add_mark(mark, "studentSourcedId")


def _unlisted(sheet: Sheet, record: Record, source: str, is_fault: bool, gathered: Gathered) -> Assignment:
    """What a result says of its line item where no list does."""
    if is_fault and source:
        gathered.faults.add(record.line, "lineItemSourcedId", "is not in lineItems.csv")
    identity, section = sheet.cell(record, "metadata.questionId") or source, sheet.cell(record, "classSourcedId")
    return gathered.assignments.setdefault(f"{section}\0{identity}", Assignment(identity, identity, None, section))
