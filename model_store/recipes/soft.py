"""A teacher's probabilities, as a file: `probabilities` (answers, labels) in the order of `read_semeval`.

Answers that the teacher was not asked are NaN. `data_sha256`, where it is there, is the digest of the answers. Answers
made for the teacher come beside them: `made` (their texts), `made_places` (the answer whose question each is to) and
`made_probabilities`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from functions.grading.schemas import LABELS
from model_store.errors import DataError
from model_store.recipes.data import Example, examples_digest, read_semeval

LEAST = 1e-6


@dataclass(frozen=True)
class Soft:
    """`probabilities` (learnt + made, labels): of the answers that are learnt, then of those that were made.

    `made` are those with the place of the answer whose question each is to.
    """

    probabilities: Tensor
    made: Sequence[tuple[int, str]] = ()


def read_soft(path: Path, data: Path, places: Sequence[int]) -> Soft:
    """What the teacher says of the answers at these places of `data`, and of those made for the same answers.

    Raises:
        OSError: there is no such file.
        DataError: it belongs to other answers, or says nothing, or nonsense, of one that is learnt; names the file.
    """
    examples = read_semeval(data)
    try:
        with np.load(path) as file:
            arrays = dict(file)
            found = arrays["probabilities"]
    except (KeyError, ValueError) as error:
        raise DataError(f"{path} holds no array `probabilities`: {error}") from error
    _check(path, arrays, examples)
    made, chances = _made(arrays, set(places))
    taught = np.concatenate([found[list(places)], chances])
    if not np.allclose(taught.sum(1), 1, atol=1e-2):  # also refuses NaN
        raise DataError(f"{path}: the probabilities of an answer that is learnt are missing or do not sum to 1")
    return Soft(torch.from_numpy(taught.astype(np.float32)).clamp_min(LEAST), made)


def _check(path: Path, arrays: dict[str, NDArray[Any]], examples: Sequence[Example]) -> None:
    shape, digest = arrays["probabilities"].shape, arrays.get("data_sha256")
    if shape != (len(examples), len(LABELS)):
        raise DataError(f"{path}: probabilities are {shape}, not {(len(examples), len(LABELS))}")
    if digest is not None and str(digest) != examples_digest(examples):
        raise DataError(f"{path} belongs to other answers than those of the data folder")


def _made(arrays: dict[str, NDArray[Any]], learnt: set[int]) -> tuple[list[tuple[int, str]], NDArray[np.float32]]:
    """Those of learnt answers alone: what is kept from training must not come back in pieces."""
    places = arrays.get("made_places", np.zeros(0, dtype=np.int64)).tolist()
    kept = [number for number, place in enumerate(places) if place in learnt]
    chances = arrays.get("made_probabilities", np.zeros((0, len(LABELS)), dtype=np.float32))[kept]
    return [(places[number], str(arrays["made"][number])) for number in kept], chances
