"""Events of the state machine: each names a step, a principal and a job; what a step needs comes from the settings."""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from lectern.errors import InvalidRequest, StoreUnavailable
from lectern.jobs.bank import Bank
from lectern.jobs.documents import ENDED, Job, Place
from lectern.jobs.finish import finish_job, without_rows
from lectern.jobs.ledger import Ledger
from lectern.jobs.repository import Jobs, now
from lectern.jobs.resources import data_store, data_table, pack_pointers, release_store
from lectern.jobs.schedules import Schedules, collect
from lectern.jobs.split import split_job
from lectern.principal import Principal, from_event
from lectern.services.notices import tell
from lectern.settings import settings

LONGEST_REASON = 500

Step = Callable[[Principal, Mapping[str, Any]], dict[str, Any]]


def step_of(event: Mapping[str, Any], steps: Mapping[str, Step]) -> dict[str, Any]:
    """Take the step that the event names. Raises InvalidRequest for another one, and what the step raises."""
    step = steps.get(str(event.get("step")))
    if step is None:
        raise InvalidRequest(f"The event names none of the steps {', '.join(steps)}.")
    return step(from_event(event.get("principal")), event)


def split_step(principal: Principal, event: Mapping[str, Any]) -> dict[str, Any]:
    """Split; what comes back is the input of the map."""
    job = job_of(principal, event)
    bank = Bank(data_table(), job.tenant, job.settings.error_budget, job.class_id)
    found = split_job(Jobs(data_table()), job.tenant, job.job_id, data_store(), pack_pointers(), bank)
    return {
        "principal": event["principal"],
        "job": job.job_id,
        "bucket": settings().data_store.removeprefix("s3://"),
        "chunks": found.key,
        "concurrency": job.settings.concurrency,
        "tolerated_failures": job.settings.tolerated_failures,
        "fault": {"Error": "", "Cause": ""},
    }


def finish_step(principal: Principal, event: Mapping[str, Any]) -> dict[str, Any]:
    """Put the results together and tell that the job has ended."""
    job = job_of(principal, event)
    if job.state not in ENDED:
        ledger = Ledger(data_table(), job.tenant, job.job_id)
        job = finish_job(Jobs(data_table()), job, data_store(), ledger, _reason(event))
    return _told(job)


def fail_step(principal: Principal, event: Mapping[str, Any]) -> dict[str, Any]:
    """Close a job whose file could not be read, or whose results could not be put together."""
    job, reason, outputs = job_of(principal, event), _reason(event) or "The job failed.", dict[str, Place]()
    with suppress(StoreUnavailable):  # the job ends all the same
        outputs = without_rows(job, data_store())
    ended = {"state": "failed", "reason": reason, "outputs": outputs, "ended": now()}
    return _told(Jobs(data_table()).change(job.tenant, job.job_id, **ended))


def collect_step(principal: Principal, event: Mapping[str, Any]) -> dict[str, Any]:
    """A schedule has fired: a job for every file that has arrived."""
    schedule = Schedules(data_table()).get(principal.tenant, str(event.get("schedule")))
    found = collect(schedule, principal, Jobs(data_table()), data_store(), release_store())
    return {"jobs": [job.job_id for job in found]}


STEPS: dict[str, Step] = {"split": split_step, "finish": finish_step, "fail": fail_step, "collect": collect_step}


def job_of(principal: Principal, event: Mapping[str, Any]) -> Job:
    """The job that the event names. Raises UnknownObject or StoreUnavailable."""
    return Jobs(data_table()).get(principal.tenant, str(event.get("job")))


def _reason(event: Mapping[str, Any]) -> str:
    """What the state machine caught, in a sentence: a function's own words where it said any."""
    cause = str(event.get("error") or "")
    try:
        return str(json.loads(cause)["errorMessage"])
    except (ValueError, TypeError, KeyError):
        return cause[:LONGEST_REASON]


def _told(job: Job) -> dict[str, Any]:
    counts = job.counts.model_dump()
    about = {"tenant": job.tenant, "job": job.job_id, "state": job.state, "link": f"/v1/jobs/{job.job_id}"}
    tell("job ended", about | counts)
    return {"job": job.job_id, "state": job.state}
