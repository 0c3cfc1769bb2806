"""Which model answers a request: the fast one here, or the heavy one on its endpoint.

`heavy` asks the endpoint; `auto` asks it about answers of which the fast model is not sure enough (a cascade: Viola
and Jones, 2001). Whatever goes wrong with the endpoint, the fast model answers, and a warning says so.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any

from lectern.call import Call
from lectern.errors import EndpointUnavailable, LecternError
from lectern.heavy.caller import Caller, Callers
from lectern.heavy.releases import RemoteReleases
from lectern.model import Model
from lectern.models import Models
from lectern.schemas import Response
from lectern.services.endpoint import invoke, prepare
from lectern.settings import Settings, settings
from lectern.store import open_store
from lectern.task import Task

RESERVE = 0.25
"""Seconds of the caller's deadline that are kept for the fast model."""

FALLEN_BACK = "The heavy model could not be asked; the fast one answered."

ByModel = Callable[[Any, Call, Model], Response]
"""A request, answered by a model within a call."""


@dataclass(frozen=True)
class Heavy:
    """The endpoint of this process. `releases` is None where none is configured."""

    releases: RemoteReleases | None
    seconds: float
    below: float

    @classmethod
    def of(cls, config: Settings) -> "Heavy":
        """As the settings say."""
        if not config.heavy_endpoint:
            return cls(None, config.heavy_seconds, config.heavy_below)
        prepare()
        store = open_store(config.store, config.store_timeout_seconds)
        callers = Callers(partial(_caller, config.heavy_endpoint, config.heavy_components))
        releases = RemoteReleases(store, config.public_key, callers.logits)
        return cls(releases, config.heavy_seconds, config.heavy_below)


def _caller(endpoint: str, components: Mapping[str, str], model: str) -> Caller:
    """Who asks for a model: its inference component, where the endpoint has any."""
    if components and model not in components:
        raise EndpointUnavailable(f"The endpoint does not serve {model}: LECTERN_HEAVY_COMPONENTS has what it serves.")
    return Caller(partial(invoke, endpoint, components.get(model, "")))


@cache
def shared() -> Heavy:
    """The endpoint that the settings name."""
    return Heavy.of(settings())


def answer_by_tier(
    task: Task, request: Any, call: Call, models: Models, fast: Callable[[Any], Response], by_model: ByModel
) -> Response:
    """Answer a request whose tier is `heavy` or `auto`. Raises what the fast model raises."""
    heavy = shared()
    explained = getattr(request, "explain", False)
    if request.tier == "auto" or getattr(request, "question_id", None):
        sure = fast(request.model_copy(update={"explain": False}) if explained else request)
        if not _escalates(sure, heavy.below if request.tier == "auto" else 1.1):
            return fast(request) if explained else sure
    try:
        return _by_endpoint(task, request, call, models, heavy, by_model)
    except LecternError as error:
        call.fallback = type(error).__name__
    found = fast(request)
    return found.model_copy(update={"warnings": [*found.warnings, FALLEN_BACK]})


def _escalates(sure: Response, below: float) -> bool:
    """Whether the fast model is unsure; a question's own pack has the last word."""
    return not getattr(sure, "pack", None) and float(getattr(sure, "confidence", 1.0)) < below


def _by_endpoint(task: Task, request: Any, call: Call, models: Models, heavy: Heavy, by_model: ByModel) -> Response:
    if heavy.releases is None:
        raise EndpointUnavailable("No heavy endpoint is configured: LECTERN_HEAVY_ENDPOINT is its name.")
    now = time.monotonic()
    until = min(now + heavy.seconds, (call.deadline or float("inf")) - RESERVE)
    within = replace(call, deadline=until)
    pin = models.resolve(task.heavy, None, call.principal.tenant, call.student)
    found = by_model(request, within, heavy.releases.get(pin))
    call.version = pin.version
    return found.model_copy(update={"tier": "heavy"})
