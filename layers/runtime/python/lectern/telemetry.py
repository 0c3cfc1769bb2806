"""What is known of a call afterwards: one structured log line and CloudWatch metrics. Never a student's text."""

from collections.abc import Sequence

from pydantic import BaseModel

from lectern.call import Call
from lectern.errors import LecternError
from lectern.logs import Logger, count
from lectern.problem import status


def record(service: str, calls: Sequence[Call], outcomes: Sequence[BaseModel | LecternError]) -> None:
    """Log one invocation of a task, of one call or of a batch, and count it."""
    errors = [outcome for outcome in outcomes if isinstance(outcome, LecternError)]
    reviews = sum(bool(getattr(outcome, "needs_review", False)) for outcome in outcomes)
    Logger(service).info(
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
    # in a batch calls run side by side, and their sum is no latency
    count(service, counts, sum(calls[0].milliseconds.values()) if len(calls) == 1 else None)


def record_call(service: str, route: str, call: Call, outcome: object) -> None:
    """Log a call of a function without a model, and count it."""
    fault = outcome if isinstance(outcome, LecternError) else None
    Logger(service).info(
        "served",
        tenant=call.principal.tenant,
        request_id=call.request_id,
        route=route,
        error=type(fault).__name__ if fault else None,
        milliseconds=call.milliseconds,
    )
    faults = int(fault is not None and status(fault)[0] >= 500)
    count(service, {"Calls": 1, "Errors": int(fault is not None), "Faults": faults})


def unexpected(service: str, call: Call, error: Exception) -> LecternError:
    """An internal error to answer with; the log gets its kind and place, not its message, which may hold text."""
    trace, places = error.__traceback__, []
    while trace:
        places.append(f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}")
        trace = trace.tb_next
    Logger(service).error("unexpected", kind=type(error).__name__, places=places, request_id=call.request_id)
    return LecternError("Something went wrong inside; the request id helps to find it.")


def _summed(calls: Sequence[Call]) -> dict[str, float]:
    total: dict[str, float] = {}
    for call in calls:
        for stage, value in call.milliseconds.items():
            total[stage] = round(total.get(stage, 0.0) + value, 3)
    return total
