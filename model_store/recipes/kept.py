"""Which training answers a run kept from training, by the facts of its adapter."""

import json
from collections.abc import Callable
from pathlib import Path

from model_store.recipes.data import Example, is_validation
from model_store.recipes.grader.folds import apart


def kept_by(adapter: Path) -> Callable[[Example], bool]:
    """Whether an answer is to a question of the run's fold, or else to a validation question. Raises OSError."""
    fold = json.loads((adapter / "adapter.json").read_text("utf-8")).get("fold")
    if fold is None:
        return is_validation
    return lambda example: example.split == "train" and apart(example, fold) == "question"
