"""Measure a grader: its experts are asked once, and everything else follows from what they say.

The adapter that ships answers to its own questions (test-UA), those of two folds to the questions and science modules
that they were kept from, and those of all folds to Mohler's questions in points.
"""

import dataclasses
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from functions.grading.schemas import LABELS, GradeRequest
from model_store.catalogue import Model
from model_store.experts import Experts
from model_store.grader_figures import Marked, Told, blend_of, blends_apart, figures
from model_store.keep import keep
from model_store.recipes.data import Example, is_unseen_answer, read_semeval
from model_store.recipes.grader.cases import Case, held_out, mohler_cases
from model_store.recipes.grader.folds import apart

Progress = Callable[[int, int], None]
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class _Item:
    """An answer that an adapter is asked about, and what people said of it: a label, or a credit (0..1)."""

    set: str
    question: str
    request: GradeRequest
    label: str | None = None
    credit: float = 0.0


def calibrate_grader(model: Model, folds: Sequence[Path], data: Path, progress: Progress) -> dict[str, Any]:
    """Fit the blend into every adapter.json and the thresholds into evaluation.json; returns what that holds."""
    told, marked = _ask_all(model, folds, data, progress)
    blend = blend_of(told)
    for adapter in (model.adapter, *folds):
        _rewrite(adapter / "adapter.json", {"blend": blend.tolist()})
    return keep(model, figures(told, marked, blend, blends_apart(told)))


def evaluate_grader(model: Model, folds: Sequence[Path], data: Path, progress: Progress) -> dict[str, Any]:
    """Measure, and write evaluation.json and the card. Raises OSError or DataError."""
    blend = np.array(json.loads((model.adapter / "adapter.json").read_text("utf-8"))["blend"])
    told, marked = _ask_all(model, folds, data, progress)
    return keep(model, figures(told, marked, blend, blends_apart(told)))


def _ask_all(model: Model, folds: Sequence[Path], data: Path, progress: Progress) -> tuple[Told, Marked]:
    papers = list(_papers(model, folds, data))
    total, items = sum(len(paper) for _, paper in papers), [item for _, paper in papers for item in paper]
    said: list[tuple[Numbers, Numbers]] = []
    for asked, paper in papers:
        done = sum(len(int8) for int8, _ in said)
        said.append(Experts.of(asked).ask([item.request for item in paper], _onwards(progress, done, total)))
    int8, fp32 = (np.concatenate(numbers) for numbers in zip(*said, strict=True))
    return _split(items, int8, fp32)


def _onwards(progress: Progress, done: int, total: int) -> Callable[[int], None]:
    return lambda more: progress(done + more, total)


def _papers(model: Model, folds: Sequence[Path], data: Path) -> Iterator[tuple[Model, list[_Item]]]:
    """For each adapter what it was kept from."""
    examples, points = read_semeval(data), list(mohler_cases(data))
    yield model, [_labelled(e, "answers (test-UA)") for e in examples if is_unseen_answer(e)]
    for folder in folds:
        facts = json.loads((folder / "adapter.json").read_text("utf-8"))
        fold, learnt = facts["fold"], facts["fit"]["epochs"] > 0  # without an epoch there are trees for points alone
        kept = [(e, apart(e, fold)) for e in examples if e.split == "train" and learnt]
        items = [_labelled(e, f"{kind}s (validation)") for e, kind in kept if kind]
        items += [_marked(case) for case in points if held_out(case, fold)]
        yield dataclasses.replace(model, adapter=folder), items


def _labelled(example: Example, part: str) -> _Item:
    references = list(example.references)
    request = GradeRequest(question=example.question, references=references, answer=example.answer)
    corpus = example.corpus
    return _Item(f"{corpus} unseen {part}", f"{corpus}/{example.question_id}", request, example.label)


def _marked(case: Case) -> _Item:
    request = GradeRequest(question=case.question, references=list(case.references), answer=case.answer)
    return _Item("mohler unseen questions (validation)", case.question_id, request, credit=case.credit)


def _split(items: Sequence[_Item], int8: Numbers, fp32: Numbers) -> tuple[Told, Marked]:
    sets, questions = (np.array([getattr(item, name) for item in items]) for name in ("set", "question"))
    labelled = np.array([item.label is not None for item in items])
    gold = np.array([LABELS.index(item.label) for item in items if item.label])
    credit = np.array([item.credit for item in items])
    told = Told(sets[labelled], questions[labelled], gold, int8[labelled], fp32[labelled])
    others = ~labelled
    return told, Marked(sets[others], questions[others], credit[others], int8[others], fp32[others])


def _rewrite(path: Path, change: dict[str, Any]) -> None:
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | change, indent=1) + "\n", "utf-8")
