"""What is known of a call afterwards: one structured log line and CloudWatch metrics. Never a student's text."""

import sys
from collections.abc import Sequence
from functools import cache

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit
from pydantic import BaseModel

from lectern.call import Call
from lectern.errors import LecternError
from lectern.problem import status
from lectern.settings import settings


@cache
def logger(service: str) -> Logger:
    """The JSON logger of a function, on standard error; the level comes from POWERTOOLS_LOG_LEVEL."""
    return Logger(service=service, stream=sys.stderr)


def record(service: str, calls: Sequence[Call], outcomes: Sequence[BaseModel | LecternError]) -> None:
    """Log one invocation of a task, of one call or of a batch, and count it."""
    errors = [outcome for outcome in outcomes if isinstance(outcome, LecternError)]
    reviews = sum(bool(getattr(outcome, "needs_review", False)) for outcome in outcomes)
    logger(service).info(
        "answered",
        tenant=calls[0].principal.tenant if calls else None,
        request_id=calls[0].request_id if calls else None,
        version=next((call.version for call in calls if call.version), None),
        answers=len(outcomes),
        errors=sorted({type(error).__name__ for error in errors}),
        fallbacks=sorted({call.fallback for call in calls if call.fallback}),
        milliseconds=_summed(calls),
    )
    faults = sum(status(error)[0] >= 500 for error in errors)
    counts = {"Answers": len(outcomes), "Errors": len(errors), "Faults": faults, "NeedsReview": reviews}
    tiers = [tier for outcome in outcomes if (tier := getattr(outcome, "tier", None))]
    if tiers:
        counts |= {"Heavy": tiers.count("heavy"), "Fallbacks": sum(bool(call.fallback) for call in calls)}
    _count(service, counts, calls)


def record_call(service: str, route: str, call: Call, outcome: object) -> None:
    """Log a call of a function without a model, and count it."""
    fault = outcome if isinstance(outcome, LecternError) else None
    logger(service).info(
        "served",
        tenant=call.principal.tenant,
        request_id=call.request_id,
        route=route,
        error=type(fault).__name__ if fault else None,
        milliseconds=call.milliseconds,
    )
    metrics = _metrics(service)
    metrics.add_metric("Calls", MetricUnit.Count, 1)
    metrics.add_metric("Errors", MetricUnit.Count, int(fault is not None))
    metrics.add_metric("Faults", MetricUnit.Count, int(fault is not None and status(fault)[0] >= 500))
    metrics.flush_metrics()


def unexpected(service: str, call: Call, error: Exception) -> LecternError:
    """An internal error to answer with; the log gets its kind and place, not its message, which may hold text."""
    trace, places = error.__traceback__, []
    while trace:
        places.append(f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}")
        trace = trace.tb_next
    logger(service).error("unexpected", kind=type(error).__name__, places=places, request_id=call.request_id)
    return LecternError("Something went wrong inside; the request id helps to find it.")


def _summed(calls: Sequence[Call]) -> dict[str, float]:
    total: dict[str, float] = {}
    for call in calls:
        for stage, value in call.milliseconds.items():
            total[stage] = round(total.get(stage, 0.0) + value, 3)
    return total


def _metrics(service: str) -> EphemeralMetrics:
    """Told apart by function and by environment."""
    metrics = EphemeralMetrics(namespace="Lectern", service=service)
    metrics.add_dimension("environment", settings().deployment)
    return metrics


def _count(service: str, counts: dict[str, int], calls: Sequence[Call]) -> None:
    metrics = _metrics(service)
    for name, count in counts.items():
        metrics.add_metric(name, MetricUnit.Count, count)
    if len(calls) == 1:  # in a batch calls run side by side, and their sum is no latency
        metrics.add_metric("Latency", MetricUnit.Milliseconds, sum(calls[0].milliseconds.values()))
    metrics.flush_metrics()
