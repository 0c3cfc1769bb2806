"""The essays recipe: heads over the frozen int8 encoder, n-grams and measures, on ASAP-AES.

`python -m model_store.recipes.essays --folds 012 --out runs/essays/first` fits the heads that are measured on fold 3,
`--folds 0123 --out model_store/adapters/essays` those that ship. The first run of the encoder over all essays takes ten
minutes of one core and is kept in `--run`; the rest is a minute.
"""

import argparse
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from functions.essays.features import MEASURES
from functions.essays.heads import FILE, GENERAL, Heads, chance_within, log_odds
from functions.essays.schemas import Scale
from functions.essays.task import rounded
from model_store.build.encoder import int8_encoder
from model_store.catalogue import read_model
from model_store.recipes import essays_data, essays_heads
from model_store.recipes.essays_data import SCALES, Essay, read_essays
from model_store.recipes.essays_features import Readings, read
from model_store.recipes.essays_heads import Head, about_heads, general_head, prompt_heads
from model_store.recipes.essays_vectors import MAX_LENGTH, open_tokenizer, read_vectors
from model_store.recipes.ridge import Floats
from model_store.sources import base_folder

LEFT_OUT_ESSAYS = 150


def main() -> None:
    """Read, fit, write."""
    options = _options()
    model, essays = read_model("essays"), read_essays(options.data)
    tokenizer = open_tokenizer(base_folder(model.base))
    vectors, tokens = read_vectors(essays, int8_encoder(model.base).read_bytes(), tokenizer, options.run)
    chosen = [row for row, essay in enumerate(essays) if str(essay.fold) in options.folds]
    kept = [essays[row] for row in chosen]
    write(options.out, fit(kept, read(kept, vectors[chosen], tokens[chosen])), kept, options.folds)


def fit(essays: Sequence[Essay], readings: Readings) -> dict[str, NDArray[Any]]:
    """The arrays of `heads.npz`."""
    prompts, heads = np.array([essay.prompt for essay in essays]), list[Head]()
    for prompt in sorted(set(prompts.tolist())):
        rows = np.flatnonzero(prompts == prompt)
        own = [essays[row] for row in rows.tolist()]
        heads += prompt_heads(prompt, own, readings.of(rows))
        print(f"{essays_heads.prompt_name(prompt)}: fitted", flush=True)
    about, likeness = about_heads(essays, readings)
    general = general_head(essays, readings)
    arrays = _arrays([*heads, *about, general], likeness)
    _calibrate(arrays, essays, {head.name: head for head in heads}, general)
    return arrays


def fit_unknown(heads: Heads, essays: Sequence[Essay], readings: Readings) -> Heads:
    """The heads of a release that has never seen the prompts that these essays, of all the others, leave out.

    Fewer essays than for a release teach it to tell prompts apart, as this is done for each prompt in turn.
    """
    known = {essays_heads.prompt_name(essay.prompt) for essay in essays}
    kept = [row for row, name in enumerate(heads.names) if name in known]
    about, likeness = about_heads(essays, readings, most=LEFT_OUT_ESSAYS)
    general = general_head(essays, readings)
    fitted = _arrays([*about, general], likeness)
    fitted["belief"][-1, 3:] = _platt(*_odds(essays, general.unseen, [general.belief] * len(essays)))
    names = (*(heads.names[row] for row in kept), *fitted["names"])
    by_row = {
        name: np.concatenate([array[kept], fitted[name]]) for name, array in heads.arrays.items() if name != "likeness"
    }
    return Heads(names, by_row | {"likeness": likeness})


def write(
    folder: Path,
    arrays: dict[str, NDArray[Any]],
    essays: Sequence[Essay],
    folds: str,
) -> None:
    """Write `heads.npz` and `adapter.json`; the same essays give the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / FILE).open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)
    facts = {
        "labels": [essays_heads.prompt_name(prompt) for prompt in SCALES],
        "max_length": MAX_LENGTH,
        "training_data": [{"name": f"ASAP-AES, folds {', '.join(folds)}", "licence": "not stated: research data"}],
        "recipe": "model_store.recipes.essays",
        "essays": len(essays),
        "measures": len(MEASURES),
        "data_sha256": essays_data.digest(essays),
    }
    (folder / "adapter.json").write_text(json.dumps(facts, indent=1) + "\n", "utf-8")


def _arrays(heads: Sequence[Head], likeness: Floats) -> dict[str, NDArray[Any]]:
    ngrams = np.array([head.ngrams for head in heads])
    step = np.maximum(np.abs(ngrams).max(axis=1), 1e-9) / 127
    return {
        "names": np.array([head.name for head in heads]),
        "ngrams": np.rint(ngrams / step[:, None]).astype(np.int8),
        "ngrams_step": step.astype(np.float32),
        "centre": np.array([head.scale.centre for head in heads], dtype=np.float32),
        "spread": np.array([head.scale.spread for head in heads], dtype=np.float32),
        "measures": np.array([head.measures for head in heads], dtype=np.float32),
        "vector": np.array([head.vector for head in heads], dtype=np.float32),
        "bias": np.array([head.bias for head in heads]),
        "belief": np.array([[*head.belief, 1.0, 0.0] for head in heads]),
        "limits": np.array([head.limits for head in heads], dtype=np.float32),
        "furthest": np.array([head.scale.furthest for head in heads], dtype=np.float32),
        "likeness": likeness,
    }


def _calibrate(arrays: dict[str, NDArray[Any]], essays: Sequence[Essay], heads: dict[str, Head], general: Head) -> None:
    """Platt's slope and offset into the heads' beliefs, for known prompts and for the general head apart."""
    prompts = np.array([essay.prompt for essay in essays])
    unseen = np.zeros(len(essays))
    for prompt in set(prompts.tolist()):
        unseen[prompts == prompt] = heads[essays_heads.prompt_name(prompt)].unseen
    names = [essays_heads.prompt_name(prompt) for prompt in prompts]
    known = _odds(essays, unseen, [heads[name].belief for name in names])
    unknown = _odds(essays, general.unseen, [general.belief] * len(essays))
    arrays["belief"][:, 3:] = _platt(*known)
    arrays["belief"][arrays["names"] == GENERAL, 3:] = _platt(*unknown)


def _odds(essays: Sequence[Essay], said: Floats, beliefs: Sequence[tuple[float, ...]]) -> tuple[Floats, NDArray[Any]]:
    """Log-odds of being within tolerance by belief (essays,), and whether it was so."""
    odds, hits = np.zeros(len(essays)), np.zeros(len(essays), dtype=bool)
    for row, (essay, belief) in enumerate(zip(essays, beliefs, strict=True)):
        low, high = SCALES[essay.prompt]
        scale = Scale(min=low, max=high)
        score = (rounded(said[row], scale) - low) / scale.range
        tolerance, spacing = scale.tolerance / scale.range, scale.spacing / scale.range
        odds[row] = log_odds(chance_within(belief, said[row], score, tolerance, spacing))
        hits[row] = abs(score - essay.fraction) <= tolerance + 1e-9
    return odds, hits


def _platt(odds: Floats, hits: NDArray[Any]) -> tuple[float, float]:
    """Slope and offset of least log loss, by Newton's method. Platt (1999)."""
    rows = np.column_stack([odds, np.ones(len(odds))])
    weights = np.array([1.0, 0.0])
    for _ in range(25):
        chances = 1 / (1 + np.exp(-rows @ weights))
        curvature = (rows * (chances * (1 - chances))[:, None]).T @ rows + 1e-6 * np.eye(2)
        weights = weights + np.linalg.solve(curvature, rows.T @ (hits - chances))
    return float(weights[0]), float(weights[1])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    data = os.environ.get("LECTERN_DATA", "../shared/data")
    parser.add_argument("--data", type=Path, default=Path(data), help="data folder")
    parser.add_argument("--folds", default="0123", help="folds to fit on")
    parser.add_argument("--run", type=Path, default=Path("runs/essays"), help="folder that keeps the essays' vectors")
    parser.add_argument("--out", type=Path, required=True, help="folder of the heads")
    return parser.parse_args()


if __name__ == "__main__":
    main()
