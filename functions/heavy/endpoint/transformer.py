"""An engine of transformers: a sequence classifier of its own files, on a GPU in bfloat16.

The one module that serves with torch. Rows are padded to the longest of their batch and masked, so that an answer does
not depend on its neighbours; sorted by length first, so that little is padded.
"""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from transformers import AutoModelForSequenceClassification

from functions.heavy.endpoint.engine import WEIGHTS
from lectern.errors import ReleaseRejected
from lectern.load import fetch, self_test
from lectern.model import Encoding
from lectern.release import Release
from lectern.store import Store

CONFIG = "config.json"

MOST_TOKENS = 16_384
"""Of a batch, padding included: BERT-large in bfloat16 then stays below 4 GB."""


class TransformerEngine:
    """See Engine. `network` takes input_ids, token_type_ids and attention_mask (batch, length), and gives logits.

    In bfloat16 its matrix products alone are short: sums, norms and the residual stream keep float32, or an answer in a
    batch moves by up to 0.03 from the same answer alone.
    """

    def __init__(
        self, release: Release, network: nn.Module, limits: tuple[int, int], device: str, precision: str
    ) -> None:
        self._release, self._device, self._short = release, device, precision == "bfloat16"
        self._network = shortened(network) if self._short else network
        self._words, self._kinds = limits

    @property
    def release(self) -> Release:
        """See Engine."""
        return self._release

    def infer(self, row: Encoding) -> NDArray[np.float32]:
        """Logits (labels,) of one row."""
        return self.answer([row])[0]

    def answer(self, rows: Sequence[Encoding]) -> list[NDArray[np.float32]]:
        """See Engine. Raises ValueError for a token that the model has not: on a GPU it would be the last one."""
        if any(max(row.input_ids) >= self._words or max(row.token_type_ids) >= self._kinds for row in rows):
            raise ValueError("a token is not in the model's vocabulary")
        found: list[NDArray[np.float32]] = [np.empty(0, np.float32)] * len(rows)
        for places in batches([len(row.input_ids) for row in rows], MOST_TOKENS):
            logits = self._run([rows[place] for place in places])
            for place, row in zip(places, logits, strict=True):
                found[place] = row
        return found

    def _run(self, rows: Sequence[Encoding]) -> NDArray[np.float32]:
        longest = max(len(row.input_ids) for row in rows)
        masks = [[1] * len(row.input_ids) for row in rows]
        fed = [[row.input_ids for row in rows], [row.token_type_ids for row in rows], masks]
        with (
            torch.inference_mode(),
            torch.autocast(torch.device(self._device).type, torch.bfloat16, enabled=self._short),
        ):
            ids, kinds, mask = (_padded(part, longest).to(self._device, non_blocking=True) for part in fed)
            found = self._network(input_ids=ids, token_type_ids=kinds, attention_mask=mask)
            logits: Tensor = found if isinstance(found, Tensor) else found.logits
            numbers: NDArray[np.float32] = logits.float().cpu().numpy()
        return numbers


def shortened(network: nn.Module) -> nn.Module:
    """The same network, the weights of its linear layers in bfloat16, so that nothing casts them at each batch."""
    for part in network.modules():
        if isinstance(part, nn.Linear):
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
        for name in (CONFIG, WEIGHTS):
            Path(folder, name).write_bytes(fetch(store, name, manifest))
        try:
            network = AutoModelForSequenceClassification.from_pretrained(
                folder, local_files_only=True, use_safetensors=True, attn_implementation="sdpa"
            )
        except Exception as error:  # transformers raises many kinds
            raise ReleaseRejected(f"{manifest.model} {manifest.version} is no model of transformers.") from error
    config = network.config
    limits = (int(config.vocab_size), int(getattr(config, "type_vocab_size", 1)))
    engine = TransformerEngine(release, network.eval().to(device), limits, device, precision)
    self_test(engine)
    return engine


def _padded(rows: Sequence[Sequence[int]], length: int) -> Tensor:
    return torch.tensor([[*row, *[0] * (length - len(row))] for row in rows])
