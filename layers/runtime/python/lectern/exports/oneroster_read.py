"""OneRoster results back into marks: from the zip, or from results.csv alone."""

from collections.abc import Iterable

from lectern.exports.archive import unpacked
from lectern.exports.gradebook import Assignment, Imported, Mark, Student, refuse
from lectern.exports.read import Gathered, checked_score, require
from lectern.exports.records import Record, Sheet, read_sheet
from lectern.exports.source import MOST_BYTES, limited

UNGRADED = frozenset({"exempt", "not submitted", "missing", "withdrawn"})
"""Statuses of which a score is not one."""

_ZIP = b"PK\x03\x04"


def read(chunks: Iterable[bytes], most_bytes: int = MOST_BYTES, *, partial: bool = False) -> Imported:
    """All of an archive's results, or of results.csv alone (then points possible are unknown).

    Raises InvalidRequest with every fault's line and column (unless `partial`), and BodyTooLarge; the limit holds while
    unpacking, too.
    """
    data = b"".join(limited(chunks, most_bytes))
    files = unpacked(data, ("results.csv", "lineItems.csv"), most_bytes) if data.startswith(_ZIP) else {}
    if data.startswith(_ZIP) and "results.csv" not in files:
        raise refuse(1, "", "the archive has no results.csv")
    gathered = Gathered()
    items = _line_items(files["lineItems.csv"], most_bytes, gathered) if "lineItems.csv" in files else {}
    sheet = read_sheet([files.get("results.csv", data)], gathered.faults, most_bytes)
    require(sheet, ("lineItemSourcedId", "studentSourcedId", "scoreStatus", "score"))
    for record in sheet.records:
        _add_result(sheet, record, items, gathered)
    return gathered.imported(partial)


def _line_items(data: bytes, most_bytes: int, gathered: Gathered) -> dict[str, Assignment]:
    """Assignments by sourcedId; their id is our question's where the file says it."""
    sheet = read_sheet([data], gathered.faults, most_bytes)
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
    wrong = [(name, "is empty") for name in ("studentSourcedId", "lineItemSourcedId") if not sheet.cell(record, name)]
    if source and items and source not in items:
        wrong.append(("lineItemSourcedId", "is not in lineItems.csv"))
    for column, told in wrong:
        gathered.faults.add(line, column, told)
    if wrong:
        return
    item = items.get(source) or _unlisted(sheet, record, source, gathered)
    score = checked_score(sheet.cell(record, "score"), ".", item.points, line, "score", gathered.faults)
    attempt = checked_score(
        sheet.cell(record, "metadata.attempt"), ".", None, line, "metadata.attempt", gathered.faults
    )
    gathered.students.setdefault((item.section, student), Student(student, section=item.section))
    if score is not None:
        said = sheet.cell(record, "comment"), None if attempt is None else int(attempt)
        at = sheet.cell(record, "dateLastModified")
        mark = Mark(student, item.id, score, *said, at, item.section, line, item.points)
        gathered.add_mark(mark, "studentSourcedId")


def _unlisted(sheet: Sheet, record: Record, source: str, gathered: Gathered) -> Assignment:
    """What a result says of its line item where no list does."""
    identity, section = sheet.cell(record, "metadata.questionId") or source, sheet.cell(record, "classSourcedId")
    return gathered.assignments.setdefault(f"{section}\0{identity}", Assignment(identity, identity, None, section))
