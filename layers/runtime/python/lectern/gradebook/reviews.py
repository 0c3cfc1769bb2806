"""The review queue: what waits for a teacher, in groups that one decision grades, the most valuable first."""

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from lectern.errors import Conflict, FieldError, InvalidRequest
from lectern.gradebook.book import Decided, Gradebook
from lectern.gradebook.deciding import Choice, Ruling
from lectern.gradebook.documents import Grade
from lectern.gradebook.grading import value
from lectern.gradebook.items import grade_of
from lectern.gradebook.keys import Place, grade_id, queue_pk
from lectern.principal import Principal


@dataclass(frozen=True)
class Group:
    """Grades of the same answer to the same question. `id` stands for these grades in these revisions."""

    id: str
    value: float
    grades: tuple[Grade, ...]

    @property
    def wordings(self) -> tuple[str, ...]:
        """The different answers, the commonest first."""
        answers = [grade.answer for grade in self.grades]
        return tuple(sorted(set(answers), key=lambda answer: (-answers.count(answer), answer)))

    @property
    def rank(self) -> tuple[float, Place]:
        """Where it stands in the queue, whatever leaves the queue in between."""
        return -self.value, self.grades[0].place

    @property
    def cursor(self) -> str:
        """With which a list goes on after it."""
        return base64.urlsafe_b64encode(json.dumps(self.rank).encode()).decode()


def queue(book: Gradebook, tenant: str, class_id: str, question_id: str = "") -> list[Group]:
    """The groups that wait in a class, or for a question of it. What a group is worth is the sum over its grades of how
    unsure the grader is, so that a common answer comes before a rare one.
    """
    waiting = map(grade_of, book.table.all(queue_pk(tenant, class_id), indexed=True))
    wanted = [grade for grade in waiting if question_id in ("", grade.question_id)]
    return sorted(map(_group, _alike(wanted)), key=lambda group: group.rank)


def after(queued: Iterable[Group], cursor: str) -> Iterator[Group]:
    """The groups of a queue that come after a cursor. Raises InvalidRequest for a cursor that is none."""
    try:
        value, (class_id, question, student, attempt) = json.loads(base64.urlsafe_b64decode(cursor))
        rank = float(value), Place(str(class_id), str(question), str(student), int(attempt))
    except (ValueError, TypeError) as error:
        raise InvalidRequest(
            "The cursor is none of this list's.", (FieldError(("cursor",), "is not of this list"),)
        ) from error
    return (group for group in queued if group.rank > rank)


def decide_group(
    book: Gradebook, who: Principal, class_id: str, question_id: str, group_id: str, ruling: Ruling
) -> Decided:
    """One ruling for all grades of a group as the teacher saw it.

    Raises Conflict where the group is no longer what it was, and what Gradebook.decide raises.
    """
    for group in queue(book, who.tenant, class_id, question_id):
        if group.id == group_id:
            return book.decide(who, [Choice(grade.place, grade.revision) for grade in group.grades], ruling)
    raise Conflict("The group has changed since it was read, or is decided; read the queue again.")


def _alike(grades: Iterable[Grade]) -> Iterator[list[Grade]]:
    """The grades in groups; the grader must say the same of all in one."""
    from lectern.gradebook.similar import groups  # numpy, for those who read the queue

    for same in _together(grades):
        for members in groups([grade.answer for grade in same]):
            by_label: dict[str, list[Grade]] = {}
            for number in members:
                by_label.setdefault(same[number].machine.label, []).append(same[number])
            yield from by_label.values()


def _together(grades: Iterable[Grade]) -> list[list[Grade]]:
    """The grades that were asked the same, each list by place."""
    asked: dict[tuple[object, ...], list[Grade]] = {}
    for grade in sorted(grades, key=lambda grade: grade.place):
        question = (grade.question_id, grade.question, grade.references, grade.max_score, grade.step)
        asked.setdefault(question, []).append(grade)
    return list(asked.values())


def _group(grades: Sequence[Grade]) -> Group:
    names = "\n".join(f"{grade_id(grade.place)} {grade.revision}" for grade in grades)
    worth = sum(value(grade.machine, grade.sampled) for grade in grades)
    return Group(hashlib.sha256(names.encode()).hexdigest()[:32], round(worth, 6), tuple(grades))
