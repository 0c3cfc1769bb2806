"""A chain over tags, learnt with the network: the likelihood of a sentence's tags as one sequence.

Lafferty, McCallum and Pereira (2001), conditional random fields, over a network's scores as in Lample et al. (2016),
Neural Architectures for Named Entity Recognition.
"""

import torch
from torch import Tensor
from torch.nn.functional import pad

from functions.roles.decoding import forbidden
from model_store.recipes.roles_rows import NOTHING

NEVER = -1e4
"""The score of what may not be, in place of minus infinity, whose gradient is no number."""

LEAST = 1e-30
"""The least share of a sum whose logarithm is taken."""


def sequence_loss(scores: Tensor, tags: Tensor, marks: Tensor, transitions: Tensor) -> Tensor:
    """Negative log-likelihood of the tags among all that `best_spans` may give, mean over words.

    `scores` (rows, length, tags); `tags` (rows, length), NOTHING where no word begins; `marks` (rows, length), 1 at the
    predicate; `transitions` (tags, tags): what the second tag adds after the first. Rows without a tag count nothing.
    """
    asked = (tags != NOTHING).any(1)
    scores, tags, known = _words(scores[asked], tags[asked], marks[asked])
    never = torch.from_numpy(forbidden(scores.shape[2])).to(scores.device)
    transitions = transitions.masked_fill(never, NEVER)
    with torch.autocast(scores.device.type, enabled=False):  # a sum of exponentials is too coarse in bfloat16
        likelihood = _score(scores, tags, known, transitions) - _all(scores, known, transitions)
    return -likelihood.sum() / known.sum()


def _words(scores: Tensor, tags: Tensor, marks: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Scores and tags of the words alone, in their order, and (rows, words) which of them there are; the predicate
    may be nothing but O, and a first word no I-.
    """
    scores = scores.float() + _only_o(scores, marks)
    order = (tags == NOTHING).int().argsort(dim=1, stable=True)[:, : int((tags != NOTHING).sum(1).max())]
    tags = tags.gather(1, order)
    scores = scores.gather(1, order[..., None].expand(-1, -1, scores.shape[2]))
    return torch.cat([_begun(scores[:, :1]), scores[:, 1:]], 1), tags.clamp(min=0), tags != NOTHING


def _only_o(scores: Tensor, marks: Tensor) -> Tensor:
    others = pad(scores.new_full((scores.shape[2] - 1,), NEVER, dtype=torch.float32), (1, 0))
    return marks[..., None] * others


def _begun(first: Tensor) -> Tensor:
    """The scores of first words: no span goes on there."""
    inside = torch.arange(first.shape[2], device=first.device) > first.shape[2] // 2
    return first.masked_fill(inside, NEVER)


def _score(scores: Tensor, tags: Tensor, known: Tensor, transitions: Tensor) -> Tensor:
    """(rows,) of one sequence each."""
    words = scores.gather(2, tags[..., None])[..., 0] * known
    return words.sum(1) + (transitions[tags[:, :-1], tags[:, 1:]] * known[:, 1:]).sum(1)


def _all(scores: Tensor, known: Tensor, transitions: Tensor) -> Tensor:
    """(rows,): the logarithm of the sum over all sequences, by the forward algorithm (Rabiner, 1989)."""
    moves, total = transitions.exp(), scores[:, 0]
    for word in range(1, scores.shape[1]):
        top = total.detach().amax(1, keepdim=True)
        reached = ((total - top).exp() @ moves).clamp(min=LEAST).log() + top + scores[:, word]
        total = torch.where(known[:, word, None], reached, total)
    return total.logsumexp(1)
