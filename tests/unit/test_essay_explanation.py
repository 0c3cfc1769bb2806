"""An essay's explanation, with a probe whose scores are known by construction."""

from collections.abc import Mapping, Sequence

import pytest

from functions.essays.explanation import EXACT, explain
from functions.essays.schemas import EssayRequest, Explanation, Scale
from lectern.perturbation import RUNS
from lectern.probe import Probe

WEIGHTS = {"evidence": 2.0, "twaddle": -1.0}


def score(essay: str) -> float:
    return sum(essay.count(word) * weight for word, weight in WEIGHTS.items())


class Asked:
    """A scorer that remembers the requests."""

    def __init__(self) -> None:
        self.requests = list[EssayRequest]()

    def __call__(self, requests: Sequence[EssayRequest]) -> list[Mapping[str, float]]:
        self.requests += requests
        return [{EXACT: score(request.essay)} for request in requests]


def explained(essay: str, asked: Asked, known: str | None = "asap-aes/1") -> Explanation:
    request = EssayRequest(essay=essay, scale=Scale(min=0, max=12), prompt="A letter.", explain=True)
    return explain(request, {EXACT: score(essay), "known_prompt": known}, Probe(asked, None))


def test_an_effect_is_points_and_the_largest_comes_first() -> None:
    essay = "Much twaddle here. Nothing there. All the evidence. Nothing more."
    found = [(essay[part.start : part.end], part.effect) for part in explained(essay, Asked()).essay]
    assert found[0][1] == 2 and "evidence" in found[0][0]
    assert found[-1][1] == -1 and "twaddle" in found[-1][0]
    assert [effect for _, effect in found[1:-1]] == [0] * (len(found) - 2)


@pytest.mark.parametrize("known", ["asap-aes/1", None])
def test_every_run_is_scored_as_the_whole_was(known: str | None) -> None:
    explained("Some evidence. And more of it. Done.", asked := Asked(), known)
    assert {request.prompt for request in asked.requests} == {known}


@pytest.mark.parametrize("essay", ["", " \n", "\u200b\ufeff"])
def test_a_blank_essay_asks_nothing(essay: str) -> None:
    assert explained(essay, asked := Asked()).essay == []
    assert asked.requests == []


@pytest.mark.parametrize("essay", ["evidence", "?!", "👍🏽", "因为冰的密度比水小。", "x" * 90_000])
def test_an_essay_of_one_word_is_one_passage(essay: str) -> None:
    (part,) = explained(essay, Asked()).essay
    assert (part.start, part.end, part.effect) == (0, len(essay), score(essay))


def test_one_long_sentence_is_explained_by_phrases() -> None:
    essay = "it goes on and on with a thing and another one " * 30 + "evidence"
    found = explained(essay, asked := Asked()).essay
    assert 8 <= len(found) == len(asked.requests) <= RUNS
    assert found[0].end == len(essay)


def test_a_huge_essay_costs_no_more_runs() -> None:
    essay = "Nothing to see here. " * 2000 + "All the evidence! " + "Nothing to see there. " * 2500
    found = explained(essay, asked := Asked()).essay
    assert len(found) == len(asked.requests) <= RUNS
    assert found[0].effect == 2 and "evidence" in essay[found[0].start : found[0].end]
