"""What the routes of exports and reports do."""

from collections.abc import Iterator
from typing import Any

from functions.gradebook.incoming import book, named
from functions.gradebook.schemas import ExportRequest
from lectern.errors import UnknownObject
from lectern.exports import ExportedGrade
from lectern.exports.formats import FORMATS, export
from lectern.exports.grade import exported
from lectern.exports.oneroster import Roster
from lectern.gradebook import Class
from lectern.http.api import Asked, Raw
from lectern.reports import Tally
from lectern.reports.figures import Figures, figures
from lectern.reports.listing import figures_csv
from lectern.reports.page import page
from lectern.reports.row import from_grade
from lectern.validation import validate

MEDIA_TYPES = tuple(sorted({known.media_type for known in FORMATS.values()}))


def post_export(asked: Asked) -> Raw:
    """A class's grades as another gradebook takes them. Raises InvalidRequest for what a format does not know."""
    request = validate(ExportRequest, asked.body)
    options: dict[str, Any] = {"identifier": request.identifier} if request.identifier else {}
    if request.roster:
        options |= {"roster": Roster(**request.roster.model_dump())}
    found = export(
        request.format,
        _exported(asked.tenant, request.class_id, request.question_id or ""),
        confident_count=_class(asked.tenant, request.class_id).approve_confident,
        everything=request.everything,
        **options,
    )
    chosen = FORMATS[request.format]
    return Raw(b"".join(found), chosen.media_type, chosen.file_name)


def get_report(asked: Asked) -> Raw:
    """A class's report, as a page to read and print."""
    class_id = named(asked, "class_id")
    name = _class(asked.tenant, class_id).name or class_id
    return Raw(
        page(name, _figures(asked.tenant, class_id), "class").encode(errors="replace"), "text/html; charset=utf-8"
    )


def get_figures(asked: Asked) -> Raw:
    """The figures of a class's report, as CSV."""
    found = b"".join(figures_csv(_figures(asked.tenant, named(asked, "class_id"))))
    return Raw(found, "text/csv; charset=utf-8", "figures.csv")


def _class(tenant: str, class_id: str) -> Class:
    try:
        return book().bank.get_class(tenant, class_id)
    except UnknownObject:
        return Class()


def _exported(tenant: str, class_id: str, question_id: str) -> Iterator[ExportedGrade]:
    return (exported(grade) for grade in book().grades(tenant, class_id, question_id))


def _figures(tenant: str, class_id: str) -> Figures:
    tally = Tally()
    for grade in book().grades(tenant, class_id):
        tally.add(from_grade(grade))
    return figures(tally)
