"""The gradebook: grades are recorded, read and listed; every change is a revision, and history keeps each whole."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import NamedTuple

from lectern.errors import Conflict, UnknownObject
from lectern.gradebook import keys
from lectern.gradebook.bank import Bank
from lectern.gradebook.deciding import Choice, Ruling, sort_out
from lectern.gradebook.documents import Event, Grade
from lectern.gradebook.items import grade_of
from lectern.gradebook.keys import Place
from lectern.gradebook.listing import GradePage, Wanted, page, revisions
from lectern.gradebook.recording import latest, successor
from lectern.gradebook.writing import read, write
from lectern.principal import TEACHERS, Principal, require
from lectern.settings import settings
from lectern.table import Table, open_table

Clock = Callable[[], datetime]

ROUNDS = 5
"""How often a grade that somebody else keeps changing is tried."""


class Recorded(NamedTuple):
    """Of the grades handed in: `new` ones count now; for `kept` ones a teacher's decision does, which stands; with the
    `same` ones nothing had to be done.
    """

    new: int = 0
    same: int = 0
    kept: int = 0


class Decided(NamedTuple):
    """The grades as decided, and where somebody else was first."""

    grades: list[Grade]
    conflicts: list[Place]


class Gradebook:
    """The gradebook of a table. Every method raises StoreUnavailable."""

    def __init__(self, table: Table, clock: Clock = lambda: datetime.now(UTC)) -> None:
        self.table, self.bank, self._clock = table, Bank(table), clock
        self._noticed: set[tuple[str, str]] = set()

    def now(self) -> str:
        """The time of an event."""
        return self._clock().astimezone(UTC).isoformat(timespec="seconds")

    def record(self, tenant: str, grades: Sequence[Grade]) -> Recorded:
        """Record what a job graded, each grade once in effect: to do it again changes nothing.

        Some hundreds at a time are fast. Raises Conflict where others keep changing the same grades, StoreUnavailable;
        either way what was written is whole, and recording all again does what is left.
        """
        self._notice({(tenant, grade.class_id) for grade in grades})
        waiting, counted = latest(grades), Recorded()
        for _ in range(ROUNDS):
            waiting, written = self._round(tenant, waiting)
            kept = sum(grade.decision is not None for grade in written)
            counted = Recorded(counted.new + len(written) - kept, 0, counted.kept + kept)
            if not waiting:
                return counted._replace(same=len(grades) - counted.new - counted.kept)
        raise Conflict(f"{len(waiting)} grades are being changed by somebody else at the same time.")

    def get(self, tenant: str, place: Place) -> Grade:
        """The grade that counts. Raises UnknownObject."""
        item = self.table.get(*keys.grade_key(tenant, place))
        if item is None:
            raise UnknownObject("There is no such grade.")
        return grade_of(item)

    def history(self, tenant: str, place: Place) -> list[Grade]:
        """All revisions of a grade, the first one first. Raises UnknownObject."""
        found, cursor = list[Grade](), None
        while True:
            part = self.revisions(tenant, place, cursor=cursor)
            found, cursor = [*found, *part.grades], part.cursor
            if cursor is None:
                return found

    def revisions(self, tenant: str, place: Place, limit: int = 50, cursor: str | None = None) -> GradePage:
        """A page of a grade's revisions. Raises UnknownObject, and InvalidRequest for a cursor that is none."""
        found = revisions(self.table, tenant, place, limit, cursor)
        if not found.grades:
            raise UnknownObject("There is no such grade.")
        return found

    def grades(self, tenant: str, class_id: str, question_id: str = "") -> Iterator[Grade]:
        """All grades of a class, or of a question in it, by question, student and attempt."""
        prefix = keys.by_question(question_id) if question_id else keys.GRADES
        return map(grade_of, self.table.all(keys.book_pk(tenant, class_id), prefix))

    def page(self, tenant: str, wanted: Wanted, limit: int = 50, cursor: str | None = None) -> GradePage:
        """A page of the grades wanted, at most `limit`. Raises InvalidRequest for a cursor that is none."""
        return page(self.table, tenant, wanted, limit, cursor)

    def decide(self, who: Principal, choices: Sequence[Choice], ruling: Ruling) -> Decided:
        """A teacher's ruling on grades as the teacher saw them; those that changed since come back as conflicts.

        The same request again finds its work done. Raises Forbidden; UnknownObject and InvalidRequest before anything
        is written.
        """
        require(who, TEACHERS)
        current = read(self.table, who.tenant, {choice.place for choice in choices})
        if any(choice.place not in current for choice in choices):
            raise UnknownObject("There is no such grade.")
        sorted_out = sort_out(current, choices, ruling, who.subject, self.now())
        refused = {grade.place for grade in write(self.table, who.tenant, sorted_out.ruled)}
        written = [grade for grade in sorted_out.ruled if grade.place not in refused]
        return Decided([*sorted_out.done, *written], [*sorted_out.late, *refused])

    def decide_one(self, who: Principal, choice: Choice, ruling: Ruling) -> Grade:
        """As `decide`. Raises Conflict too."""
        decided = self.decide(who, [choice], ruling)
        if decided.conflicts:
            raise Conflict("The grade has changed since it was read; read it again.")
        return decided.grades[0]

    def _notice(self, classes: set[tuple[str, str]]) -> None:
        for tenant, class_id in sorted(classes - self._noticed):
            self.bank.notice(tenant, class_id)
        self._noticed |= classes

    def _round(self, tenant: str, grades: dict[Place, Grade]) -> tuple[dict[Place, Grade], list[Grade]]:
        """Write what changes something; returns what was refused and what was written."""
        current = read(self.table, tenant, grades)
        revisions = [self._successor(grade, current.get(place)) for place, grade in grades.items()]
        wanted = [revision for revision in revisions if revision]
        refused = {grade.place for grade in write(self.table, tenant, wanted)}
        written = [grade for grade in wanted if grade.place not in refused]
        return {place: grades[place] for place in refused}, written

    def _successor(self, grade: Grade, current: Grade | None) -> Grade | None:
        event = Event(kind="graded", by=f"job {grade.job_id}", at=self.now())
        return successor(grade, current, event)


@cache
def shared() -> Gradebook:
    """The gradebook that this process's settings name. Raises StoreUnavailable where they name none."""
    return Gradebook(open_table(settings().table, settings().store_timeout_seconds))
