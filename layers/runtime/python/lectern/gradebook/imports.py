"""Imports of marks: question after question into a class's grades, each mark once in effect.

An import goes on where it was cut short, and one that is done is never done again: what it did is in the table.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from operator import attrgetter
from typing import Any, Literal, NamedTuple

from lectern.errors import Conflict, UnknownObject
from lectern.exports.gradebook import Imported, Mark
from lectern.gradebook import keys
from lectern.gradebook.book import ROUNDS, Gradebook
from lectern.gradebook.documents import Grade
from lectern.gradebook.importing import Fault, Source, Taken, each_once, failed, taken
from lectern.gradebook.items import item_of
from lectern.gradebook.writing import write
from lectern.manifest import Document
from lectern.principal import TEACHERS, Principal, require

MOST_NAMED = 50
"""Faults, and unknown questions, that an import names; the rest are counted."""

NO_CLASS = "the file names no class for it, and the request none for all"


State = Literal["importing", "imported"]


class Asked(NamedTuple):
    """An import by its name, with the format's name; `class_id` is the class of all marks, else the file says it."""

    name: str
    format: str
    class_id: str = ""


class Import(Document):
    """An import: `importing` until all its questions are `done`.

    Every mark of the file is `changed` (a teacher's decision now), the `same` as before, `ignored` (the class has no
    grade of its question at all; `unknown` names such questions) or `failed` (`errors` say why).
    """

    import_id: str
    format: str
    class_id: str
    state: State = "importing"
    by: str
    at: str
    done: int = 0
    changed: int = 0
    same: int = 0
    ignored: int = 0
    failed: int = 0
    unknown: tuple[str, ...] = ()
    errors: tuple[Fault, ...] = ()
    revision: int = 1


class _Group(NamedTuple):
    """The marks for a question of a class."""

    class_id: str
    question_id: str
    marks: list[Mark]


class Imports:
    """The imports of a gradebook. Methods raise StoreUnavailable."""

    def __init__(self, book: Gradebook) -> None:
        self._book = book

    def take(
        self, who: Principal, asked: Asked, read: Callable[[], Imported], more: Callable[[], bool] = lambda: True
    ) -> Import:
        """Take the marks that `read` gives, while `more` says so, but a question's at least; a done import comes back.

        Raises Forbidden, what `read` raises, and Conflict where somebody else goes on at the same time.
        """
        require(who, TEACHERS)
        known = self._known(who.tenant, asked.name)
        if known and known.state == "imported":
            return known
        file = read()
        state, groups = known or self._begun(who, asked, file), _groups(file, asked.class_id)
        for group in groups[state.done :]:
            state = self._step(who, state, group)
            if not more():
                break
        return state if state.done < len(groups) else self._save(who.tenant, state, state="imported")

    def get(self, tenant: str, name: str) -> Import:
        """An import. Raises UnknownObject."""
        known = self._known(tenant, name)
        if known is None:
            raise UnknownObject("There is no such import.")
        return known

    def _known(self, tenant: str, name: str) -> Import | None:
        item = self._book.table.get(*keys.import_key(tenant, name))
        return Import.model_validate_json(item["document"]) if item else None

    def _begun(self, who: Principal, asked: Asked, file: Imported) -> Import:
        begun = Import(
            import_id=asked.name,
            format=asked.format,
            class_id=asked.class_id,
            by=who.subject,
            at=self._book.now(),
            failed=file.faults.count,
            errors=tuple(Fault(loc=tuple(map(str, fault.loc)), msg=fault.msg) for fault in file.faults.errors),
        )
        self._book.table.put(item_of(keys.import_key(who.tenant, begun.import_id), begun, 1), expected=0)
        return begun

    def _step(self, who: Principal, state: Import, group: _Group) -> Import:
        """One question; again where somebody changes its grades at the same time."""
        for _ in range(ROUNDS):
            takings = self._takings(who, state, group)
            revisions = [found.revision for found in takings if found.revision]
            if not write(self._book.table, who.tenant, revisions):
                return self._save(who.tenant, state, **_counted(state, group, takings))
        raise Conflict("Grades are being changed by somebody else at the same time; import the file again.")

    def _takings(self, who: Principal, state: Import, group: _Group) -> list[Taken]:
        """What becomes of each mark; nothing where the class has no grade of the question."""
        if not group.class_id:
            return [failed(mark, NO_CLASS) for mark in group.marks]
        source = Source(f"import {state.import_id}", who.subject, self._book.now(), f"Imported from {state.format}.")
        waiting, takings, there = _by_student(group.marks), list[tuple[Mark, Taken]](), False
        grades = self._book.grades(who.tenant, group.class_id, group.question_id)
        for student, attempts in _attempts(grades):
            there = True
            marks = waiting.pop(student, [])
            takings += [(mark, taken(mark, attempts, source)) for mark in marks]
        missing = [taken(mark, [], source) for marks in waiting.values() for mark in marks]
        return [*each_once(takings), *missing] if there else []

    def _save(self, tenant: str, before: Import, **changes: Any) -> Import:
        saved = before.model_copy(update=changes | {"revision": before.revision + 1})
        key = keys.import_key(tenant, before.import_id)
        self._book.table.put(item_of(key, saved, saved.revision), expected=before.revision)
        return saved


def name_of(who: Principal, *parts: str) -> str:
    """The name of an import: its content's digest and all that was asked of it."""
    return hashlib.sha256("\n".join([who.tenant, *parts]).encode()).hexdigest()[:32]


def _groups(file: Imported, class_id: str) -> list[_Group]:
    """The marks by class and question, in the order of the file."""
    found: dict[tuple[str, str], _Group] = {}
    for mark in file.marks:
        place = class_id or mark.section, mark.assignment_id
        found.setdefault(place, _Group(*place, [])).marks.append(mark)
    return list(found.values())


def _by_student(marks: Iterable[Mark]) -> dict[str, list[Mark]]:
    found: dict[str, list[Mark]] = {}
    for mark in marks:
        found.setdefault(mark.student_id, []).append(mark)
    return found


def _attempts(grades: Iterable[Grade]) -> Iterator[tuple[str, list[Grade]]]:
    """A question's grades student by student, as the gradebook lists them."""
    for student, attempts in groupby(grades, key=attrgetter("student_id")):
        yield student, list(attempts)


def _counted(state: Import, group: _Group, takings: list[Taken]) -> dict[str, Any]:
    effects = [found.effect for found in takings]
    faults = [found.fault for found in takings if found.fault]
    unknown = () if takings else (group.question_id,)
    return {
        "done": state.done + 1,
        "changed": state.changed + effects.count("changed"),
        "same": state.same + effects.count("same"),
        "failed": state.failed + effects.count("failed"),
        "ignored": state.ignored + len(group.marks) - len(takings),
        "unknown": (*state.unknown, *unknown)[:MOST_NAMED],
        "errors": (*state.errors, *faults)[:MOST_NAMED],
    }
