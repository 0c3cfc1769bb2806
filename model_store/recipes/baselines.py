"""What the grader is compared with on its own folds: a plain cross-encoder, and trees over twelve features.

`python -m model_store.recipes.baselines runs/plain-0/adapter runs/plain-1/adapter` asks two runs of `grading-plain`, as
int8 files, about the questions and science modules that they were kept from, and fits the trees on what they saw.
"""

import argparse
import dataclasses
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier

from functions.grading.features import lexical
from functions.grading.schemas import LABELS
from model_store.build.encoder import int8_encoder
from model_store.catalogue import read_model
from model_store.evaluate import ask
from model_store.metrics import macro_f1
from model_store.recipes.data import Example, read_semeval
from model_store.recipes.grader.boost import LABEL_SETTINGS
from model_store.recipes.grader.cases import semeval_cases
from model_store.recipes.grader.folds import apart
from model_store.recipes.grader.memory import direction
from model_store.recipes.grader.vectors import Vectors
from model_store.sources import base_folder

TARGET = Path("docs", "results", "baselines.json")
OVERLAPS, NEGATIONS, LENGTHS = slice(0, 4), slice(4, 7), slice(7, 9)
"""Of `functions.grading.features.lexical`: nine of the twelve features; three cosines are the others."""


def main() -> None:
    """Measure both and write TARGET."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("plain", nargs="+", type=Path, help="adapters of grading-plain, one per fold")
    parser.add_argument("--data", type=Path, default=os.environ.get("LECTERN_DATA", "../shared/data"))
    chosen = parser.parse_args()
    found = measure(chosen.plain, chosen.data)
    TARGET.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    sys.stdout.write(TARGET.read_text("utf-8"))


def measure(plain: Sequence[Path], data: Path) -> dict[str, dict[str, float]]:
    """Macro-F1 by set, the folds' answers together. Raises OSError or DataError."""
    examples = read_semeval(data)
    gold = np.array([LABELS.index(example.label) for example in examples])
    features = twelve(data)
    sets, said = [], []
    for folder in plain:
        fold = json.loads((folder / "adapter.json").read_text("utf-8"))["parameters"]["fold"]
        kept = [i for i, e in enumerate(examples) if e.split == "train" and apart(e, fold)]
        seen = [i for i, e in enumerate(examples) if e.split == "train" and not apart(e, fold)]
        trees = HistGradientBoostingClassifier(random_state=0, **LABEL_SETTINGS).fit(features[seen], gold[seen])
        by_network = _labels(folder, [examples[i] for i in kept])
        sets += [f"{examples[i].corpus} unseen {apart(examples[i], fold)}s (validation)" for i in kept]
        said.append(np.stack([gold[kept], by_network, trees.predict(features[kept])]))
    return _figures(np.array(sets), np.concatenate(said, axis=1))


def twelve(data: Path) -> NDArray[np.float64]:
    """(answers, 12): cosines of the frozen base's mean vectors, overlaps of words, negation, lengths."""
    base = read_model("grading-plain").base
    vectors = Vectors(int8_encoder(base), base_folder(base) / "tokenizer.json")
    rows = []
    for case in semeval_cases(data):
        question, reference, answer = (
            direction(vectors, text) for text in (case.question, case.reference, case.answer)
        )
        counted = lexical(case.question, case.reference, case.answer)
        cosines = [answer @ reference, answer @ question, reference @ question]
        rows.append([*cosines, *counted[OVERLAPS], *counted[NEGATIONS], *counted[LENGTHS]])
    return np.array(rows)


def _labels(folder: Path, examples: Sequence[Example]) -> NDArray[np.int64]:
    model = dataclasses.replace(read_model("grading-plain"), adapter=folder)
    return ask(model, examples, lambda: None).int8.argmax(axis=1)


def _figures(sets: NDArray[np.str_], said: NDArray[np.int64]) -> dict[str, dict[str, float]]:
    """`said` (3, answers): gold, plain, twelve."""
    result: dict[str, dict[str, float]] = {}
    for row, name in ((1, "plain"), (2, "twelve")):
        result[name] = {
            part: round(macro_f1(said[0, sets == part], said[row, sets == part], len(LABELS)), 4)
            for part in sorted(set(sets.tolist()))
        }
    return result


if __name__ == "__main__":
    main()
