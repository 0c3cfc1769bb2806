"""The grader's recipe: cross-encoder by gradient, memory and trees in closed form, exported as one adapter folder.

Three runs make a release: two folds, which keep questions and science modules apart for measuring and for the blend of
the parts, and one on everything, which ships.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from functions.grading.schemas import LABELS
from model_store.build.arrays import save_arrays
from model_store.build.encoder import LOWER, int8_encoder
from model_store.build.memory import LIMITS
from model_store.recipes.data import FINER
from model_store.recipes.engine import Batch, Fit, Training
from model_store.recipes.export import grading_facts, write_json
from model_store.recipes.golden import GOLDEN
from model_store.recipes.grader.blend import START
from model_store.recipes.grader.cases import (
    DATA,
    Case,
    attack_cases,
    cases_digest,
    held_out,
    mohler_cases,
    semeval_cases,
    training,
)
from model_store.recipes.grader.cross import CrossLayers, batch_of
from model_store.recipes.grader.export import adapter_of, apply_adapter, references
from model_store.recipes.grader.parts import fit_parts
from model_store.recipes.grader.validation import macro_f1s
from model_store.recipes.grader.vectors import Vectors
from model_store.recipes.recipe import Recipe, Source, Work, tokenizer_of
from model_store.sources import base_folder


@dataclass(frozen=True)
class Parameters:
    """What a run depends on, beside its data and how it is fitted."""

    layers: str = "2,3,4,5"
    """Those of the base that the cross-encoder begins as, over the encoder's lower vectors."""
    depth: int = 0
    """Of how many of the base's layers the encoder is; 0: of all, with lower vectors of its own."""
    known: float = LIMITS[0]
    far: float = LIMITS[1]
    akin: float = LIMITS[2]
    """When a question is a remembered one, and one like those marked in points: what it takes depends on the depth."""
    fold: int = 0
    """What is kept apart, unless the run is on everything."""
    batch_size: int = 16
    label_smoothing: float = 0.05
    finer_weight: float = 0.5
    dropout: float = 0.1
    attacks: float = 0.25
    """Share of the attacks that an epoch sees."""
    rank: int = 48
    attack_seed: int = 1


@dataclass(frozen=True)
class Grading:
    """One run: what it sees, what it is validated on, and the network that it fits."""

    source: Source
    parameters: Parameters
    fold: int | None
    base: Path
    vectors: Vectors
    seen: Sequence[Case]
    unseen: Sequence[Case]
    attacks: Sequence[Case]
    network: CrossLayers

    @property
    def chosen(self) -> int:
        """How many attacks an epoch sees."""
        return int(self.parameters.attacks * len(self.attacks))

    def batches(self, _: int, chance: random.Random) -> Iterator[Batch]:
        """An epoch."""
        cases = [*self.seen, *chance.sample(self.attacks, self.chosen)]
        return _batches(cases, self.vectors, self.parameters.batch_size, chance)

    def loss(self, network: nn.Module, batch: Batch) -> Tensor:
        """Cross entropy of the labels, and of Beetle's finer ones where they are known."""
        labels, finer = network(batch)
        total = cross_entropy(labels.float(), batch["labels"], label_smoothing=self.parameters.label_smoothing)
        if (batch["finer"] >= 0).any():
            others = cross_entropy(finer.float(), batch["finer"], ignore_index=-1)
            total = total + self.parameters.finer_weight * others
        return total

    def project(self, network: nn.Module) -> None:
        """Back to what an adapter can hold, so that the export loses nothing that training relied on."""
        assert isinstance(network, CrossLayers)
        apply_adapter(network, self.base, adapter_of(network, self.base, self.parameters.rank))

    def evaluate(self, network: nn.Module) -> dict[str, float]:
        """Macro-F1 of the cross-encoder alone."""
        return macro_f1s(network, self.unseen, self.vectors, self.fold)

    def export(self, folder: Path, record: dict[str, Any]) -> None:
        """Write the adapter's folder; memory and trees are fitted here."""
        folder.mkdir(parents=True, exist_ok=True)
        adapter = adapter_of(self.network, self.base, self.parameters.rank)
        apply_adapter(self.network, self.base, adapter)  # so that the reference is of what is saved, to the last bit
        save_file(adapter, folder / "adapter.safetensors")
        marked = [case for case in mohler_cases(self.source.data) if not held_out(case, self.fold)]
        limits = self.parameters.known, self.parameters.far, self.parameters.akin
        parts = fit_parts(self.seen, self.attacks[::2], marked, self.vectors, limits)
        save_arrays(parts.memory, folder / "memory.npz")
        save_arrays(parts.trees, folder / "trees.npz")
        write_json(folder / "adapter.json", _facts(self.source, self.parameters, self.fold) | record)
        tokenizer = tokenizer_of(self.source.model)
        lower = self.parameters.depth or LOWER
        write_json(folder / "reference.json", references(self.network, self.base, lower, tokenizer, GOLDEN))


def compose(source: Source, parameters: Parameters) -> Work:
    """The grader on the answers of `source.data`. Raises DataError or OSError."""
    base, fold = base_folder(source.model.base), None if source.everything else parameters.fold
    answers = semeval_cases(source.data)
    attacks = [case for case in attack_cases(source.data, parameters.attack_seed) if not held_out(case, fold)]
    unseen = [case for case in answers if case.split != "train" or held_out(case, fold)]
    vectors = Vectors(int8_encoder(source.model.base, depth=parameters.depth), base / "tokenizer.json")
    network = CrossLayers(base, _layers(parameters), parameters.dropout)
    run = Grading(source, parameters, fold, base, vectors, training(answers, fold), unseen, attacks, network)
    steps = -(-(len(run.seen) + run.chosen) // parameters.batch_size)
    fitting = Training(network, steps, run.batches, run.loss, run.evaluate, run.project)
    return Work(fitting, {"data_sha256": cases_digest([*run.seen, *attacks])}, run.export)


def _layers(parameters: Parameters) -> list[int]:
    return [int(number) for number in parameters.layers.split(",")]


def _batches(cases: Sequence[Case], vectors: Vectors, size: int, chance: random.Random) -> Iterator[Batch]:
    """Each case once, beside its nearest reference or a drawn one, in shuffled batches of similar length."""
    rows = [(case, _reference(case, chance)) for case in cases]
    chance.shuffle(rows)
    batches = []
    for start in range(0, len(rows), size * 50):
        pool = sorted(rows[start : start + size * 50], key=lambda row: len(row[0].answer + row[1]))
        batches += [pool[i : i + size] for i in range(0, len(pool), size)]
    chance.shuffle(batches)
    for batch in batches:
        labels = torch.tensor([LABELS.index(case.label) for case, _ in batch])
        finer = torch.tensor([FINER.index(case.finer) if case.finer else -1 for case, _ in batch])
        texts = [(case.question, reference, case.answer) for case, reference in batch]
        yield batch_of(vectors, texts) | {"labels": labels, "finer": finer}


def _reference(case: Case, chance: random.Random) -> str:
    """Grading takes the nearest: a right answer must look right beside that one, a wrong one beside each."""
    drawn = not case.attack and chance.random() < (0.1 if case.label == "correct" else 0.5)
    return chance.choice(case.references) if drawn else case.reference


def _facts(source: Source, parameters: Parameters, fold: int | None) -> dict[str, Any]:
    return grading_facts(source.model) | {
        "kind": "grader",
        "depth": parameters.depth,
        "layers": _layers(parameters),
        "rank": parameters.rank,
        "alpha": parameters.rank,
        "fold": fold,
        "blend": START.tolist(),
        "training_data": list(DATA),
        "parameters": asdict(parameters),
    }


FIT = Fit(epochs=8, learning_rate=1.5e-4, average=0.2)
RECIPE = Recipe(Parameters(), compose, FIT)
