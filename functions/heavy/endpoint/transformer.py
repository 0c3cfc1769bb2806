"""An engine of transformers: a network of its own files, on a GPU in bfloat16.

This module and heads.py are the only ones that serve with torch. Rows are padded to the longest of their batch and
masked, so that an answer does not depend on its neighbours; sorted by length first, so that little is padded.
"""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from transformers import AutoConfig, PretrainedConfig

from functions.heavy.endpoint.engine import WEIGHTS
from functions.heavy.endpoint.heads import Head, head_of
from lectern.errors import ReleaseRejected
from lectern.load import fetch, self_test
from lectern.model import Encoding
from lectern.release import Release
from lectern.store import Store

CONFIG, GENERATION = "config.json", "generation_config.json"

MOST_TOKENS = 16_384
"""Of a batch, padding included: BERT-large in bfloat16 then stays below 4 GB."""


class Limits(NamedTuple):
    """How many tokens and kinds of tokens a network knows, and the token that fills a row up."""

    words: int
    kinds: int
    pad: int = 0

    @classmethod
    def of(cls, config: PretrainedConfig) -> "Limits":
        """As its config says."""
        kinds = int(getattr(config, "type_vocab_size", 1))
        return cls(int(config.vocab_size), kinds, int(config.pad_token_id or 0))

    def hold(self, row: Encoding) -> bool:
        """Whether the network knows all of a row."""
        return max(row.input_ids) < self.words and max(row.token_type_ids) < self.kinds


class TransformerEngine:
    """See Engine. `network` takes input_ids, token_type_ids and attention_mask (batch, length), as `head` runs it.

    In bfloat16 its matrix products alone are short: sums, norms and the residual stream keep float32, or an answer in a
    batch moves by up to 0.03 from the same answer alone.
    """

    def __init__(
        self, release: Release, network: nn.Module, head: Head, limits: Limits, device: str, precision: str
    ) -> None:
        self._release, self._device, self._short = release, device, precision == "bfloat16"
        self._network, self._head = shortened(network) if self._short else network, head
        self._limits = limits

    @property
    def release(self) -> Release:
        """See Engine."""
        return self._release

    def infer(self, row: Encoding) -> NDArray[np.float32]:
        """Logits (labels,) of one row."""
        return self.answer([row])[0]

    def answer(self, rows: Sequence[Encoding]) -> list[NDArray[np.float32]]:
        """See Engine. Raises ValueError for a token that the model has not: on a GPU it would be the last one."""
        if not all(self._limits.hold(row) for row in rows):
            raise ValueError("a token is not in the model's vocabulary")
        found: list[NDArray[np.float32]] = [np.empty(0, np.float32)] * len(rows)
        for places in batches([len(row.input_ids) for row in rows], MOST_TOKENS):
            logits = self._run([rows[place] for place in places])
            for place, row in zip(places, logits, strict=True):
                found[place] = row
        return found

    def _run(self, rows: Sequence[Encoding]) -> list[NDArray[np.float32]]:
        tokens, kinds = [row.input_ids for row in rows], [row.token_type_ids for row in rows]
        masks = [[1] * len(row) for row in tokens]
        padded = {
            "input_ids": _padded(tokens, self._limits.pad),
            "token_type_ids": _padded(kinds, 0),
            "attention_mask": _padded(masks, 0),
        }
        with (
            torch.inference_mode(),
            torch.autocast(torch.device(self._device).type, torch.bfloat16, enabled=self._short),
        ):
            fed = {name: part.to(self._device, non_blocking=True) for name, part in padded.items()}
            return self._head.run(self._network, fed, rows)


def shortened(network: nn.Module) -> nn.Module:
    """The same network, the weights of its linear layers in bfloat16, so that nothing casts them at each batch; but for
    those that are its vectors of words too.
    """
    words = {id(part.weight) for part in network.modules() if isinstance(part, nn.Embedding)}
    for part in network.modules():
        if isinstance(part, nn.Linear) and id(part.weight) not in words:
            part.to(torch.bfloat16)
    return network


def batches(lengths: Sequence[int], most: int) -> Iterator[list[int]]:
    """Places of rows, sorted by length, in batches of at most `most` tokens when padded; a longer row is alone."""
    batch: list[int] = []
    for place in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and lengths[place] * (len(batch) + 1) > most:
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch


def open_transformer(store: Store, release: Release, device: str, precision: str) -> TransformerEngine:
    """Fetch, check, load and prove a release of transformers. Raises ReleaseRejected or StoreUnavailable."""
    manifest = release.manifest
    with tempfile.TemporaryDirectory(prefix="lectern-") as folder:
        for name in manifest.files.keys() & {CONFIG, GENERATION, WEIGHTS}:
            Path(folder, name).write_bytes(fetch(store, name, manifest))
        try:
            config = AutoConfig.from_pretrained(folder, local_files_only=True)
            head = head_of(config)
            network = head.reader.from_pretrained(
                folder, local_files_only=True, use_safetensors=True, attn_implementation="sdpa"
            )
        except Exception as error:  # transformers raises many kinds
            raise ReleaseRejected(f"{manifest.model} {manifest.version} is no model of transformers.") from error
    engine = TransformerEngine(release, network.eval().to(device), head, Limits.of(config), device, precision)
    self_test(engine)
    return engine


def _padded(rows: Sequence[Sequence[int]], pad: int) -> Tensor:
    longest = max(map(len, rows))
    return torch.tensor([[*row, *[pad] * (longest - len(row))] for row in rows])
