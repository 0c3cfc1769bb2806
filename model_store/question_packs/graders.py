"""Mohler's questions put to graders that have not learnt their points: each to the first run that was kept from it."""

import dataclasses
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from functions.grading.schemas import GradeRequest
from functions.grading.task import TASK
from lectern.model import LoadedModel
from lectern.packs.features import Features
from lectern.task import Logits, Rows
from model_store.build.builder import build
from model_store.catalogue import Model
from model_store.errors import DataError
from model_store.question_packs.data import Question
from model_store.question_packs.embedded import Embeddings
from model_store.recipes.grader.folds import kept
from model_store.release.rehearsal import rehearse


class Graded:
    """A question's answers as the service observes them, with its grader's credit; each is read once.

    `graders` has one for each question's name.
    """

    def __init__(self, graders: Mapping[str, LoadedModel]) -> None:
        self._graders, self._read = graders, lru_cache(None)(self._logits)

    def __call__(self, question: Question, *, vectors: Embeddings) -> list[Features]:
        """What a head sees of the question's answers, in their order."""
        return [self._observed(question, answer, vectors) for answer in question.answers]

    def _observed(self, question: Question, answer: str, vectors: Embeddings) -> Features:
        asked, rows, logits = self._read(question, answer)
        assert TASK.adaptation
        manifest = self._graders[question.name].release.manifest
        return TASK.adaptation.observe(asked, rows, logits, manifest, lambda text, keep=False: vectors[text])

    def _logits(self, question: Question, answer: str) -> tuple[GradeRequest, Rows, Logits]:
        asked = GradeRequest(
            question=question.text, references=list(question.references), answer=answer, max_score=question.max_score
        )
        grader = self._graders[question.name]
        rows = TASK.encode(asked, grader.tokenizer, grader.release.manifest)
        return asked, rows, [grader.infer(row) for row in rows]


def kept_apart(model: Model, folders: Sequence[Path], questions: Iterable[Question]) -> dict[str, LoadedModel]:
    """By name of Mohler's questions, the grader whose first run (an adapter's folder) was kept from that question.

    Raises DataError for a folder of no fold and for a question that every run has learnt; and as `build`.
    """
    folds = {_fold(folder): folder for folder in folders}
    keeping = {question.name: _keeping(question.name, list(folds)) for question in questions}
    loaded = {fold: _loaded(model, folds[fold]) for fold in sorted(set(keeping.values()))}
    return {name: loaded[fold] for name, fold in keeping.items()}


def _fold(folder: Path) -> int:
    path = folder / "adapter.json"
    if not path.exists():
        raise DataError(f"{path} is missing: {folder} is no adapter of a first run")
    fold = json.loads(path.read_text("utf-8")).get("fold")
    if fold is None:
        raise DataError(f"{path}: fold is not set, so this run has kept no question from training")
    return int(fold)


def _keeping(name: str, folds: Sequence[int]) -> int:
    """The fold that keeps a question of Mohler's."""
    for fold in folds:
        if kept(f"mohler/{name}", "mohler", fold):
            return fold
    raise DataError(f"Mohler's question {name}: none of the first runs was kept from it (folds {folds})")


def _loaded(model: Model, adapter: Path) -> LoadedModel:
    return rehearse(build(dataclasses.replace(model, adapter=adapter)), model.name)
