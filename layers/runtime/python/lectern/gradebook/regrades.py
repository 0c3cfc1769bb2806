"""Regrades: a preview that shows who gains and who loses, and its application, which keeps history.

Both go on where they were cut short: what is done is in the table, and doing it again changes nothing.
"""

import hashlib
import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any, get_args

from lectern.errors import Conflict, UnknownObject
from lectern.gradebook import keys
from lectern.gradebook.book import Gradebook
from lectern.gradebook.documents import Event, Grade, Question
from lectern.gradebook.items import grade_of, item_of
from lectern.gradebook.keys import Place
from lectern.gradebook.listing import Wanted
from lectern.gradebook.recording import was_here
from lectern.gradebook.regrading import FIRST, Change, Changes, Effect, Regrade, RegradeRequest, change
from lectern.gradebook.regrading import item_of as asked
from lectern.gradebook.writing import put_all, read, write
from lectern.principal import TEACHERS, Principal, require
from lectern.table import cursor_after

Grader = Callable[[Principal, list[dict[str, Any]]], list[dict[str, Any]]]
"""Items → results, as lectern.items has them, in the same order."""

CHUNK = 50


class Regrades:
    """The regrades of a gradebook. Methods raise Forbidden for others than teachers, and StoreUnavailable."""

    def __init__(self, book: Gradebook, grader: Grader) -> None:
        self._book, self._table, self._grader = book, book.table, grader

    def preview(
        self, who: Principal, request: RegradeRequest, name: str, more: Callable[[], bool] = lambda: True
    ) -> Regrade:
        """Grade again without changing a grade, while `more` says so; the same name goes on where it was.

        Raises Conflict for a name that stands for another request, or where somebody else goes on at the same time.
        """
        require(who, TEACHERS)
        regrade = self._begun(who, request, name)
        while regrade.state == "previewing" and more():
            regrade = self._step(who, regrade)
        return regrade

    def get(self, tenant: str, name: str) -> Regrade:
        """A regrade. Raises UnknownObject."""
        item = self._table.get(*keys.regrade_key(tenant, name))
        if item is None:
            raise UnknownObject("There is no such regrade.")
        return Regrade.model_validate_json(item["document"])

    def changes(self, tenant: str, name: str, limit: int = 50, cursor: str | None = None) -> Changes:
        """A page of what the preview found. Raises InvalidRequest for a cursor that is none."""
        found = self._table.query(keys.changes_pk(tenant, name), limit=limit + 1, cursor=cursor)
        items = found.items[:limit]
        onward = cursor_after(items[-1]) if len(found.items) > limit else found.cursor
        return Changes([Change.model_validate_json(item["document"]) for item in items], onward)

    def apply(self, who: Principal, name: str) -> Regrade:
        """Write what the preview found. Raises Conflict where the preview is not ready, or grades changed since it."""
        require(who, TEACHERS)
        regrade = self.get(who.tenant, name)
        if regrade.state == "previewing":
            raise Conflict("The preview is not complete; ask for it again, and it goes on.")
        if regrade.state == "ready":
            self._check(who.tenant, name)
            regrade = self._save(who.tenant, regrade, state="applying")
        if regrade.state == "applying":
            left = sum(self._write(who, regrade, part) for part in self._parts(who.tenant, name))
            regrade = self._save(who.tenant, regrade, state="applied", left=left)
        return regrade

    def _begun(self, who: Principal, request: RegradeRequest, name: str) -> Regrade:
        try:
            known = self.get(who.tenant, name)
        except UnknownObject:
            regrade = Regrade(id=name, request=request, by=who.subject, at=self._book.now())
            self._table.put(item_of(keys.regrade_key(who.tenant, name), regrade, 1), expected=0)
            return regrade
        if known.request != request:
            raise Conflict("This Idempotency-Key belongs to another regrade.")
        return known

    def _step(self, who: Principal, regrade: Regrade) -> Regrade:
        request = regrade.request
        wanted = Wanted(request.class_id, request.question_id or "", request.student_id or "")
        page = self._book.page(who.tenant, wanted, CHUNK, regrade.cursor)
        changes = self._graded(who, regrade, page.grades)
        names = (keys.change_key(who.tenant, regrade.id, number) for number in itertools.count(regrade.done))
        put_all(self._table, [item_of(key, found, 1) for key, found in zip(names, changes, strict=False)])
        counts = {name: sum(found.effect == name for found in changes) for name in get_args(Effect)}
        counted = {name: getattr(regrade, name) + count for name, count in counts.items()}
        state = "previewing" if page.cursor else "ready"
        done = regrade.done + len(changes)
        return self._save(who.tenant, regrade, state=state, cursor=page.cursor, done=done, **counted)

    def _graded(self, who: Principal, regrade: Regrade, grades: Sequence[Grade]) -> list[Change]:
        if not grades:
            return []
        request = regrade.request
        versions = self._versions(who.tenant, request, grades)
        bank = self._questions(who.tenant, grades) if request.bank else {}
        items = [asked(grade, bank.get(grade.question_id), versions.get(grade.place)) for grade in grades]
        results = self._grader(who, items)
        triples = zip(grades, items, results, strict=True)
        return [change(who.tenant, regrade.id, *triple, request.discard_decisions) for triple in triples]

    def _versions(self, tenant: str, request: RegradeRequest, grades: Sequence[Grade]) -> dict[Place, str]:
        if request.version != FIRST:
            return {grade.place: request.version for grade in grades if request.version}
        firsts = self._table.get_many([keys.history_key(tenant, grade.place, 1) for grade in grades])
        return {grade.place: grade.machine.model.version for grade in map(grade_of, firsts)}

    def _questions(self, tenant: str, grades: Sequence[Grade]) -> dict[str, Question]:
        found = {}
        for question_id in {grade.question_id for grade in grades}:
            try:
                found[question_id] = self._book.bank.get_question(tenant, question_id)
            except UnknownObject:
                continue
        return found

    def _check(self, tenant: str, name: str) -> None:
        changed = sum(
            current is None or (current.revision != wanted.revision - 1 and not _is_there(wanted, current))
            for part in self._parts(tenant, name)
            for wanted, current in self._pairs(tenant, part)
        )
        if changed:
            raise Conflict(f"{changed} grades have changed since the preview; make another one.")

    def _write(self, who: Principal, regrade: Regrade, part: Sequence[Grade]) -> int:
        """Write revisions that are not there yet; returns how many had to be left."""
        event = Event(kind="regraded", by=who.subject, at=self._book.now(), reason=regrade.request.reason)
        pairs = self._pairs(who.tenant, part)
        missing = [wanted for wanted, current in pairs if current is None or not _is_there(wanted, current)]
        return len(write(self._table, who.tenant, [grade.model_copy(update={"event": event}) for grade in missing]))

    def _pairs(self, tenant: str, part: Sequence[Grade]) -> list[tuple[Grade, Grade | None]]:
        current = read(self._table, tenant, [grade.place for grade in part])
        return [(grade, current.get(grade.place)) for grade in part]

    def _parts(self, tenant: str, name: str) -> Iterator[list[Grade]]:
        found = (
            Change.model_validate_json(item["document"]) for item in self._table.all(keys.changes_pk(tenant, name))
        )
        wanted = (change.grade for change in found if change.grade)
        while part := list(itertools.islice(wanted, CHUNK)):
            yield part

    def _save(self, tenant: str, regrade: Regrade, **changes: Any) -> Regrade:
        saved = regrade.model_copy(update=changes | {"revision": regrade.revision + 1})
        self._table.put(item_of(keys.regrade_key(tenant, regrade.id), saved, saved.revision), expected=regrade.revision)
        return saved


def name_of(who: Principal, idempotency_key: str) -> str:
    """The name of the regrade that a key stands for."""
    return hashlib.sha256(f"{who.subject}\n{idempotency_key}".encode()).hexdigest()[:32]


def _is_there(wanted: Grade, current: Grade) -> bool:
    """Whether a revision is written already, and perhaps others after it."""
    return current.revision >= wanted.revision and was_here(wanted, current)
