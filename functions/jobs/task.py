"""What the routes of jobs do."""

import secrets

from functions.jobs.schemas import JobList, JobRequest, JobView, Upload, UploadRequest
from lectern.http.api import Asked
from lectern.http.paging import limit_of
from lectern.jobs.create import Wanted, cancel, create
from lectern.jobs.documents import Job
from lectern.jobs.ledger import Ledger
from lectern.jobs.places import incoming, uploads
from lectern.jobs.repository import Jobs
from lectern.jobs.resources import data_store, data_table, release_store
from lectern.validation import validate

LINK_SECONDS = 900


def post_job(asked: Asked) -> JobView:
    """Create and start a job; with the same Idempotency-Key and content it is the same job."""
    request = validate(JobRequest, asked.body)
    wanted = Wanted(
        name=request.name,
        key=request.input.key or "",
        data=request.input.data(),
        class_id=request.class_id or "",
        version=request.version,
        settings=request.settings,
        idempotency_key=asked.headers.get("idempotency-key", ""),
    )
    return _view(create(wanted, asked.call.principal, Jobs(data_table()), data_store(), release_store()))


def get_job(asked: Asked) -> JobView:
    """A job, with its progress while it runs and its results afterwards."""
    job = Jobs(data_table()).get(asked.tenant, asked.path["job_id"])
    if job.state == "running":
        done = Ledger(data_table(), job.tenant, job.job_id).entries().values()
        counts = {name: sum(getattr(e.counts, name) for e in done) for name in ("graded", "errors", "needs_review")}
        job = job.model_copy(update={"counts": job.counts.model_copy(update=counts)})
    links = {name: data_store().link(p.key, LINK_SECONDS, p.version_id) for name, p in job.outputs.items()}
    return _view(job, links)


def list_jobs(asked: Asked) -> JobList:
    """A tenant's jobs, the newest first, page by page."""
    jobs, cursor = Jobs(data_table()).list(asked.tenant, limit_of(asked), asked.query.get("cursor"))
    return JobList(jobs=[_view(job) for job in jobs], cursor=cursor)


def cancel_job(asked: Asked) -> JobView:
    """Stop a job."""
    jobs = Jobs(data_table())
    return _view(cancel(jobs.get(asked.tenant, asked.path["job_id"]), jobs))


def post_upload(asked: Asked) -> Upload:
    """A place for a file, and the address to send it to."""
    request = validate(UploadRequest, asked.body)
    folder = incoming(asked.tenant, request.class_id) if request.class_id else uploads(asked.tenant)
    key = f"{folder}{secrets.token_hex(8)}/{request.file_name}"
    return Upload(key=key, url=data_store().link(key, LINK_SECONDS, write=True))


def _view(job: Job, results: dict[str, str] | None = None) -> JobView:
    known = job.model_dump(include=set(JobView.model_fields) - {"results"})
    return JobView(**known, results=results or {})
