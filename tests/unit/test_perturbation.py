"""The engine against outcomes that are known by construction: a text's outcome is the sum of its words' weights."""

from collections.abc import Mapping, Sequence

import pytest

from lectern.perturbation import RUNS, influences

WEIGHTS = {"lighter": 0.5, "heavy": -0.25, "water": 0.125}


class Asked:
    """An additive grader that remembers what it was asked."""

    def __init__(self, weights: Mapping[str, float] = WEIGHTS) -> None:
        self.weights, self.rounds = weights, list[Sequence[str]]()

    def outcome(self, text: str) -> float:
        return sum(self.weights.get(word.strip(".,"), 0.0) for word in text.split())

    def __call__(self, texts: Sequence[str]) -> list[float]:
        self.rounds.append(texts)
        return [self.outcome(text) for text in texts]

    @property
    def runs(self) -> int:
        return sum(map(len, self.rounds))


def explained(text: str, ask: Asked, runs: int = RUNS) -> dict[str, float]:
    found = influences(text, ask.outcome(text), ask, runs)
    return {text[f.span.start : f.span.end]: f.effect for f in found}


def test_an_effect_is_what_the_outcome_loses_and_the_largest_comes_first() -> None:
    found = explained("It is lighter than the water, and heavy.", ask := Asked())
    assert list(found.items()) == [("It is lighter", 0.5), ("than the water,", 0.125), ("and heavy.", -0.25)]
    assert ask.runs == 3


def test_one_word_and_none() -> None:
    assert explained("lighter", Asked()) == {"lighter": 0.5}
    assert explained("  ", ask := Asked()) == {}
    assert ask.runs == 0


@pytest.mark.parametrize("count", [1, 5, 10, 11, 12, 30, 500])
@pytest.mark.parametrize("place", [0.0, 0.5, 0.99])
def test_a_text_of_any_length_costs_at_most_the_runs_and_is_covered_once(count: int, place: float) -> None:
    parts = [f"of thing{number}" for number in range(count)]
    needle = int(count * place)
    parts[needle] = "of gold"
    text, ask = " ".join(parts), Asked({"gold": 1.0})
    found = influences(text, 1.0, ask)
    assert ask.runs <= RUNS
    spans = sorted((f.span.start, f.span.end) for f in found)
    assert " ".join(text[start:end] for start, end in spans) == text
    first, width = found[0], len(found[0].region)
    assert "gold" in text[first.span.start : first.span.end] and first.effect == 1
    assert width <= -(-count // 36) or count <= 12  # 4 · 3 · 3 groups
    assert all(f.effect == 0 for f in found[1:])


def test_from_coarse_to_fine_the_strongest_group_is_split_whichever_way_it_moves() -> None:
    text = " ".join(f"of thing{number}" for number in range(12))
    found = explained(text, ask := Asked({"thing1": 0.25, "thing10": -0.5}))
    assert found["of thing10"] == -0.5
    assert [len(asked) for asked in ask.rounds] == [4, 3, 3]
    assert found["of thing1"] == 0.25


def test_a_group_that_moves_the_grade_only_as_a_whole_stays_whole() -> None:
    class Redundant(Asked):
        def outcome(self, text: str) -> float:
            return float("thing1" in text.split() or "thing2" in text.split())

    text = " ".join(f"of thing{number}" for number in range(12))
    found = explained(text, ask := Redundant())
    assert found["of thing0 of thing1 of thing2"] == 1
    assert [len(asked) for asked in ask.rounds] == [4, 3]


def test_a_region_is_taken_out_with_what_lies_between_its_phrases() -> None:
    influences(" ".join(f"of thing{number}" for number in range(12)), 0.0, ask := Asked())
    assert ask.rounds[0][0].split() == [part for number in range(3, 12) for part in ("of", f"thing{number}")]
