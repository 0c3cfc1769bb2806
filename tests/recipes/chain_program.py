"""Compares `sequence_loss` with the sum over all sequences of tags; run in the training environment."""

import itertools
import math

import torch

from model_store.recipes.roles_chain import sequence_loss
from model_store.recipes.roles_rows import NOTHING

ROLES = 2
WORDS = {0: [1, 2, 4, 5], 1: [1, 3]}
"""Of two rows of six tokens, where the words begin; the third has no tags."""
TAGS = {0: [1, 3, 0, 2], 1: [0, 2]}
PREDICATE = {0: 4, 1: 1}


def allowed(tags: tuple[int, ...], predicate: int) -> bool:
    """An I- goes on a span of its role, and the predicate's word is O."""
    before = (0, *tags)
    goes_on = all(tag <= ROLES or was in (tag - ROLES, tag) for was, tag in itertools.pairwise(before))
    return goes_on and tags[predicate] == 0


def likelihood(scores: torch.Tensor, moves: torch.Tensor, row: int) -> float:
    """The logarithm of the share that the row's tags have in all allowed sequences."""

    def total(tags: tuple[int, ...]) -> float:
        said = sum(float(scores[row, place, tag]) for place, tag in zip(WORDS[row], tags, strict=True))
        return said + sum(float(moves[pair]) for pair in itertools.pairwise(tags))

    predicate = WORDS[row].index(PREDICATE[row])
    every = itertools.product(range(1 + 2 * ROLES), repeat=len(WORDS[row]))
    whole = math.log(sum(math.exp(total(tags)) for tags in every if allowed(tags, predicate)))
    return total(tuple(TAGS[row])) - whole


def main() -> None:
    torch.manual_seed(7)
    scores = torch.randn(3, 6, 1 + 2 * ROLES, requires_grad=True)
    moves = torch.randn(1 + 2 * ROLES, 1 + 2 * ROLES, requires_grad=True)
    tags, marks = torch.full((3, 6), NOTHING), torch.zeros(3, 6, dtype=torch.long)
    for row, words in WORDS.items():
        tags[row, words] = torch.tensor(TAGS[row])
        marks[row, PREDICATE[row]] = 1
    loss = sequence_loss(scores, tags, marks, moves)
    wanted = -sum(likelihood(scores.detach(), moves.detach(), row) for row in WORDS) / 6
    assert abs(loss.item() - wanted) < 1e-5, (loss.item(), wanted)
    loss.backward()
    assert scores.grad is not None
    assert moves.grad is not None
    assert scores.grad.isfinite().all()
    assert moves.grad.isfinite().all()
    assert moves.grad.any()
    assert not scores.grad[2].any(), "a row without tags has no part in it"


if __name__ == "__main__":
    main()
