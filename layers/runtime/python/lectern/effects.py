"""For a task's own `explain`: what the phrases of one of a request's texts do to an outcome."""

from collections.abc import Callable, Sequence

from lectern.perturbation import Split, influences
from lectern.phrases import phrases
from lectern.probe import Fields, Probe
from lectern.schemas import PhraseEffect, Request


def phrase_effects(
    request: Request,
    field: str,
    whole: float,
    outcome: Callable[[Fields], float],
    probe: Probe,
    split: Split = phrases,
) -> list[PhraseEffect]:
    """The phrases of one of a request's texts, with what deleting each takes from an outcome; the largest first.

    `outcome` reads it from a response's fields; `whole` is that of the request itself; `split` gives other parts than
    phrases. Raises DeadlineExceeded.
    """

    def ask(texts: Sequence[str]) -> list[float]:
        return [outcome(found) for found in probe.answers([request.model_copy(update={field: t}) for t in texts])]

    found = influences(getattr(request, field), whole, ask, split=split)
    return [PhraseEffect(start=f.span.start, end=f.span.end, effect=round(f.effect, 4)) for f in found]
