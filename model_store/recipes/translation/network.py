"""A small Transformer that reads one sentence and writes another.

Vaswani et al. (2017), with the norm before each part (Xiong et al., 2020), one matrix for the words that are read,
those that are written and their scores (Press and Wolf, 2017), and ReLU, which suits unsigned integers.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from functions.translate.pieces import LANGUAGES, PAD, SPECIALS, UNKNOWN, writable

PADDING = SPECIALS.index(PAD)


@dataclass(frozen=True)
class Shape:
    """How large a network is."""

    vocabulary: int
    width: int = 256
    inner: int = 512
    heads: int = 4
    encoders: int = 4
    decoders: int = 2


class Attention(nn.Module):
    """Multi-head attention; `keys` gives what can be computed once of a text and kept."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query, self.key_value, self.out = (nn.Linear(width, size) for size in (width, 2 * width, width))

    def keys(self, hidden: Tensor) -> tuple[Tensor, Tensor]:
        """(N, S, width) → keys and values (N, heads, S, width / heads)."""
        key, value = self.key_value(hidden).chunk(2, -1)
        return self._split(key), self._split(value)

    def forward(self, hidden: Tensor, kept: tuple[Tensor, Tensor], mask: Tensor) -> Tensor:
        """(N, T, width) → the same; `mask` (N or 1, 1, T or 1, S) is added to the scores."""
        query, (key, value) = self._split(self.query(hidden)), kept
        scores = query @ key.transpose(-1, -2) * (1 / math.sqrt(query.shape[-1])) + mask
        mixed = scores.softmax(-1).to(value.dtype) @ value
        return self.out(mixed.transpose(1, 2).flatten(2))

    def _split(self, value: Tensor) -> Tensor:
        return value.unflatten(-1, (self.heads, -1)).transpose(1, 2)


class Layer(nn.Module):
    """Attention to itself, to what was read (a decoder's layer), and two products with ReLU between."""

    def __init__(self, shape: Shape, reads: bool, rate: float) -> None:
        super().__init__()
        parts = 3 if reads else 2
        self.rate = rate
        self.norms = nn.ModuleList(nn.LayerNorm(shape.width) for _ in range(parts))
        self.attentions = nn.ModuleList(Attention(shape.width, shape.heads) for _ in range(parts - 1))
        self.wide, self.narrow = nn.Linear(shape.width, shape.inner), nn.Linear(shape.inner, shape.width)

    def forward(
        self, hidden: Tensor, mask: Tensor, read: Tensor | None = None, read_mask: Tensor | None = None
    ) -> Tensor:
        """(N, T, width) → the same."""
        normed = self.norms[0](hidden)
        hidden = hidden + self._drop(self.attentions[0](normed, self.attentions[0].keys(normed), mask))
        if read is not None:
            told = self.attentions[1](self.norms[1](hidden), self.attentions[1].keys(read), read_mask)
            hidden = hidden + self._drop(told)
        return hidden + self._drop(self.narrow(self._drop(self.wide(self.norms[-1](hidden)).relu())))

    def _drop(self, value: Tensor) -> Tensor:
        return dropped(value, self.rate) if self.training else value


class Translator(nn.Module):
    """Encoder and decoder over one table of words."""

    def __init__(self, shape: Shape, rate: float, tokens: Sequence[str]) -> None:
        super().__init__()
        self.shape, self.rate = shape, rate
        self._columns = [_columns(tokens, language) for language in LANGUAGES]
        self.words = nn.Parameter(torch.randn(shape.vocabulary, shape.width) * shape.width**-0.5)
        self.encoder = nn.ModuleList(Layer(shape, False, rate) for _ in range(shape.encoders))
        self.decoder = nn.ModuleList(Layer(shape, True, rate) for _ in range(shape.decoders))
        self.encoder_norm, self.decoder_norm = nn.LayerNorm(shape.width), nn.LayerNorm(shape.width)
        for layer in self.modules():
            if isinstance(layer, nn.Linear):
                nn.init.xavier_uniform_(layer.weight)
                nn.init.zeros_(layer.bias)

    def encode(self, source: Tensor) -> tuple[Tensor, Tensor]:
        """Tokens (N, S) → vectors (N, S, width), and the mask that hides padding (N, 1, 1, S)."""
        mask = torch.zeros(source.shape).masked_fill(source.cpu() == PADDING, -1e9)[:, None, None].to(source.device)
        hidden = self._embedded(source)
        for layer in self.encoder:
            hidden = layer(hidden, mask)
        return self.encoder_norm(hidden), mask

    def decode(self, written: Tensor, read: Tensor, mask: Tensor) -> Tensor:
        """What is written so far (N, T), begun by the target's tag → vectors (N, T, width) of what comes next."""
        length = written.shape[1]
        later = torch.full((length, length), -1e9, device=written.device).triu(1)[None, None]
        hidden = self._embedded(written)
        for layer in self.decoder:
            hidden = layer(hidden, later, read, mask)
        return self.decoder_norm(hidden)

    def columns(self, language: int) -> tuple[Tensor, Tensor]:
        """The tokens that a language (by its place) is written with, and the place of every token among them."""
        columns, places = self._columns[language]
        return columns.to(self.words.device), places.to(self.words.device)

    def _embedded(self, tokens: Tensor) -> Tensor:
        places = positions(tokens.shape[1], self.shape.width).to(tokens.device)
        hidden = self.words[tokens] * math.sqrt(self.shape.width) + places
        return dropped(hidden, self.rate) if self.training else hidden


def _columns(tokens: Sequence[str], language: str) -> tuple[Tensor, Tensor]:
    chosen = [place for place, token in enumerate(tokens) if token == UNKNOWN or writable(token, language)]
    places = torch.zeros(len(tokens), dtype=torch.long)
    places[chosen] = torch.arange(len(chosen))
    return torch.tensor(chosen), places


def positions(length: int, width: int) -> Tensor:
    """Sine and cosine of each place at frequencies from 1 down to 1 / 10,000: (length, width)."""
    angles = torch.arange(length)[:, None] / 10_000 ** (torch.arange(width // 2) / (width // 2))
    return torch.cat([angles.sin(), angles.cos()], 1)


def dropped(value: Tensor, rate: float) -> Tensor:
    """Dropout at a rate in 256ths, eight places to one random number: torch's own takes a third of a step on a CPU."""
    numbers = torch.empty(-(-value.numel() // 8), dtype=torch.int64, device=value.device).random_(-(2**63), None)
    kept = numbers.view(torch.uint8)[: value.numel()].view(value.shape) >= round(256 * rate)
    return value * (kept.to(value.dtype) / (1 - rate))
