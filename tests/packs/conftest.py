"""Made-up answers whose right grades are known, and packs of them."""

from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from lectern.packs.features import WIDTH, Features, features
from lectern.packs.repository import Packs
from lectern.store.local import LocalStore

SUBJECTS = ("ice", "frozen water", "the block", "an ice cube", "this ice", "such ice")
RIGHT = ("is less dense than water", "has a lower density", "takes more room for its mass")
WRONG = ("is colder than water", "is made of salt", "wants to see the sun")


def answers() -> list[tuple[str, float]]:
    """36 answers, half of them right (1) and half wrong (0), which words tell apart."""
    right = [(f"{subject} {reason}", 1.0) for subject, reason in product(SUBJECTS, RIGHT)]
    wrong = [(f"{subject} {reason}", 0.0) for subject, reason in product(SUBJECTS, WRONG)]
    return [pair for both in zip(right, wrong, strict=True) for pair in both]


def embed(text: str) -> np.ndarray:
    """An embedding that is fixed for a text and says nothing about it."""
    return np.random.default_rng(len(text)).normal(size=(2, WIDTH)).astype(np.float32)


def seen(text: str, credit: float = 0.5) -> Features:
    return features(text, credit, embed(text), [])


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Home:
    """A data store and packs over it, as two warm functions would have them."""

    store: LocalStore
    clock: Clock = field(default_factory=Clock)

    def packs(self) -> Packs:
        return Packs(self.store, 30.0, self.clock)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(LocalStore(tmp_path / "data"))
