"""A release as an attacker meets it: texts in, a verdict out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from functions.grading.schemas import GradeRequest, Label
from functions.grading.task import encode, postprocess
from lectern.calibration import review_threshold
from lectern.manifest import DEFAULT_ERROR_BUDGET, Calibration
from lectern.model import LoadedModel


@dataclass(frozen=True)
class Verdict:
    """What the grader says of an answer.

    `correct` is the probability of that label; `reviewed`, whether a person looks at it; `warned`, whether there is a
    warning; `unsure`, whether a person would look at it without one.
    """

    label: Label
    correct: float
    reviewed: bool
    warned: bool
    unsure: bool

    @property
    def passed(self) -> bool:
        """Whether the answer is marked correct and nobody looks at it."""
        return self.label == "correct" and not self.reviewed


Grader = Callable[[str, Sequence[str], str], Verdict]
"""(question, references, answer) → the verdict."""


def grader_of(model: LoadedModel, calibration: Calibration) -> Grader:
    """The grading function over this model, with a calibration that may be another release's."""
    threshold = review_threshold(calibration, DEFAULT_ERROR_BUDGET)
    manifest = model.release.manifest.model_copy(update={"calibration": calibration})

    def grade(question: str, references: Sequence[str], answer: str) -> Verdict:
        request = GradeRequest(question=question, references=list(references), answer=answer)
        rows = encode(request, model.tokenizer, manifest)
        found = postprocess(request, rows, [model.infer(row) for row in rows], manifest)
        return Verdict(
            found["label"],
            found["probabilities"]["correct"],
            reviewed=found["needs_review"],
            warned=bool(found.get("warnings")),
            unsure=found["confidence"] < threshold,
        )

    return grade
