"""The network that answers: the base encoder, and a start and an end logit for each token."""

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from transformers import BertModel

from model_store.recipes.answers import INPUTS
from model_store.recipes.engine import Batch


class SpanNetwork(nn.Module):
    """Logits (batch, 2 · length), start and end of each token in turn, from ids, types and mask (batch, length)."""

    def __init__(self, base: Path) -> None:
        super().__init__()
        self.encoder = BertModel.from_pretrained(base, add_pooling_layer=False)
        self.encoder.embeddings.requires_grad_(False)
        self.head = nn.ModuleDict({"span": nn.Linear(self.encoder.config.hidden_size, 2, bias=False)})
        nn.init.normal_(self.head["span"].weight, std=0.02)

    def forward(self, input_ids: Tensor, token_type_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """The logits as the graph of a release gives them."""
        seen = self.encoder(input_ids=input_ids, token_type_ids=token_type_ids, attention_mask=attention_mask)
        logits: Tensor = self.head["span"](seen.last_hidden_state).flatten(1)
        return logits


def span_loss(network: nn.Module, batch: Batch) -> Tensor:
    """Mean cross-entropy of start and end over the text's tokens and [CLS], which stands for no answer."""
    found = network(**{name: batch[name] for name in INPUTS}).float().unflatten(1, (-1, 2))
    allowed = (batch["token_type_ids"] * batch["attention_mask"]).bool()
    allowed[:, 0] = True
    found = found.masked_fill(~allowed[..., None], torch.finfo(torch.float32).min)
    return cross_entropy(found, batch["spans"])
