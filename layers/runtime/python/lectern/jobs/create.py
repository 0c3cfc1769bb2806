"""A new job: where its input is, which release grades it, and the name by which asking twice finds it again."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from lectern.jobs.documents import ENDED, Job, JobSettings, Place
from lectern.jobs.places import uploads
from lectern.jobs.repository import Jobs, now
from lectern.jobs.uploads import uploaded
from lectern.principal import Principal
from lectern.release import Pin, read_alias, read_release
from lectern.services.workflow import start, stop
from lectern.settings import settings
from lectern.store import ObjectVersion, Store

DEFAULT = JobSettings()


@dataclass(frozen=True)
class Wanted:
    """What a caller asks for: a file of the data store, or bytes that are kept there first."""

    name: str
    key: str = ""
    data: bytes | None = None
    class_id: str = ""
    version: str | None = None
    settings: JobSettings = DEFAULT
    idempotency_key: str = ""
    once: bool = False
    """Whether the input is graded once for all, whichever release is live when it is found again."""


def create(wanted: Wanted, principal: Principal, jobs: Jobs, store: Store, releases: Store) -> Job:
    """Keep a job and start it; the same one asked for again is found, and taken up again if it failed.

    Raises:
        InvalidRequest: the key is not the tenant's, or nothing is there.
        UnknownRelease: there is no such version.
        StoreUnavailable: ask again; nothing is done twice.
    """
    return begin(jobs.add(make_job(wanted, principal, store, releases)), principal, jobs)


def make_job(wanted: Wanted, principal: Principal, store: Store, releases: Store) -> Job:
    """The job that is wanted, named by what it does, kept nowhere yet. Raises as `create`."""
    found = (
        _kept(wanted, principal.tenant, store) if wanted.data is not None else _found(wanted, principal.tenant, store)
    )
    key, version = found
    release, digest = _release(releases, wanted.version)
    return Job(
        job_id=_identity(principal.tenant, key, version.etag, release, wanted),
        tenant=principal.tenant,
        subject=principal.subject,
        class_id=wanted.class_id,
        name=wanted.name,
        input=Place(key=key, version_id=version.version_id),
        version=release,
        digest=digest,
        settings=wanted.settings,
        created=now(),
    )


def begin(job: Job, principal: Principal, jobs: Jobs) -> Job:
    """Start a job's execution; one that failed gets another. Raises StoreUnavailable."""
    if job.state in ENDED and (job.reason or job.state == "cancelled"):  # something was left ungraded
        job = jobs.reopen(job.tenant, job.job_id)
    if job.state not in ENDED:
        who = {"tenant": principal.tenant, "subject": principal.subject, "roles": list(principal.roles)}
        start(execution(job), {"principal": who, "job": job.job_id})
    return job


def cancel(job: Job, jobs: Jobs) -> Job:
    """Stop a job; what is in the gradebook stays there. Raises StoreUnavailable."""
    cancelled = jobs.change(job.tenant, job.job_id, state="cancelled", ended=now())
    stop(execution(job))
    return cancelled


def execution(job: Job) -> str:
    """The name of a job's execution: Step Functions takes a name once, so each time of opening has its own."""
    return f"{job.job_id}-{job.opened}"


def _identity(tenant: str, key: str, etag: str, release: str, wanted: Wanted) -> str:
    asked: list[Any] = [tenant, key, etag, wanted.class_id, wanted.idempotency_key]
    if not wanted.once:
        asked += [release, wanted.settings.model_dump()]
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:32]


def _kept(wanted: Wanted, tenant: str, store: Store) -> tuple[str, ObjectVersion]:
    """Inline rows under a name of their bytes, so that the same ones are the same input."""
    data = wanted.data or b""
    key = f"{uploads(tenant)}inline/{hashlib.sha256(data).hexdigest()}.csv"
    known = store.versions(key)
    return key, known[0] if known else store.put(key, data)


def _found(wanted: Wanted, tenant: str, store: Store) -> tuple[str, ObjectVersion]:
    return wanted.key, uploaded(tenant, wanted.key, store, "input", "key")


def _release(releases: Store, version: str | None) -> tuple[str, str]:
    model = settings().models.get("grading", "grading")
    chosen = version or read_alias(releases, model, settings().alias).version
    return chosen, read_release(releases, Pin(model, chosen), settings().public_key).digest
