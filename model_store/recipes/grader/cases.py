"""What the grader's parts learn from: answers with a label or with points, and attacks on them."""

import dataclasses
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from functions.grading.rows import nearest
from lectern.normalise import normalise
from model_store.attacks.augment import augmented
from model_store.recipes.data import Example, read_rows, read_semeval
from model_store.recipes.grader.folds import kept

DATA = (
    {"name": "SemEval-2013 Task 7 (Beetle, SciEntsBank), train", "licence": "CC BY-SA 3.0"},
    {"name": "Mohler et al. (2011), Texas short answers; for points alone", "licence": "not stated: research data"},
)
"""What the grader learns from."""


@dataclass(frozen=True)
class Case:
    """An answer beside one reference, as the model reads them. `label` is None for answers marked in points alone."""

    question_id: str
    module: str
    split: str
    question: str
    references: tuple[str, ...]
    answer: str
    label: str | None
    credit: float
    finer: str = ""
    attack: bool = False

    @property
    def reference(self) -> str:
        """The reference that grading takes."""
        return self.references[nearest(self.references, self.answer)]


def semeval_cases(folder: Path) -> list[Case]:
    """SemEval-2013's answers. Raises as read_semeval."""
    return [_case(example) for example in read_semeval(folder)]


def attack_cases(folder: Path, seed: int) -> list[Case]:
    """Attacks on the training part's answers, each with the label that its text deserves."""
    examples = [example for example in read_semeval(folder) if example.split == "train"]
    return [dataclasses.replace(_case(e), finer="", attack=True) for e in augmented(examples, seed)]


def mohler_cases(folder: Path) -> Iterator[Case]:
    """Mohler et al. (2011): answers with 0 to 5 points."""
    fields = ("qid", "question", "reference", "answer", "score")
    for row in read_rows(folder / "mohler.jsonl.gz", fields):
        texts = (normalise(row[name]).text for name in ("question", "reference", "answer"))
        question, reference, answer = texts
        yield Case(f"mohler/{row['qid']}", "mohler", "train", question, (reference,), answer, None, row["score"] / 5)


def held_out(case: Case, fold: int | None) -> str:
    """Why a fold keeps this case from training (`folds.kept`)."""
    return kept(case.question_id, case.module, fold)


def _case(example: Example) -> Case:
    references = tuple(normalise(reference).text for reference in example.references)
    return Case(
        f"{example.corpus}/{example.question_id}",
        f"{example.corpus}/{example.module}",
        example.split,
        normalise(example.question).text,
        references,
        normalise(example.answer).text,
        example.label,
        _credit(example),
        example.finer,
    )


def _credit(example: Example) -> float:
    """1 for a right answer, half for one that is right in part, which Beetle alone tells, 0 for others."""
    return 0.5 if example.finer == "partially_correct_incomplete" else float(example.label == "correct")


def cases_digest(cases: Sequence[Case]) -> str:
    """SHA-256 over cases in their order."""
    digest = hashlib.sha256()
    for case in cases:
        digest.update(repr(case).encode())
    return digest.hexdigest()


def training(cases: Sequence[Case], fold: int | None) -> list[Case]:
    """The training part of a fold, or of everything."""
    return [case for case in cases if case.split == "train" and not held_out(case, fold)]
