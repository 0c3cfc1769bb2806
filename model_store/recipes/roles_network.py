"""One network for both steps of semantic role labelling: without a mark it finds predicates, with one their arguments.

The mark is a vector that is added to the predicate's first token above the layer LOWER, not among the embeddings: what
is below is then the same for all predicates of a sentence, and a step of training reads each sentence there once.
"""

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu
from transformers import BertModel

LOWER = 4


class RoleNetwork(nn.Module):
    """A token's scores (2 + 2 · roles): of a predicate, of O, of B- and of I- of each role."""

    def __init__(self, base: Path, roles: int, dropout: float) -> None:
        super().__init__()
        self.encoder = BertModel.from_pretrained(base, add_pooling_layer=False)
        self.encoder.embeddings.requires_grad_(False)
        size = self.encoder.config.hidden_size
        self.head = nn.ModuleDict(
            {
                "mark": nn.Embedding(1, size),
                "token": nn.Linear(size, size),
                "predicate": nn.Linear(size, size, bias=False),
                "classifier": nn.Linear(size, 2 + 2 * roles),
            }
        )
        nn.init.normal_(self.head["mark"].weight, std=0.5)
        self.dropout = nn.Dropout(dropout)

    def forward(self, input_ids: Tensor, token_type_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """As served: (rows, length · (2 + 2 · roles)). `token_type_ids` (rows, length) is 1 at the first token of a
        marked predicate.
        """
        return self.scores(input_ids, attention_mask, torch.arange(len(input_ids)), token_type_ids).flatten(1)

    def scores(self, input_ids: Tensor, attention_mask: Tensor, rows: Tensor, marks: Tensor) -> Tensor:
        """Scores (rows, length, 2 + 2 · roles) of `rows`, places of sentences, each marked as `marks` says."""
        mask = (1.0 - attention_mask[:, None, None, :].float()) * -1e4
        hidden = self.encoder.embeddings(input_ids=input_ids)
        for layer in self.encoder.encoder.layer[:LOWER]:
            hidden = layer(hidden, mask)
        marks = marks[..., None].to(hidden.dtype)
        hidden = hidden[rows] + marks * self.head["mark"].weight[0]
        for layer in self.encoder.encoder.layer[LOWER:]:
            hidden = layer(hidden, mask[rows])
        hidden = self.dropout(hidden)
        marked = self.head["predicate"]((hidden * marks).sum(1, keepdim=True))
        scores: Tensor = self.head["classifier"](self.dropout(gelu(self.head["token"](hidden) + marked)))
        return scores
