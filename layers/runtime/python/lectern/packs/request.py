"""What PUT /v1/questions/{id}/pack takes: a teacher's grades of one question."""

from typing import Self

from pydantic import BaseModel, Field, model_validator

from lectern.schemas import Request
from lectern.text import Text, VisibleText, is_blank

LEAST_GRADES, MOST_GRADES = 10, 2000

LONGEST_ID = 200


class Graded(BaseModel):
    """An answer and the score that the teacher gave it."""

    model_config = Request.model_config

    answer: Text
    score: float = Field(ge=0, allow_inf_nan=False)


class PackRequest(Request):
    """A question as /v1/grade takes it, and what the teacher gave to some answers."""

    question: VisibleText
    references: list[VisibleText] = Field(min_length=1, max_length=20)
    max_score: float = Field(default=1.0, ge=0.01, le=1_000_000, allow_inf_nan=False)
    step: float | None = Field(default=None, gt=0, allow_inf_nan=False, description="Scores are multiples of this.")
    grades: list[Graded] = Field(min_length=LEAST_GRADES, max_length=MOST_GRADES)

    @model_validator(mode="after")
    def _grades_fit_the_scale(self) -> Self:
        for number, grade in enumerate(self.grades):
            if grade.score > self.max_score:
                raise ValueError(f"grades.{number}.score is over max_score")
            if self.step and abs(grade.score / self.step - round(grade.score / self.step)) > 1e-6:
                raise ValueError(f"grades.{number}.score is no multiple of step")
        return self

    @model_validator(mode="after")
    def _grades_say_something(self) -> Self:
        given = self.by_answer()
        if len(given) < LEAST_GRADES:
            raise ValueError(f"grades: there are {len(given)} different answers with text; {LEAST_GRADES} are needed")
        if max(given.values()) - min(given.values()) < 1e-9:
            raise ValueError("grades: all scores are the same; a pack needs answers that differ")
        return self

    def by_answer(self) -> dict[str, float]:
        """The mean score of each different answer that has text, so that a copied answer counts once."""
        given: dict[str, list[float]] = {}
        for grade in self.grades:
            if not is_blank(grade.answer):
                given.setdefault(" ".join(grade.answer.split()), []).append(grade.score)
        return {answer: sum(scores) / len(scores) for answer, scores in given.items()}
