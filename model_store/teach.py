"""A model's probabilities as the file that a smaller one learns from (recipes/soft.py).

It is asked about the training answers, and about answers made out of them that nobody gave: splices and attacks.
"""

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from functions.grading.schemas import LABELS, GradeRequest
from functions.grading.task import encode
from lectern.calibration import probabilities
from lectern.model import LoadedModel
from model_store.attacks.augment import augmented
from model_store.build.builder import build
from model_store.catalogue import Model
from model_store.recipes.data import Example, examples_digest, read_semeval
from model_store.recipes.splices import Splice, splices
from model_store.release.rehearsal import rehearse

SEED = 20130601


def teach(model: Model, data: Path, target: Path, each: int, progress: Callable[[int, int], None]) -> int:
    """Ask the int8 release about every training answer and `each` made from it; returns how many.

    Raises DataError or OSError.
    """
    examples, teacher = read_semeval(data), rehearse(build(model), model.name)
    asked = [place for place, example in enumerate(examples) if example.split == "train"]
    made = [*splices(examples, asked, each, SEED), *_attacks(examples, asked)]
    found = np.full((len(examples), len(LABELS)), np.nan, dtype=np.float32)
    chances = np.zeros((len(made), len(LABELS)), dtype=np.float32)
    for number, place in enumerate(asked):
        found[place] = _chances(teacher, examples[place])
        progress(number + 1, len(asked) + len(made))
    for number, (place, answer) in enumerate(made):
        chances[number] = _chances(teacher, dataclasses.replace(examples[place], answer=answer))
        progress(len(asked) + number + 1, len(asked) + len(made))
    np.savez_compressed(
        target,
        probabilities=found,
        data_sha256=np.array(examples_digest(examples)),
        made=np.array([answer for _, answer in made], dtype=np.str_),
        made_places=np.array([place for place, _ in made], dtype=np.int64),
        made_probabilities=chances,
    )
    return len(asked) + len(made)


def _attacks(examples: Sequence[Example], places: Sequence[int]) -> Iterator[Splice]:
    """What the grader was hardened with, so that its students are too."""
    for place in places:
        yield from ((place, attack.answer) for attack in augmented([examples[place]], SEED))


def _chances(teacher: LoadedModel, example: Example) -> NDArray[np.float64]:
    request = GradeRequest(question=example.question, references=list(example.references), answer=example.answer)
    manifest = teacher.release.manifest
    row = encode(request, teacher.tokenizer, manifest)[0]
    return probabilities(teacher.infer(row)[: len(LABELS)], manifest.calibration)
