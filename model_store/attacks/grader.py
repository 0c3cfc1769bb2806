"""A release as an attacker meets it: texts in, a verdict out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from functions.grading.schemas import GradeRequest, Label
from functions.grading.task import encode, postprocess
from lectern.manifest import Calibration
from lectern.model import LoadedModel


@dataclass(frozen=True)
class Verdict:
    """What the grader says of an answer; `correct` is the probability of that label."""

    label: Label
    correct: float
    reviewed: bool
    warned: bool

    @property
    def passed(self) -> bool:
        """Whether the answer is marked correct and nobody looks at it."""
        return self.label == "correct" and not self.reviewed


Grader = Callable[[str, Sequence[str], str], Verdict]
"""(question, references, answer) → the verdict."""


def grader_of(model: LoadedModel, calibration: Calibration) -> Grader:
    """The grading function over this model, with a calibration that may be another release's."""
    manifest = model.release.manifest.model_copy(update={"calibration": calibration})

    def grade(question: str, references: Sequence[str], answer: str) -> Verdict:
        request = GradeRequest(question=question, references=list(references), answer=answer)
        rows = encode(request, model.tokenizer, manifest)
        found = postprocess(request, rows, [model.infer(row) for row in rows], manifest)
        reviewed, warned = found["needs_review"], bool(found.get("warnings"))
        return Verdict(found["label"], found["probabilities"]["correct"], reviewed, warned)

    return grade
