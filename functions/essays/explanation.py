"""Why an essay has its score: which of its passages moved it."""

from typing import Any

from functions.essays.schemas import EssayRequest, Explanation
from lectern.effects import phrase_effects
from lectern.perturbation import RUNS
from lectern.phrases import Span, passages
from lectern.probe import Fields, Probe
from lectern.text import is_blank

EXACT = "exact"
"""The field of a response, for explanations alone, that has the score before it is cut to the scale and rounded."""


def explain(request: EssayRequest, fields: dict[str, Any], probe: Probe) -> Explanation:
    """The explanation of a score; `fields` are the response's. Raises DeadlineExceeded.

    Without a sentence the essay could seem to be to another prompt, so what is asked names the one that it was scored
    for. Where that is unknown, the prompt's text stays out: it takes time and moves no score.
    """
    if is_blank(request.essay):
        return Explanation(essay=[])
    same = request.model_copy(update={"prompt": fields["known_prompt"]})
    return Explanation(essay=phrase_effects(same, "essay", fields[EXACT], _exact, probe, _passages))


def _exact(fields: Fields) -> float:
    return float(fields[EXACT])


def _passages(essay: str) -> list[Span]:
    return passages(essay, RUNS)
