"""One network for both steps of semantic role labelling: without a mark it finds predicates, with one their arguments.

The mark is a vector that is added to the predicate's first token above the lower layers, not among the embeddings: what
is below is then the same for all predicates of a sentence, and a step of training reads each sentence there once.
"""

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu
from transformers import BertModel

SYNTAX = 96
"""Width of the vectors by which a word finds its head."""


class RoleNetwork(nn.Module):
    """A token's scores (2 + 2 · roles): of a predicate, of O, of B- and of I- of each role.

    `lower` layers are below the mark.
    """

    def __init__(self, base: Path, lower: int, roles: int, dropout: float, tags: int = 0, relations: int = 0) -> None:
        super().__init__()
        self.lower = lower
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
        self.finer = nn.ModuleDict(
            {
                "tag": nn.Linear(size, tags),
                "relation": nn.Linear(size, relations),
                "child": nn.Linear(size, SYNTAX),
                "parent": nn.Linear(size, SYNTAX),
            }
        )
        self.chain = nn.Parameter(torch.zeros(1 + 2 * roles, 1 + 2 * roles))
        """What a tag adds after another one, (tags, tags); not part of the graph."""
        self.dropout = nn.Dropout(dropout)

    def forward(self, input_ids: Tensor, token_type_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """As served: (rows, length · (2 + 2 · roles)). `token_type_ids` (rows, length) is 1 at the first token of a
        marked predicate.
        """
        return self.scores(input_ids, attention_mask, torch.arange(len(input_ids)), token_type_ids).flatten(1)

    def scores(self, input_ids: Tensor, attention_mask: Tensor, rows: Tensor, marks: Tensor) -> Tensor:
        """Scores (rows, length, 2 + 2 · roles) of `rows`, places of sentences, each marked as `marks` says."""
        return self.classify(self.vectors(input_ids, attention_mask, rows, marks), marks)

    def vectors(self, input_ids: Tensor, attention_mask: Tensor, rows: Tensor, marks: Tensor) -> Tensor:
        """Vectors (rows, length, hidden) of the same."""
        mask = (1.0 - attention_mask[:, None, None, :].float()) * -1e4
        hidden = self.encoder.embeddings(input_ids=input_ids)
        for layer in self.encoder.encoder.layer[: self.lower]:
            hidden = layer(hidden, mask)
        hidden = hidden[rows] + marks[..., None].to(hidden.dtype) * self.head["mark"].weight[0]
        for layer in self.encoder.encoder.layer[self.lower :]:
            hidden = layer(hidden, mask[rows])
        return hidden

    def classify(self, hidden: Tensor, marks: Tensor) -> Tensor:
        """Scores of such vectors."""
        hidden = self.dropout(hidden)
        marked = self.head["predicate"]((hidden * marks[..., None].to(hidden.dtype)).sum(1, keepdim=True))
        scores: Tensor = self.head["classifier"](self.dropout(gelu(self.head["token"](hidden) + marked)))
        return scores

    def syntax(self, hidden: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """What is learnt on the side, of vectors without a mark: scores of tags, of relations, and (rows, length,
        length) of each token's head among the tokens.
        """
        hidden = self.dropout(hidden)
        heads = self.finer["child"](hidden) @ self.finer["parent"](hidden).transpose(1, 2)
        return self.finer["tag"](hidden), self.finer["relation"](hidden), heads
