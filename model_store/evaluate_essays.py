"""Measure the heads of essays: `lectern models evaluate essays` writes evaluation.json and card.md.

Fold 3 is asked of the recipe's first run, which saw folds 0 to 2 alone, through the function's own scoring and without
the prompts' names. How it does on unknown prompts is measured by leaving out one prompt after another.
"""

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from functions.essays.heads import FILE, Heads, read_heads
from functions.essays.schemas import EssayRequest, Scale
from functions.essays.task import ESSAY, LEAST_RELEVANCE, score
from lectern.model import Encoding
from model_store.build.encoder import float_encoder, int8_encoder
from model_store.catalogue import Base, Model
from model_store.essays_metrics import Answered, compared, known_figures, unknown_figures
from model_store.keep import keep
from model_store.recipes.essays import fit_unknown
from model_store.recipes.essays_data import PROMPTS, SCALES, Essay, read_essays
from model_store.recipes.essays_features import read
from model_store.recipes.essays_heads import prompt_name
from model_store.recipes.essays_vectors import open_tokenizer, read_vectors
from model_store.recipes.ridge import Floats
from model_store.sources import base_folder

MEASURED_FOLD = 3

FLOAT_ESSAYS = 100
"""Essays of each prompt that the fp32 encoder reads as well; it takes three times as long."""


@dataclass(frozen=True)
class Asker:
    """Asks the function's own scoring about essays whose vectors are known; none says what its prompt is."""

    essays: Sequence[Essay]
    tokens: NDArray[np.int64]

    def __call__(self, heads: Heads, vectors: Floats, only: int | None = None) -> Answered:
        """The answers for all essays, or for one prompt's."""
        chosen = [row for row, essay in enumerate(self.essays) if only in (None, essay.prompt)]
        answers = [self._answer(heads, row, vectors[row].astype(np.float32)) for row in chosen]
        essays = [self.essays[row] for row in chosen]
        prompts = [prompt_name(essay.prompt) for essay in essays]
        taken_for = [answer["known_prompt"] or "" for answer in answers]
        whole = {
            "gold": [essay.score for essay in essays],
            "scores": [round(answer["score"]) for answer in answers],
            "tolerance": [answer["tolerance"] for answer in answers],
            "confidence": [answer["confidence"] for answer in answers],
            "review": [answer["needs_review"] for answer in answers],
        }
        said = {name: np.array(part) for name, part in whole.items()}
        return Answered(np.array(prompts), np.array(taken_for), **said)

    def _answer(self, heads: Heads, row: int, vector: NDArray[np.float32]) -> dict[str, Any]:
        essay, tokens = self.essays[row], int(self.tokens[row])
        low, high = SCALES[essay.prompt]
        request = EssayRequest(essay=essay.text, scale=Scale(min=low, max=high))
        whole = Encoding([0] * (tokens + 2), [ESSAY] * (tokens + 2), [float(tokens)])
        manifest: Any = SimpleNamespace(labels=())
        return score(request, [whole], [vector], manifest, heads)


@dataclass(frozen=True)
class Reader:
    """Reads essays with the int8 encoder or with the fp32 one; what was read once is in `run`."""

    base: Base
    run: Path

    def int8(self, essays: Sequence[Essay]) -> tuple[Floats, NDArray[np.int64]]:
        """Vectors (essays, hidden) and numbers of tokens (essays,)."""
        return self._read(essays, int8_encoder(self.base).read_bytes())

    def fp32(self, essays: Sequence[Essay]) -> Floats:
        """Vectors (essays, hidden)."""
        return self._read(essays, float_encoder(base_folder(self.base)).SerializeToString())[0]

    def _read(self, essays: Sequence[Essay], encoder: bytes) -> tuple[Floats, NDArray[np.int64]]:
        return read_vectors(essays, encoder, open_tokenizer(base_folder(self.base)), self.run)


def evaluate_essays(model: Model, first_run: Path, data: Path, progress: Callable[[int, int], None]) -> dict[str, Any]:
    """Measure and write; returns what evaluation.json holds. Vectors are kept beside `first_run`.

    Raises OSError or DataError.
    """
    essays, reader = read_essays(data), Reader(model.base, first_run.parent)
    vectors, tokens = reader.int8(essays)
    here = [row for row, essay in enumerate(essays) if essay.fold == MEASURED_FOLD]
    measured, heads = [essays[row] for row in here], read_heads((first_run / FILE).read_bytes())
    ask = Asker(measured, tokens[here])
    seen = [row for row, essay in enumerate(essays) if essay.fold < MEASURED_FOLD]
    trained = [essays[row] for row in seen]
    readings, strangers = read(trained, vectors[seen], tokens[seen]), []
    for prompt in sorted(SCALES):
        others = np.array([row for row, essay in enumerate(trained) if essay.prompt != prompt])
        stranger = fit_unknown(heads, [trained[row] for row in others.tolist()], readings.of(others))
        strangers.append(ask(stranger, vectors[here], prompt))
        progress(prompt, len(SCALES))
    asked, _ = reader.int8([dataclasses.replace(essays[0], text=text) for text in PROMPTS.values()])
    metrics = known_figures(ask(heads, vectors[here])) | unknown_figures(strangers)
    metrics["prompts' texts"] = relevance_figures(measured, vectors[here], asked)
    return keep(model, {"metrics": metrics, "int8_against_fp32": _pair(ask, heads, vectors[here], reader)})


def _pair(ask: Asker, heads: Heads, vectors: Floats, reader: Reader) -> dict[str, Any]:
    """Some essays by the int8 encoder and by the fp32 one."""
    some = first_of_each(ask.essays)
    again = Asker([ask.essays[row] for row in some], ask.tokens[some])
    return compared(again(heads, vectors[some]), again(heads, reader.fp32(again.essays)))


def relevance_figures(essays: Sequence[Essay], vectors: Floats, asked: Floats) -> dict[str, float]:
    """Shares of essays that seem not to be about their own prompt's text, and about others'."""
    one, other = (part / np.linalg.norm(part, axis=1, keepdims=True) for part in (vectors, asked))
    beside = one @ other.T < LEAST_RELEVANCE
    own = np.array([essay.prompt for essay in essays])[:, None] == np.array(list(PROMPTS))
    return {
        "essays": float(len(essays)),
        "beside_their_own": round(float(beside[own].mean()), 4),
        "beside_others": round(float(beside[~own].mean()), 4),
    }


def first_of_each(essays: Sequence[Essay], count: int = FLOAT_ESSAYS) -> list[int]:
    """Rows of the first essays of each prompt, in file order."""
    prompts = [essay.prompt for essay in essays]
    return [row for row, prompt in enumerate(prompts) if prompts[:row].count(prompt) < count]
