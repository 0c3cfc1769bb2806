"""Teachers' overrides as training rows: what a teacher corrected, with consent, and without the student.

Both files are JSON lines. docs/overrides.md has the fields; a row is built from those it needs, so that nothing else
of an override (student, teacher, reason) gets into training data by being forgotten.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from functions.grading.schemas import Label
from lectern.text import VisibleText
from model_store.errors import DataError
from model_store.recipes.data import Example

TRAINING = "training"
"""The scope of consent that a row needs."""

_OPEN = ConfigDict(extra="ignore", frozen=True, allow_inf_nan=False)


class Consent(BaseModel):
    """Who allowed what with the answer, and when."""

    model_config = _OPEN
    given_by: str = Field(min_length=1)
    at: str = Field(min_length=1)
    scope: str = Field(min_length=1)


class Override(BaseModel):
    """The part of an override record that training needs."""

    model_config = _OPEN
    question_id: str = Field(min_length=1)
    question: VisibleText
    references: list[VisibleText] = Field(min_length=1)
    answer: str
    max_score: float = Field(gt=0)
    grader_score: float = Field(ge=0)
    teacher_score: float = Field(ge=0)
    teacher_label: Label | None = None
    consent: Consent | None = None

    @model_validator(mode="after")
    def _score_fits_the_scale(self) -> Self:
        if self.teacher_score > self.max_score:
            raise ValueError("teacher_score is above max_score")
        return self


class TrainingRow(BaseModel):
    """One answer with a teacher's mark; `credit` is the share of the points."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
    question_id: str
    question: str
    references: list[str]
    answer: str
    label: Label
    credit: float = Field(ge=0, le=1)
    consent: Consent


@dataclass(frozen=True)
class Export:
    """The rows, how many records lack consent to training, and what is wrong with which line."""

    rows: tuple[TrainingRow, ...]
    without_consent: int
    faults: tuple[str, ...]


def export(lines: Iterable[str]) -> Export:
    """Override records, one per line, as training rows; no fault stops the others."""
    rows, faults, without_consent = [], [], 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            override = Override.model_validate_json(line)
        except ValidationError as error:
            faults.append(f"line {number}: {_told(error)}")
            continue
        if override.consent is None or override.consent.scope != TRAINING:
            without_consent += 1
        else:
            rows.append(_row(override, override.consent))
    return Export(tuple(rows), without_consent, tuple(faults))


def read_rows(path: Path) -> Iterator[Example]:
    """Training rows as examples of the corpus `overrides`. Raises DataError, which names the line, and OSError."""
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        try:
            row = TrainingRow.model_validate_json(line)
        except ValidationError as error:
            raise DataError(f"{path.name}, line {number}: {_told(error)}") from error
        yield Example("overrides", "train", row.question_id, row.question, tuple(row.references), row.answer, row.label)


def as_json_lines(rows: Iterable[TrainingRow]) -> str:
    """Rows as text."""
    return "".join(json.dumps(row.model_dump(mode="json"), ensure_ascii=False) + "\n" for row in rows)


def _row(override: Override, consent: Consent) -> TrainingRow:
    """The label is the teacher's; where there are only points, from half of them on the answer counts as correct."""
    credit = override.teacher_score / override.max_score
    fields: dict[str, Any] = override.model_dump(include={"question_id", "question", "references", "answer"})
    label = override.teacher_label or ("correct" if credit >= 0.5 else "incorrect")
    return TrainingRow(**fields, label=label, credit=credit, consent=consent)


def _told(error: ValidationError) -> str:
    """The faults without the values: they may hold an answer."""
    faults = error.errors(include_input=False, include_url=False)
    return "; ".join(f"{'.'.join(map(str, fault['loc'])) or 'record'}: {fault['msg']}" for fault in faults)
