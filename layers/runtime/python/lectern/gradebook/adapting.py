"""A teacher's decisions on a question, as the grades that the question's pack is fitted to."""

from itertools import chain

from lectern.errors import UnknownObject
from lectern.gradebook.book import Gradebook
from lectern.gradebook.documents import Grade, Question
from lectern.gradebook.grading import on_scale
from lectern.manifest import Document
from lectern.packs.request import MOST_GRADES, PackRequest
from lectern.validation import validate


class Given(Document):
    """An answer and the points that a teacher gave it."""

    answer: str
    score: float


class Decisions(Document):
    """What teachers gave for a question, latest first, as PUT /v1/questions/{id}/pack takes it but for `left_out`:
    grades on another scale than the question has now, and those beyond the most that a pack takes.
    """

    question: str
    references: tuple[str, ...]
    max_score: float
    step: float | None
    grades: tuple[Given, ...]
    left_out: int = 0

    def request(self) -> PackRequest:
        """The request to fit the pack. Raises InvalidRequest, as for too few grades or all alike."""
        return validate(PackRequest, self.model_dump(exclude={"left_out"}) | _lists(self))


def decisions(book: Gradebook, tenant: str, question_id: str, class_id: str = "") -> Decisions:
    """The decisions on a question in a class, or in all of the tenant's.

    Text and scale are the question bank's, else those of the latest decision. Raises UnknownObject where there is
    neither.
    """
    classes = [class_id] if class_id else list(book.bank.all_classes(tenant))
    grades = chain.from_iterable(book.grades(tenant, name, question_id) for name in classes)
    decided = sorted((grade for grade in grades if grade.decision), key=_decided_at, reverse=True)
    asked = _question(book, tenant, question_id, decided)
    fitting = [grade for grade in decided if _fits(grade, asked)][:MOST_GRADES]
    return Decisions(
        **asked.model_dump(include={"question", "references", "max_score", "step"}),
        grades=tuple(Given(answer=grade.answer, score=grade.score) for grade in fitting),
        left_out=len(decided) - len(fitting),
    )


def _question(book: Gradebook, tenant: str, question_id: str, decided: list[Grade]) -> Question:
    try:
        return book.bank.get_question(tenant, question_id)
    except UnknownObject:
        if not decided:
            raise
    names = ("question", "references", "max_score", "step")
    return Question(**{name: getattr(decided[0], name) for name in names})


def _fits(grade: Grade, asked: Question) -> bool:
    stepped = grade.model_copy(update={"step": asked.step})
    return grade.max_score == asked.max_score and on_scale(grade.score, stepped)


def _decided_at(grade: Grade) -> tuple[str, object]:
    return grade.decision.at if grade.decision else "", grade.place


def _lists(made: Decisions) -> dict[str, object]:
    grades = [grade.model_dump() for grade in made.grades]
    return {"references": list(made.references), "grades": grades}
