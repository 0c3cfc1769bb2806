"""The grader's cross-encoder: the base's upper layers over the frozen vectors of question, reference and answer.

Vectors from separate reading below and joint reading above: DeFormer (Cao et al., 2020). Beside the three labels it
learns Beetle's five and the points of answers that were marked in points (Caruana, 1997, Multitask Learning); those
heads are left behind.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from transformers import BertModel

from model_store.recipes.grader.vectors import Vectors

Texts = tuple[str, str, str]
LONGEST = 256


@dataclass(frozen=True)
class Batch:
    """Vectors (batch, length, hidden), the segment of each token (1, 2, 3; 0 is padding)."""

    vectors: Tensor
    segments: Tensor


def batch_of(vectors: Vectors, rows: Sequence[Texts]) -> Batch:
    """Rows of question, reference and answer, cut at LONGEST tokens."""
    parts = [[vectors(text)[1] for text in row] for row in rows]
    longest = min(LONGEST, max(sum(map(len, row)) for row in parts))
    stacked = torch.zeros(len(rows), longest, parts[0][0].shape[1])
    segments = torch.zeros(len(rows), longest, dtype=torch.long)
    for i, row in enumerate(parts):
        joined = np.concatenate(row)[:longest]
        kinds = np.repeat([1, 2, 3], [len(part) for part in row])[:longest]
        stacked[i, : len(joined)] = torch.from_numpy(joined.astype(np.float32))
        segments[i, : len(kinds)] = torch.from_numpy(kinds)
    return Batch(stacked, segments)


class CrossLayers(nn.Module):
    """`layers` of the base, and heads."""

    def __init__(self, base: Path, layers: Sequence[int], dropout: float) -> None:
        super().__init__()
        encoder = BertModel.from_pretrained(base, add_pooling_layer=False).encoder
        self.layer = nn.ModuleDict({str(number): copy.deepcopy(encoder.layer[number]) for number in layers})
        hidden = encoder.config.hidden_size
        self.segments = nn.Parameter(torch.zeros(3, hidden))
        self.dense = nn.Linear(3 * hidden, hidden)
        self.classifier, self.finer, self.points = (nn.Linear(hidden, width) for width in (3, 5, 1))
        self.dropout = nn.Dropout(dropout)

    def forward(self, batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
        """Logits (batch, 3) of the labels, (batch, 5) of Beetle's finer ones, and (batch,) of the credit."""
        kinds = nn.functional.one_hot(batch.segments, 4)[..., 1:].to(batch.vectors.dtype)
        hidden = self.dropout(batch.vectors + kinds @ self.segments)
        unseen = torch.zeros_like(kinds[..., 0]).masked_fill(batch.segments == 0, -1e4)[:, None, None, :]
        for layer in self.layer.values():
            out = layer(hidden, unseen)
            hidden = out[0] if isinstance(out, tuple) else out
        counts = kinds.sum(1).clamp(min=1)
        reference, answer = ((hidden * kinds[..., k, None]).sum(1) / counts[:, k, None] for k in (1, 2))
        everything = (hidden * kinds.sum(-1, keepdim=True)).sum(1) / counts.sum(-1, keepdim=True)
        pooled = torch.cat([everything, (reference - answer).abs(), reference * answer], dim=1)
        active = self.dropout(torch.tanh(self.dense(self.dropout(pooled))))
        return self.classifier(active), self.finer(active), self.points(active).squeeze(1)
