"""Grades into other gradebooks and marks out of them: Canvas, Moodle, OneRoster 1.2 and JSON Lines.

A module is a format, with `write` and `read`; `FORMATS` names them all.
"""

from lectern.exports.formats import FORMATS, Format, export
from lectern.exports.grade import ExportedGrade, exported, last_attempts, settled
from lectern.exports.gradebook import Assignment, Imported, Mark, Student

__all__ = [
    "FORMATS",
    "Assignment",
    "ExportedGrade",
    "Format",
    "Imported",
    "Mark",
    "Student",
    "export",
    "exported",
    "last_attempts",
    "settled",
]
