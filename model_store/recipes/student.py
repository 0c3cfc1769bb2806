"""A BERT encoder of any depth and width with a mean-pooling head: what distilling and pruning train.

Its shape is that of its weights, which are named as in a base's `model.safetensors`; so a network with fewer layers,
heads or feed-forward columns is just a smaller dictionary.
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn.functional import embedding, gelu, layer_norm, linear, scaled_dot_product_attention

State = dict[str, Tensor]
"""Weights by name: `embeddings.…`, `encoder.layer.N.…`, `head.…`."""

LAYER_NORM_EPS = 1e-12


class Student(nn.Module):
    """Logits (batch, labels) from token ids, token types and mask, each (batch, length).

    The embeddings stay as they are. `hidden // heads` of the base gives `head_size`, which cutting keeps.
    """

    def __init__(self, state: Mapping[str, Tensor], head_size: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.head_size, self.dropout, self.layers = head_size, dropout, depth(state)
        self.names = sorted(name for name in state if not name.startswith("embeddings."))
        self.weights = nn.ParameterList([nn.Parameter(state[name].detach().clone().float()) for name in self.names])
        for name in (name for name in state if name.startswith("embeddings.")):
            self.register_buffer(name.replace(".", "/"), state[name].detach().float(), persistent=False)

    def state(self) -> State:
        """The weights under their names, as the network computes with them (not copied)."""
        trained = dict(zip(self.names, self.weights, strict=True))
        return trained | {name.replace("/", "."): value for name, value in self.named_buffers()}

    def forward(self, input_ids: Tensor, token_type_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Embeddings → layers → mean of the token vectors → dense → tanh → logits."""
        state = self.state()
        hidden = self._embed(state, input_ids, token_type_ids)
        allowed = attention_mask[:, None, None, :].bool()
        for number in range(self.layers):
            hidden = self._layer(state, f"encoder.layer.{number}.", hidden, allowed)
        mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
        pooled = (hidden * mask).sum(1) / mask.sum(1)
        active = torch.tanh(_linear(state, "head.dense", self._drop(pooled)))
        return _linear(state, "head.classifier", self._drop(active))

    def _embed(self, state: State, input_ids: Tensor, token_type_ids: Tensor) -> Tensor:
        positions = state["embeddings.position_embeddings.weight"][: input_ids.shape[1]]
        words = embedding(input_ids, state["embeddings.word_embeddings.weight"])
        kinds = embedding(token_type_ids, state["embeddings.token_type_embeddings.weight"])
        return self._drop(_norm(state, "embeddings.LayerNorm", words + positions + kinds))

    def _layer(self, state: State, layer: str, hidden: Tensor, allowed: Tensor) -> Tensor:
        parts = (f"{layer}attention.self.{name}" for name in ("query", "key", "value"))
        query, key, value = (self._heads(_linear(state, part, hidden)) for part in parts)
        mixed = scaled_dot_product_attention(query, key, value, attn_mask=allowed)
        attended = _linear(state, f"{layer}attention.output.dense", mixed.transpose(1, 2).flatten(2))
        hidden = _norm(state, f"{layer}attention.output.LayerNorm", self._drop(attended) + hidden)
        wide = gelu(_linear(state, f"{layer}intermediate.dense", hidden))
        narrow = _linear(state, f"{layer}output.dense", wide)
        return _norm(state, f"{layer}output.LayerNorm", self._drop(narrow) + hidden)

    def _heads(self, value: Tensor) -> Tensor:
        """(batch, length, heads · size) as (batch, heads, length, size)."""
        return value.unflatten(-1, (-1, self.head_size)).transpose(1, 2)

    def _drop(self, value: Tensor) -> Tensor:
        return nn.functional.dropout(value, self.dropout, self.training)


def depth(state: Mapping[str, Tensor]) -> int:
    """The number of layers."""
    return 1 + max(int(name.split(".")[2]) for name in state if name.startswith("encoder.layer."))


def _linear(state: State, name: str, value: Tensor) -> Tensor:
    return linear(value, state[f"{name}.weight"], state[f"{name}.bias"])


def _norm(state: State, name: str, value: Tensor) -> Tensor:
    weight, bias = state[f"{name}.weight"], state[f"{name}.bias"]
    return layer_norm(value.float(), weight.shape, weight, bias, LAYER_NORM_EPS)
