"""Pages of grades: of a class, of a question in it, or of a student."""

import json
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from lectern.gradebook import keys
from lectern.gradebook.documents import Grade
from lectern.gradebook.items import grade_of
from lectern.table import Item, Table, cursor_after

MOST_BYTES = 4_000_000
"""Of a page's grades as JSON in ASCII; a function answers with at most 6 MB."""


class Wanted(NamedTuple):
    """Which grades; what is empty does not matter."""

    class_id: str
    question_id: str = ""
    student_id: str = ""
    status: str = ""


class GradePage(NamedTuple):
    """Grades in order; `cursor` goes on after the last one, None at the end."""

    grades: list[Grade]
    cursor: str | None = None


def page(table: Table, tenant: str, wanted: Wanted, limit: int, cursor: str | None = None) -> GradePage:
    """At most `limit` grades by question, student and attempt. Raises InvalidRequest for a cursor that is none."""
    return _page(_items(table, tenant, wanted, limit, cursor), limit, wanted.status)


def revisions(table: Table, tenant: str, place: keys.Place, limit: int, cursor: str | None = None) -> GradePage:
    """At most `limit` revisions of a grade, the first one first. Raises InvalidRequest for a cursor that is none."""
    pk = keys.book_pk(tenant, place.class_id)
    return _page(_from(table, pk, keys.history_prefix(place), limit + 1, cursor), limit)


def _page(items: Iterable[Item], limit: int, status: str = "") -> GradePage:
    last, size, grades = Item(), 0, list[Grade]()
    for item in items:
        grade = grade_of(item)
        if status and grade.status != status:
            continue
        size += len(json.dumps(item["document"]))
        if len(grades) == limit or (grades and size > MOST_BYTES):
            return GradePage(grades, cursor_after(last))
        grades.append(grade)
        last = item
    return GradePage(grades)


def _items(table: Table, tenant: str, wanted: Wanted, limit: int, cursor: str | None) -> Iterator[Item]:
    pk = keys.book_pk(tenant, wanted.class_id)
    if wanted.student_id:
        question = f"{keys.part(wanted.question_id)}#" if wanted.question_id else ""
        return _newest(_from(table, pk, keys.by_student(wanted.student_id) + question, None, cursor))
    prefix = keys.by_question(wanted.question_id) if wanted.question_id else keys.GRADES
    return _from(table, pk, prefix, None if wanted.status else limit + 1, cursor)


def _from(table: Table, pk: str, prefix: str, size: int | None, cursor: str | None) -> Iterator[Item]:
    while True:
        found = table.query(pk, prefix, limit=size, cursor=cursor)
        yield from found.items
        cursor = found.cursor
        if cursor is None:
            return


def _newest(revisions: Iterable[Item]) -> Iterator[Item]:
    """Of each grade's revisions, in their order, the last one."""
    for item, following in pairwise([*revisions, Item(sk="")]):
        if item["sk"].rpartition("#")[0] != following["sk"].rpartition("#")[0]:
            yield item
