"""The grading recipe: a cross-encoder on SemEval-2013 Task 7, exported as the committed adapter.

`python -m model_store.recipes.grading --run RUN --out ADAPTER` trains (or goes on) and exports. Two runs make a
release: one that keeps the validation questions apart, for measuring and calibration, and one on everything (`--all`)
that ships.
"""

import argparse
import os
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer

from functions.grading.schemas import LABELS
from functions.grading.task import nearest
from model_store.catalogue import Model, read_model
from model_store.metrics import macro_f1
from model_store.recipes.batches import Row, TokenCache, tensors
from model_store.recipes.data import (
    VALIDATION_SHARE,
    Example,
    examples_digest,
    is_unseen_answer,
    is_validation,
    read_semeval,
)
from model_store.recipes.export import adapter_tensors, apply_adapter, write_adapter
from model_store.recipes.golden import GOLDEN
from model_store.recipes.network import CrossEncoder
from model_store.recipes.train import Parameters, train
from model_store.sources import base_folder

SERVED_LENGTH = 384
"""Tokens that the release accepts; training reads up to Parameters.max_length, which few answers pass."""


def main() -> None:
    """Train, export, say what validation gave."""
    options = _options()
    model, data = read_model("grading"), Path(options.data)
    base = base_folder(model.base)
    parameters = Parameters(**{field.name: getattr(options, field.name) for field in fields(Parameters)})
    tokens = TokenCache(_tokenizer(base))
    torch.manual_seed(parameters.seed)
    network = CrossEncoder(base, len(LABELS), parameters.dropout)
    options.run.mkdir(parents=True, exist_ok=True)
    examples = read_semeval(data)
    seen = [e for e in examples if e.split == "train" and (options.all or not is_validation(e))]
    unseen = [e for e in examples if (is_unseen_answer(e) if options.all else is_validation(e))]

    def project(trained: CrossEncoder) -> None:
        apply_adapter(trained, base, adapter_tensors(trained, base, parameters.rank))

    def evaluate(trained: CrossEncoder) -> dict[str, float]:
        return _validate(trained, unseen, tokens, parameters.max_length)

    train(network, seen, tokens, parameters, options.run, project, evaluate)
    adapter = adapter_tensors(network, base, parameters.rank)
    apply_adapter(network, base, adapter)
    print("exported:", evaluate(network), flush=True)
    facts = _facts(model, parameters, seen)
    write_adapter(options.out, network, adapter, facts, [_golden_row(tokens, texts) for texts in GOLDEN])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path, required=True, help="folder of the checkpoint and the log")
    parser.add_argument("--out", type=Path, required=True, help="folder of the adapter")
    parser.add_argument("--data", default=os.environ.get("LECTERN_DATA", "../shared/data"), help="data folder")
    parser.add_argument("--all", action="store_true", help="train on the validation questions too")
    for name, value in asdict(Parameters()).items():
        parser.add_argument(f"--{name}", type=type(value), default=value)
    return parser.parse_args()


def _tokenizer(base: Path) -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    tokenizer.encode_special_tokens = True
    return tokenizer


def _validate(
    network: CrossEncoder, examples: Sequence[Example], tokens: TokenCache, max_length: int
) -> dict[str, float]:
    """Macro-F1 per corpus, each answer beside its nearest reference, as in service."""
    gold = np.array([LABELS.index(example.label) for example in examples])
    predicted = _predict(network, examples, tokens, max_length)
    scores = {}
    for corpus in sorted({example.corpus for example in examples}):
        here = np.array([example.corpus == corpus for example in examples])
        scores[corpus] = macro_f1(gold[here], predicted[here], len(LABELS))
    return scores


def _predict(
    network: CrossEncoder, examples: Sequence[Example], tokens: TokenCache, max_length: int
) -> NDArray[np.int64]:
    """Labels (examples,)."""
    rows: list[Row] = [
        (tokens(e.question), tokens(e.references[nearest(e.references, e.answer)]), tokens(e.answer)) for e in examples
    ]
    order = sorted(range(len(rows)), key=lambda i: sum(map(len, rows[i])))
    labels = np.zeros(len(rows), dtype=np.int64)
    network.eval()
    with torch.inference_mode():
        for start in range(0, len(order), 64):
            batch = order[start : start + 64]
            labels[batch] = network(**tensors([rows[i] for i in batch], max_length)).argmax(-1).numpy()
    return labels


def _golden_row(tokens: TokenCache, texts: tuple[str, str, str]) -> Row:
    question, reference, answer = texts
    return tokens(question), tokens(reference), tokens(answer)


def _facts(model: Model, parameters: Parameters, seen: Sequence[Example]) -> dict[str, Any]:
    return {
        "base": {"name": model.base.name, "sha256": model.base.sha256},
        "rank": parameters.rank,
        "alpha": parameters.rank,
        "labels": list(LABELS),
        "max_length": SERVED_LENGTH,
        "training_data": [{"name": "SemEval-2013 Task 7 (Beetle, SciEntsBank), train", "licence": "CC BY-SA 3.0"}],
        "recipe": "model_store.recipes.grading",
        "parameters": asdict(parameters),
        "data_sha256": examples_digest(seen),
        "validation_share": VALIDATION_SHARE,
    }


if __name__ == "__main__":
    main()
