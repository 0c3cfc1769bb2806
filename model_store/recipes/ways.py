"""Two ways to train what an adapter of low rank can hold: its factors, or whole matrices whose change is held to it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor, nn

from model_store.catalogue import Model
from model_store.recipes import lora
from model_store.recipes.engine import Projection
from model_store.recipes.export import adapter_tensors, apply_adapter
from model_store.recipes.network import Network, trained
from model_store.recipes.recipe import weights_of
from model_store.sources import base_folder


class Way(Protocol):
    """How the encoder of a network is trained."""

    @property
    def alpha(self) -> int:
        """What the product of an adapter's factors is multiplied by, times its rank."""

    def prepared(self, network: Network) -> Network:
        """The network, ready to be trained."""

    def begin(self, network: nn.Module, model: Model, adapter: Path) -> None:
        """Give it the weights of an adapter; a head that the adapter lacks, or has for other labels, begins anew.

        Raises OSError, or KeyError, RuntimeError or AdapterMismatch for an adapter of another kind.
        """

    def projection(self, model: Model) -> Projection | None:
        """What takes the weights back to what an adapter can hold, where training may leave it."""

    def final(self, network: nn.Module, model: Model, initial: Path | None, kept: float) -> dict[str, Tensor]:
        """The adapter that a run writes, with a share `kept` of the one that it began with, if any.

        The network takes on the weights that are written (Wortsman et al., 2022, WiSE-FT). Raises OSError.
        """


@dataclass(frozen=True)
class Factors:
    """The factors themselves are trained (Hu et al., 2021, LoRA)."""

    rank: int

    @property
    def alpha(self) -> int:
        """See Way."""
        return lora.SCALE * self.rank

    def prepared(self, network: Network) -> Network:
        """See Way."""
        return lora.lowered(network, self.rank)

    def begin(self, network: nn.Module, model: Model, adapter: Path) -> None:
        """See Way; a lower rank grows to the network's, a higher one is refused."""
        lora.begin_with(network, model, adapter)

    def projection(self, model: Model) -> Projection | None:
        """None is needed."""
        return None

    def final(self, network: nn.Module, model: Model, initial: Path | None, kept: float) -> dict[str, Tensor]:
        """See Way."""
        return lora.final_tensors(network, model, initial, kept)


@dataclass(frozen=True)
class Whole:
    """Whole matrices are trained and taken back to the rank every so often (Jain et al., 2010): ADR 3.

    `dropout` is that of the encoder's own layers.
    """

    rank: int
    dropout: float = 0.0

    @property
    def alpha(self) -> int:
        """See Way."""
        return self.rank

    def prepared(self, network: Network) -> Network:
        """See Way."""
        return lora.plainly(network, self.dropout)

    def begin(self, network: nn.Module, model: Model, adapter: Path) -> None:
        """See Way."""
        shapes = {name: value.shape for name, value in network.state_dict().items()}
        fitting = {name: value for name, value in _weights(model, adapter).items() if shapes.get(name) == value.shape}
        network.load_state_dict(fitting, strict=False)

    def projection(self, model: Model) -> Projection | None:
        """See Way."""

        def held(network: nn.Module) -> None:
            self._hold(network, base_folder(model.base))

        return held

    def final(self, network: nn.Module, model: Model, initial: Path | None, kept: float) -> dict[str, Tensor]:
        """See Way."""
        if kept and initial:
            before = _weights(model, initial)
            with torch.no_grad():
                for name, value in trained(network):
                    value.lerp_(before[name], kept)
        return self._hold(network, base_folder(model.base))

    def _hold(self, network: nn.Module, base: Path) -> dict[str, Tensor]:
        adapter = adapter_tensors(network, base, self.rank)
        apply_adapter(network, base, adapter)
        return adapter


def _weights(model: Model, adapter: Path) -> dict[str, Tensor]:
    """Of the network that a build makes of an adapter, by the names that training has for them."""
    merged = weights_of(model, adapter)
    return {name if name.startswith("head.") else f"encoder.{name}": value for name, value in merged.items()}
