"""The cross-encoder that is trained: the base encoder, mean pooling and a small head.

The pooling is the base's own: all-MiniLM was trained with the mean of its token vectors, so a fresh pooler over [CLS]
would throw that training away. The embeddings stay as they are; they are half of the weights and no adapter could
hold them.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import torch
from torch import Tensor, nn
from transformers import BertModel

BESIDE = ("finer.", "chain")
"""Weights that are learnt beside those of the graph."""

Network = TypeVar("Network", bound=nn.Module)


class CrossEncoder(nn.Module):
    """Logits (batch, labels) from token ids, token types and mask, each (batch, length)."""

    def __init__(self, base: Path, labels: int, dropout: float) -> None:
        super().__init__()
        self.encoder = BertModel.from_pretrained(base, add_pooling_layer=False)
        self.encoder.embeddings.requires_grad_(False)
        self.head = nn.ModuleDict(
            {
                "dense": nn.Linear(self.encoder.config.hidden_size, self.encoder.config.hidden_size),
                "classifier": nn.Linear(self.encoder.config.hidden_size, labels),
            }
        )
        self.dropout = nn.Dropout(dropout)

    def forward(self, input_ids: Tensor, token_type_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Mean of the token vectors → dense → tanh → logits."""
        hidden = self.vectors(input_ids, token_type_ids, attention_mask)
        mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
        return self.classify((hidden * mask).sum(1) / mask.sum(1))

    def vectors(self, input_ids: Tensor, token_type_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """The tokens' vectors (batch, length, hidden)."""
        seen = self.encoder(input_ids=input_ids, token_type_ids=token_type_ids, attention_mask=attention_mask)
        hidden: Tensor = seen.last_hidden_state
        return hidden

    def classify(self, pooled: Tensor) -> Tensor:
        """Logits (…, labels) of pooled vectors (…, hidden)."""
        active = torch.tanh(self.head["dense"](self.dropout(pooled)))
        logits: Tensor = self.head["classifier"](self.dropout(active))
        return logits


def trained(network: nn.Module) -> Iterator[tuple[str, Tensor]]:
    """What is trained of the graph's weights, by name."""
    for name, value in network.named_parameters():
        if value.requires_grad and not name.startswith(BESIDE):
            yield name, value.detach()
