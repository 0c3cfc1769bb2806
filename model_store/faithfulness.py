"""Whether an explanation names what really moved a grade.

Delete the named phrases, the strongest first, and grade again: the mean loss of the label's probability over the steps
(area over the perturbation curve, AOPC: Samek et al., 2017; comprehensiveness: DeYoung et al., 2020, ERASER). Keep them
alone, and grade again: sufficiency (ERASER). Each beside runs of as many words drawn at random.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from lectern.phrases import Span, phrases, without, words

STEPS = 3
"""Phrases that are deleted, one after another; one phrase at least always stays."""

DRAWS = 5
"""Random choices for each text; their mean counts."""

Grade = Callable[[str], float]
"""A text → the probability of the label that the whole answer got, or an essay's score."""

Measure = Callable[[str, Sequence[Span], Grade], float]
"""A text and parts of it → what its grade loses."""


@dataclass(frozen=True)
class Loss:
    """What the grade loses by the named phrases, and by random words."""

    named: float
    random: float


def losses(
    text: str, named: Sequence[Span], grade: Grade, chance: np.random.Generator
) -> tuple[Loss, Loss] | tuple[None, None]:
    """By deleting the named phrases and by keeping them alone; nothing where none is named."""
    if not named:
        return None, None
    return _loss(text, named, aopc, grade, chance), _loss(text, named, sufficiency, grade, chance)


def aopc(text: str, named: Sequence[Span], grade: Grade) -> float:
    """Mean loss over the steps of deleting the first, the first two, … of `named` from a text."""
    whole = grade(text)
    return float(np.mean([whole - grade(without(text, named[:step])) for step in range(1, len(named) + 1)]))


def sufficiency(text: str, named: Sequence[Span], grade: Grade) -> float:
    """Loss of keeping nothing but `named`, in the text's order."""
    kept = sorted(named, key=lambda span: span.start)
    return grade(text) - grade(" ".join(text[span.start : span.end] for span in kept))


def named_phrases(text: str, ranked: Sequence[Span]) -> list[Span]:
    """The phrases to delete: the first of an explanation's ranking. None where the text is one phrase alone."""
    return list(ranked[: min(STEPS, len(ranked) - 1)]) if len(phrases(text)) > 1 else []


def random_runs(text: str, named: Sequence[Span], chance: np.random.Generator) -> list[Span]:
    """For each named phrase a run of as many words: a random order of these runs and of the words that are left.

    The runs don't overlap one another; whether they overlap the named phrases is left to chance.
    """
    places = words(text)
    lengths = [len(words(text[span.start : span.end])) for span in named]
    lengths += [1] * (len(places) - sum(lengths))
    order = chance.permutation(len(lengths))
    ends = dict(zip(order.tolist(), np.cumsum([lengths[item] for item in order]).tolist(), strict=True))
    return [Span(places[ends[run] - lengths[run]].start, places[ends[run] - 1].end) for run in range(len(named))]


def _loss(text: str, named: Sequence[Span], way: Measure, grade: Grade, chance: np.random.Generator) -> Loss:
    draws = [way(text, random_runs(text, named, chance), grade) for _ in range(DRAWS)]
    return Loss(way(text, named, grade), float(np.mean(draws)))
