"""Measure the heads of essays: `lectern models evaluate essays` writes evaluation.json and card.md.

Fold 3 is asked of the recipe's first run, which saw folds 0 to 2 alone, through the function's own scoring and without
the prompts' names. How it does on unknown prompts is measured by leaving out one prompt after another.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from functions.essays.heads import FILE, Heads, read_heads
from functions.essays.schemas import EssayRequest, Scale
from functions.essays.task import ESSAY, score
from lectern.manifest import Calibration
from lectern.model import Encoding
from model_store.build.encoder import float_encoder, int8_encoder
from model_store.card import card
from model_store.catalogue import Model
from model_store.essays_metrics import Answered, compared, known_figures, unknown_figures
from model_store.recipes.essays import fit_unknown
from model_store.recipes.essays_data import SCALES, Essay, read_essays
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

    calibration: Calibration
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
        manifest: Any = SimpleNamespace(labels=(), calibration=self.calibration)
        return score(request, [whole], [vector], manifest, heads)


def evaluate_essays(model: Model, first_run: Path, data: Path, progress: Callable[[int, int], None]) -> dict[str, Any]:
    """Measure and write; returns what evaluation.json holds. Vectors are kept beside `first_run`.

    Raises OSError or DataError.
    """
    essays, base = read_essays(data), base_folder(model.base)
    tokenizer, run = open_tokenizer(base), first_run.parent
    vectors, tokens = read_vectors(essays, int8_encoder(model.base).read_bytes(), tokenizer, run)
    here = [row for row, essay in enumerate(essays) if essay.fold == MEASURED_FOLD]
    measured = [essays[row] for row in here]
    heads = read_heads((first_run / FILE).read_bytes())
    facts = json.loads((first_run / "adapter.json").read_text("utf-8"))
    ask = Asker(Calibration.model_validate(facts["calibration"]), measured, tokens[here])
    some = first_of_each(measured)
    again = Asker(ask.calibration, [measured[row] for row in some], ask.tokens[some])
    float_vectors, _ = read_vectors(again.essays, float_encoder(base).SerializeToString(), tokenizer, run)
    pair = compared(again(heads, vectors[here][some]), again(heads, float_vectors))
    strangers = []
    for prompt in sorted(SCALES):
        others = [row for row, e in enumerate(essays) if e.fold < MEASURED_FOLD and e.prompt != prompt]
        trained = [essays[row] for row in others]
        stranger = fit_unknown(heads, trained, read(trained, vectors[others], tokens[others]))
        strangers.append(ask(stranger, vectors[here], prompt))
        progress(prompt, len(SCALES))
    metrics = known_figures(ask(heads, vectors[here])) | unknown_figures(strangers)
    return _write(model, {"metrics": metrics, "int8_against_fp32": pair})


def first_of_each(essays: Sequence[Essay], count: int = FLOAT_ESSAYS) -> list[int]:
    """Rows of the first essays of each prompt, in file order."""
    prompts = [essay.prompt for essay in essays]
    return [row for row, prompt in enumerate(prompts) if prompts[:row].count(prompt) < count]


def _write(model: Model, evaluation: dict[str, Any]) -> dict[str, Any]:
    (model.adapter / "evaluation.json").write_text(json.dumps(evaluation, indent=1) + "\n", "utf-8")
    facts = json.loads((model.adapter / "adapter.json").read_text("utf-8"))
    (model.adapter / "card.md").write_text(card(model, facts, evaluation), "utf-8")
    return evaluation
