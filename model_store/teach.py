"""A model's probabilities for the training answers, as the file that `distil` learns from (recipes/soft.py)."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from functions.grading.schemas import LABELS, GradeRequest
from functions.grading.task import encode
from lectern.calibration import probabilities
from lectern.model import LoadedModel
from model_store.build.builder import build
from model_store.catalogue import Model
from model_store.recipes.data import Example, examples_digest, read_semeval
from model_store.release.rehearsal import rehearse


def teach(model: Model, data: Path, target: Path, progress: Callable[[int, int], None]) -> int:
    """Ask the int8 release about every training answer; returns how many. Raises DataError or OSError."""
    examples, teacher = read_semeval(data), rehearse(build(model), model.name)
    asked = [place for place, example in enumerate(examples) if example.split == "train"]
    found = np.full((len(examples), len(LABELS)), np.nan, dtype=np.float32)
    for number, place in enumerate(asked):
        found[place] = _chances(teacher, examples[place])
        progress(number + 1, len(asked))
    np.savez_compressed(target, probabilities=found, data_sha256=np.array(examples_digest(examples)))
    return len(asked)


def _chances(teacher: LoadedModel, example: Example) -> NDArray[np.float64]:
    request = GradeRequest(question=example.question, references=list(example.references), answer=example.answer)
    manifest = teacher.release.manifest
    row = encode(request, teacher.tokenizer, manifest)[0]
    return probabilities(teacher.infer(row)[: len(LABELS)], manifest.calibration)
