"""ASAP-AES as essays with scores as fractions of their prompt's scale.

The Hewlett Foundation: Automated Essay Scoring (2012); folds of Taghipour and Ng (2016), A Neural Approach to Automated
Essay Scoring.
"""

import gzip
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from model_store.errors import DataError

FILE = "asap_aes.jsonl.gz"

SCALES = {1: (2, 12), 2: (1, 6), 3: (0, 3), 4: (0, 3), 5: (0, 4), 6: (0, 4), 7: (0, 30), 8: (10, 60)}
"""The lowest and the highest score of each prompt."""

PROMPTS = {
    1: "Write a letter to your local newspaper in which you state your opinion on the effects of computers on people.",
    2: "Write an essay about censorship in libraries: should books or films be removed if they are found offensive?",
    3: "Explain how the features of the setting affect the cyclist on his ride through the desert.",
    4: "Explain why the author ends the story with the hibiscus, the geese and the test to be taken again in spring.",
    5: "Describe the mood that the author creates in the memoir about his parents, their home and Cuban cooking.",
    6: "Describe the obstacles that the builders of the Empire State Building met in letting dirigibles dock there.",
    7: "Write about patience: tell a story about a time when you or someone you know was patient.",
    8: "Tell a true story in which laughter was one element or part.",
}
"""What the prompts ask, in our words: the data has no prompts' texts. For measuring only."""

TRAITS = {
    7: ("ideas", "organization", "style", "conventions"),
    8: ("ideas", "organization", "voice", "word choice", "sentence fluency", "conventions"),
}
"""Names of the traits that readers scored, in the order of the file's trait1, trait2, …"""

TRAIT_SCALES = {7: (0, 3), 8: (1, 6)}


@dataclass(frozen=True)
class Essay:
    """One essay. `rated` is the mean of its two readers, who often stand on either side of the resolved score."""

    number: int
    prompt: int
    fold: int
    text: str
    score: int
    rated: float
    traits: tuple[float, ...]

    @property
    def fraction(self) -> float:
        """The score as a fraction of the prompt's scale."""
        low, high = SCALES[self.prompt]
        return (self.score - low) / (high - low)


def read_essays(folder: Path) -> list[Essay]:
    """The essays of `asap_aes.jsonl.gz` in `folder`, in file order.

    Raises:
        FileNotFoundError: the file is missing.
        DataError: a column is missing, a prompt unknown or a score off its scale; the message names file and essay.
    """
    path = folder / FILE
    return [_essay(row, f"{path.name}: essay {row.get('essay_id')!r}") for row in _rows(path)]


def digest(essays: Sequence[Essay]) -> str:
    """SHA-256 over essays in their order, for cards."""
    found = hashlib.sha256()
    for essay in essays:
        found.update(repr(essay).encode())
    return found.hexdigest()


def _essay(row: dict[str, Any], place: str) -> Essay:
    missing = {"essay_id", "prompt", "fold", "essay", "score", "rater1", "rater2"} - row.keys()
    if missing:
        raise DataError(f"{place} lacks {', '.join(sorted(missing))}")
    prompt, score = row["prompt"], row["score"]
    if prompt not in SCALES:
        raise DataError(f"{place} has the unknown prompt {prompt!r}")
    low, high = SCALES[prompt]
    if not low <= score <= high:
        raise DataError(f"{place} has the score {score!r}; prompt {prompt} has {low} to {high}")
    rated = (row["rater1"] + row["rater2"]) / 2
    return Essay(row["essay_id"], prompt, row["fold"], row["essay"], score, rated, _traits(row))


def _traits(row: dict[str, Any]) -> tuple[float, ...]:
    """The two readers' mean for each trait of the prompt."""
    count = len(TRAITS.get(row["prompt"], ()))
    return tuple(
        float(np.mean([row[f"rater{rater}_trait{trait}"] for rater in (1, 2)])) for trait in range(1, count + 1)
    )


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines)
