"""A recipe is data and composition: parameters with their defaults, and what they make of a base and a data folder."""

import importlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from model_store.build.merge import merge, read_adapter
from model_store.catalogue import Model
from model_store.digest import file_digest
from model_store.recipes.engine import Fit, Training
from model_store.sources import base_folder

State = dict[str, torch.Tensor]


@dataclass(frozen=True)
class Source:
    """What a run starts from."""

    model: Model
    data: Path
    everything: bool = False
    """Train on the validation questions too, for what ships."""
    initial: Path | None = None
    """Adapter of the network to begin with."""
    soft: Path | None = None
    """A teacher's probabilities by answer (`teacher.npz`)."""


@dataclass(frozen=True)
class Work:
    """A composed run: what to fit, what it depends on, and how it is written to an adapter folder."""

    training: Training
    facts: dict[str, Any]
    export: Callable[[Path, dict[str, Any]], None]
    """Called with the folder and the facts of the run, the network in its final state."""


@dataclass(frozen=True)
class Recipe:
    """`compose(source, parameters)` makes the work; `parameters` and `fit` are the defaults of what may be changed.

    The fields of both are options of the command line and hyperparameters of a training job, so their names are apart.
    """

    parameters: Any
    compose: Callable[[Source, Any], Work]
    fit: Fit = field(default_factory=Fit)


def recipe_of(work: str, model: Model) -> Recipe:
    """The recipe of a work: `train` is the model's own in the catalogue, `distil` and `prune` make a student."""
    module = importlib.import_module(model.recipe if work == "train" else "model_store.recipes.smaller")
    recipe: Recipe = module.RECIPE if work == "train" else getattr(module, work.upper())
    return recipe


def tokenizer_of(model: Model) -> Tokenizer:
    """The base's tokenizer as the runtime sets it up."""
    tokenizer = Tokenizer.from_file(str(base_folder(model.base) / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    tokenizer.encode_special_tokens = True
    return tokenizer


def weights_of(model: Model, adapter: Path) -> State:
    """The whole network that a build would make of an adapter, in float32. Raises OSError or AdapterMismatch."""
    merged = merge(load_file(base_folder(model.base) / "model.safetensors"), read_adapter(adapter))
    wanted = ("embeddings.", "encoder.", "head.")
    return {
        name: torch.from_numpy(np.array(value))
        for name, value in merged.items()
        if name.startswith(wanted) and value.dtype == np.float32
    }


def head_size_of(model: Model) -> int:
    """Width of one attention head of the base."""
    config = json.loads((base_folder(model.base) / "config.json").read_text("utf-8"))
    return int(config["hidden_size"] // config["num_attention_heads"])


def begun(source: Source) -> dict[str, str]:
    """What a run's facts say of the adapter that it begins with, if any. Raises OSError."""
    return {"initial_sha256": file_digest(source.initial / "adapter.safetensors")} if source.initial else {}


def with_earlier_data(own: list[dict[str, str]], source: Source) -> list[dict[str, str]]:
    """The data sets that an adapter learnt: the run's own, and after them those of the adapter that it began with."""
    if source.initial is None:
        return own
    earlier = json.loads((source.initial / "adapter.json").read_text("utf-8"))["training_data"]
    return [*own, *(entry for entry in earlier if entry not in own)]
