"""Effects of phrases for a task with a score on a scale, as another function would plug in."""

from collections.abc import Mapping, Sequence

from lectern.effects import phrase_effects
from lectern.perturbation import RUNS
from lectern.phrases import words
from lectern.probe import Probe
from lectern.schemas import ExplainableRequest, PhraseEffect


class Essay(ExplainableRequest):
    essay: str


def test_effects_of_an_essays_sentences_are_points_of_its_score() -> None:
    asked: list[Essay] = []

    def score(requests: Sequence[Essay]) -> list[Mapping[str, float]]:
        asked.extend(requests)
        return [{"score": 2.0 * ("evidence" in request.essay) + 1} for request in requests]

    text = "The first reason. " * 15 + "Here is evidence. " + "The last reason. " * 15
    request = Essay(essay=text, version="1.0.0", explain=True)
    found = phrase_effects(request, "essay", 3.0, lambda fields: fields["score"], Probe(score, None))
    assert len(asked) <= RUNS
    assert all(one.version == "1.0.0" for one in asked)
    assert "evidence" in text[found[0].start : found[0].end]
    assert found[0].effect == 2
    assert found[1:] == [PhraseEffect(start=one.start, end=one.end, effect=0) for one in found[1:]]


def test_other_parts_than_phrases() -> None:
    def score(requests: Sequence[Essay]) -> list[Mapping[str, float]]:
        return [{"score": float(len(request.essay))} for request in requests]

    found = phrase_effects(Essay(essay="one, two"), "essay", 8.0, lambda f: f["score"], Probe(score, None), words)
    assert found == [PhraseEffect(start=0, end=4, effect=4), PhraseEffect(start=5, end=8, effect=3)]
