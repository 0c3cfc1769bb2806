"""The grader's cross-encoder: the base's upper layers over the frozen vectors of question, reference and answer.

Vectors from separate reading below and joint reading above: DeFormer (Cao et al., 2020). The question comes as one
vector, the mean of its own: half of a row would be its tokens, and a reference says most of what it asks for. Beside
the three labels the network learns Beetle's five (Caruana, 1997, Multitask Learning); that head is left behind.
"""

import copy
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from transformers import BertModel

from model_store.recipes.grader.vectors import Vectors

Texts = tuple[str, str, str]
Floats = NDArray[np.floating[Any]]
LONGEST = 256


def batch_of(vectors: Vectors, rows: Sequence[Texts]) -> dict[str, Tensor]:
    """Rows of question, reference and answer, cut at LONGEST tokens.

    `vectors` (batch, length, hidden) of the lower layer, and `segments` (batch, length): 1, 2, 3; 0 is padding.
    """
    joined = [side_by_side([vectors(text)[1] for text in row]) for row in rows]
    longest = min(LONGEST, max(len(kinds) for _, kinds in joined))
    stacked = torch.zeros(len(rows), longest, joined[0][0].shape[1])
    segments = torch.zeros(len(rows), longest, dtype=torch.long)
    for i, (row, kinds) in enumerate(joined):
        stacked[i, : len(kinds)] = torch.from_numpy(row[:longest])
        segments[i, : len(kinds)] = torch.from_numpy(kinds[:longest])
    return {"vectors": stacked, "segments": segments}


def side_by_side(parts: Sequence[Floats]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Question, reference and answer, (tokens, hidden) each, as the rows that the layers see, and the kind of each.

    (length, hidden) and (length,): the question's mean (1), the reference's tokens (2) and the answer's (3).
    """
    question, reference, answer = (part.astype(np.float32) for part in parts)
    row = np.concatenate([question.mean(axis=0, keepdims=True), reference, answer])
    return row, np.repeat([1, 2, 3], [1, len(reference), len(answer)])


class CrossLayers(nn.Module):
    """`layers` of the base, and heads."""

    def __init__(self, base: Path, layers: Sequence[int], dropout: float) -> None:
        super().__init__()
        encoder = BertModel.from_pretrained(base, add_pooling_layer=False).encoder
        self.layer = nn.ModuleDict({str(number): copy.deepcopy(encoder.layer[number]) for number in layers})
        hidden = encoder.config.hidden_size
        self.segments = nn.Parameter(torch.zeros(3, hidden))
        self.dense = nn.Linear(3 * hidden, hidden)
        self.classifier, self.finer = nn.Linear(hidden, 3), nn.Linear(hidden, 5)
        self.dropout = nn.Dropout(dropout)

    def forward(self, batch: Mapping[str, Tensor]) -> tuple[Tensor, Tensor]:
        """Logits (batch, 3) of the labels and (batch, 5) of Beetle's finer ones."""
        segments, vectors = batch["segments"], batch["vectors"]
        kinds = nn.functional.one_hot(segments, 4)[..., 1:].to(vectors.dtype)
        hidden = self.dropout(vectors + kinds @ self.segments)
        unseen = torch.zeros_like(kinds[..., 0]).masked_fill(segments == 0, -1e4)[:, None, None, :]
        for layer in self.layer.values():
            out = layer(hidden, unseen)
            hidden = out[0] if isinstance(out, tuple) else out
        counts = kinds.sum(1).clamp(min=1)
        reference, answer = ((hidden * kinds[..., k, None]).sum(1) / counts[:, k, None] for k in (1, 2))
        everything = (hidden * kinds.sum(-1, keepdim=True)).sum(1) / counts.sum(-1, keepdim=True)
        pooled = torch.cat([everything, (reference - answer).abs(), reference * answer], dim=1)
        active = self.dropout(torch.tanh(self.dense(self.dropout(pooled))))
        return self.classifier(active), self.finer(active)
