"""A teacher's probabilities by answer, as a file: `probabilities` (answers, labels) in the order of `read_semeval`.

Answers that the teacher was not asked are NaN. `data_sha256`, where it is there, is the digest of the answers.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from functions.grading.schemas import LABELS
from model_store.errors import DataError
from model_store.recipes.data import examples_digest, read_semeval

LEAST = 1e-6


def read_soft(path: Path, data: Path, places: Sequence[int]) -> Tensor:
    """Probabilities (places, labels) of the answers at these places of `data`.

    Raises:
        OSError: there is no such file.
        DataError: it belongs to other answers, or says nothing, or nonsense, of one that is learnt; names the file.
    """
    examples = read_semeval(data)
    try:
        with np.load(path) as file:
            found, digest = file["probabilities"], str(file["data_sha256"]) if "data_sha256" in file else None
    except (KeyError, ValueError) as error:
        raise DataError(f"{path} holds no array `probabilities`: {error}") from error
    if found.shape != (len(examples), len(LABELS)):
        raise DataError(f"{path}: probabilities are {found.shape}, not {(len(examples), len(LABELS))}")
    if digest not in (None, examples_digest(examples)):
        raise DataError(f"{path} belongs to other answers than those of the data folder")
    taught = found[list(places)]
    if not np.allclose(taught.sum(1), 1, atol=1e-2):  # also refuses NaN
        raise DataError(f"{path}: the probabilities of an answer that is learnt are missing or do not sum to 1")
    return torch.from_numpy(taught.astype(np.float32)).clamp_min(LEAST)
