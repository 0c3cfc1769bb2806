"""Which phrases of a text moved its grade: delete a phrase, grade again, and see what is lost.

Occlusion (Zeiler and Fergus, 2014; Li et al., 2016, Understanding Neural Networks through Representation Erasure) on
the served model itself, from coarse to fine, so that a text of any length costs at most `RUNS` further gradings.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lectern.phrases import Region, Span, groups, phrases, without

RUNS = 10
"""Gradings beside the plain one: with it and the reading of the references within twelve times the plain latency."""

COARSE, FINER = 4, 3
"""Where phrases outnumber the runs: groups at first, and parts that the strongest group is split into after that."""

Ask = Callable[[Sequence[str]], Sequence[float]]
"""Texts to outcomes: the probability of a label, or a score."""

Split = Callable[[str], list[Span]]
"""A text to its parts in their order."""


@dataclass(frozen=True)
class Influence:
    """What deleting a region takes from the outcome; below 0 where the text does better without it."""

    region: Region
    effect: float

    @property
    def span(self) -> Span:
        """From the first phrase's start to the last one's end."""
        return Span(self.region[0].start, self.region[-1].end)


def influences(text: str, outcome: float, ask: Ask, runs: int = RUNS, split: Split = phrases) -> list[Influence]:
    """The text's regions, each with its effect on `outcome`, which the whole text has; the largest first.

    Together they cover the text, without overlap. `ask` hears at most `runs` texts, a round of them at a time. `split`
    gives the parts that stay whole.
    """
    parts = split(text)
    found = _measured(text, groups(parts, runs if len(parts) <= runs else COARSE), outcome, ask)
    left = runs - len(found)
    while left > 1 and (strongest := _strongest(found)):
        finer = _measured(text, groups(strongest.region, min(left, FINER)), outcome, ask)
        if max(abs(part.effect) for part in finer) < abs(strongest.effect) / 2:
            break  # it moves the grade as a whole, and no part of it does
        found = [region for region in found if region is not strongest] + finer
        left -= len(finer)
    return sorted(found, key=lambda region: (-region.effect, region.span.start))


def _measured(text: str, regions: Sequence[Region], outcome: float, ask: Ask) -> list[Influence]:
    remaining = ask([without(text, [Influence(region, 0).span]) for region in regions])
    return [Influence(region, outcome - value) for region, value in zip(regions, remaining, strict=True)]


def _strongest(found: Sequence[Influence]) -> Influence | None:
    """The region with the largest effect either way, of those that can be split."""
    return max((f for f in found if len(f.region) > 1), key=lambda f: abs(f.effect), default=None)
