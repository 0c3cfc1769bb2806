"""Draw held-out essays, explain them, delete and keep what was named, and take the time.

Every essay goes through the pipeline as a caller's would, without its prompt's name, on a scale from 0 to 1.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from functions.essays.heads import FILE
from functions.essays.schemas import EssayResponse
from functions.essays.task import TASK
from lectern.call import Call
from lectern.model import LoadedModel
from lectern.models import Models
from lectern.phrases import Span, words
from lectern.pipeline import answer
from lectern.principal import DEVELOPMENT
from lectern.release import Pin
from lectern.settings import Settings
from lectern.store import Store
from lectern.text import clean
from model_store.errors import DataError
from model_store.evaluate_essays import MEASURED_FOLD
from model_store.explanation_figures import compared, latency
from model_store.explanations import TIMES
from model_store.faithfulness import DRAWS, STEPS, Grade, Loss, losses, named_phrases
from model_store.recipes.essays_data import FILE as DATA
from model_store.recipes.essays_data import Essay, read_essays

SCALE = {"min": 0.0, "max": 1.0, "step": 0.0001}


class FirstRun(Models):
    """A store's models with the heads of a run that had kept essays apart, in the place of those that ship."""

    def __init__(self, store: Store, config: Settings, heads: bytes) -> None:
        super().__init__(store, config)
        self._heads = heads

    def get(self, pin: Pin) -> LoadedModel:
        """As of the store, but for the heads. Raises as Models does."""
        model = super().get(pin)
        return replace(model, files={**model.files, FILE: self._heads})


@dataclass(frozen=True)
class Explained:
    """One essay, explained and timed; `deleted` and `kept` are None for one passage, where there is no choice."""

    passages: int
    share: float
    """Words of the named passages, of all of the essay's."""
    seconds: tuple[float, float]
    """Plain and explained."""
    deleted: Loss | None
    kept: Loss | None


@dataclass(frozen=True)
class Scorer:
    """One version of the essays model, asked through the pipeline."""

    models: Models
    version: str

    def score(self, text: str, **fields: Any) -> EssayResponse:
        """The score of a text."""
        payload = {"essay": text, "scale": SCALE, "version": self.version} | fields
        response = answer(TASK, payload, Call(DEVELOPMENT, "measure"), self.models)
        assert isinstance(response, EssayResponse)
        return response

    def grade(self, prompt: str | None) -> Grade:
        """A text → its score as an essay to the prompt; each text is scored once."""
        return cache(lambda text: self.score(text, prompt=prompt).score)

    def timed(self, text: str, explain: bool = False) -> tuple[EssayResponse, float]:
        """The score of a text, and the seconds that it took."""
        started = time.perf_counter()
        response = self.score(text, explain=explain)
        return response, time.perf_counter() - started


def draw(folder: Path, count: int, seed: int) -> list[Essay]:
    """At most so many essays of the measured fold, by chance.

    Raises:
        FileNotFoundError: the file is missing.
        DataError: the data is not as it should be, or holds no essays of the fold.
    """
    essays = [essay for essay in read_essays(folder) if essay.fold == MEASURED_FOLD]
    if not essays:
        raise DataError(f"{folder / DATA}: holds no essays of fold {MEASURED_FOLD}")
    return [essays[n] for n in np.random.default_rng(seed).permutation(len(essays))[:count]]


def measure(essays: Sequence[Essay], scorer: Scorer, seed: int) -> Iterator[Explained]:
    """Each essay, one after another; `seed` is for the random words."""
    chance = np.random.default_rng(seed)
    for essay in essays:
        text = clean(essay.text)
        plain = median(scorer.timed(text)[1] for _ in range(TIMES))
        response, seconds = scorer.timed(text, explain=True)
        assert response.explanation
        ranked = [Span(p.start, p.end) for p in response.explanation.essay]
        named = named_phrases(text, ranked)
        share = sum(len(words(text[span.start : span.end])) for span in named) / max(1, len(words(text)))
        found = losses(text, named, scorer.grade(response.known_prompt), chance)
        yield Explained(len(ranked), share, (plain, seconds), *found)


def summarise(measured: Sequence[Explained]) -> dict[str, Any]:
    """Faithfulness, in fractions of the scale; how much of an essay is named; latency."""
    return {
        "essays": len(measured),
        "steps": STEPS,
        "draws": DRAWS,
        "deleted": _compared([one.deleted for one in measured]),
        "kept": _compared([one.kept for one in measured]),
        "passages": round(float(np.mean([one.passages for one in measured])), 2),
        "named_share": round(float(np.mean([one.share for one in measured])), 4),
        "latency": latency([one.seconds for one in measured]),
    }


def _compared(found: Sequence[Loss | None]) -> dict[str, Any] | None:
    """Nothing where all essays are of one passage."""
    part = [loss for loss in found if loss]
    return compared(part) if part else None
