"""A plain cross-encoder on SemEval-2013 Task 7, exported as an adapter of low rank.

What the grader is compared with, fold by fold, and what smaller models are cut out of.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from functions.grading.schemas import LABELS
from model_store.recipes.answers import logits, read_answers, validation
from model_store.recipes.data import examples_digest
from model_store.recipes.engine import Batch, Fit
from model_store.recipes.export import adapter_tensors, apply_adapter, golden_rows, grading_facts, write_adapter
from model_store.recipes.grader.folds import apart
from model_store.recipes.network import CrossEncoder
from model_store.recipes.recipe import Recipe, Source, Work
from model_store.sources import base_folder


@dataclass(frozen=True)
class Parameters:
    """What a run depends on, beside its data and how it is fitted."""

    batch_size: int = 16
    label_smoothing: float = 0.05
    dropout: float = 0.1
    max_length: int = 192
    fold: int = -1
    """What is kept apart unless the run is on everything: a fold of the grader's; -1, the validation questions."""
    rank: int = 32
    """Rank of the adapter: what the weights' change is held to all through training."""


def compose(source: Source, parameters: Parameters) -> Work:
    """The cross-encoder on the answers of `source.data`.

    `project` takes the weights back to what an adapter can hold: iterative hard thresholding (Jain, Meka and Dhillon,
    2010), so that the export loses nothing that training relied on.

    Raises:
        DataError: the data is not as it should be.
    """
    base = base_folder(source.model.base)
    kept = (lambda example: apart(example, parameters.fold)) if parameters.fold >= 0 else validation
    seen, unseen = read_answers(source, parameters.max_length, kept)
    network = CrossEncoder(base, len(LABELS), parameters.dropout)

    def loss(trained: nn.Module, batch: Batch) -> Tensor:
        return cross_entropy(logits(trained, batch), batch["labels"], label_smoothing=parameters.label_smoothing)

    def project(trained: nn.Module) -> None:
        apply_adapter(trained, base, adapter_tensors(trained, base, parameters.rank))

    def export(folder: Path, record: dict[str, Any]) -> None:
        adapter = adapter_tensors(network, base, parameters.rank)
        apply_adapter(network, base, adapter)
        facts = {"rank": parameters.rank, "alpha": parameters.rank, **grading_facts(source.model), **record}
        write_adapter(folder, network, adapter, facts, golden_rows(seen.tokens))
        print("exported:", unseen.macro_f1(network), flush=True)

    training = seen.training(network, parameters.batch_size, loss, unseen, project)
    return Work(training, {"data_sha256": examples_digest(seen.examples)}, export)


RECIPE = Recipe(Parameters(), compose, Fit(epochs=7, cycles=2, learning_rate=1e-4))
