"""Jobs in the table."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from lectern.errors import Conflict, UnknownJob
from lectern.jobs.documents import ENDED, Job
from lectern.jobs.places import job_sk, jobs_pk, tenant_pk
from lectern.table import Table

ATTEMPTS = 10


def now() -> str:
    """The time as tables and documents hold it: UTC, to the microsecond."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


class Jobs:
    """Every method raises StoreUnavailable."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, job: Job) -> Job:
        """Keep a new job; where it is known already, that one is returned."""
        try:
            self._table.put(_item(job), expected=0)
        except Conflict:
            return self.get(job.tenant, job.job_id)
        return job

    def get(self, tenant: str, job_id: str) -> Job:
        """A job as it is now. Raises UnknownJob."""
        item = self._table.get(tenant_pk(tenant), job_sk(job_id))
        if item is None:
            raise UnknownJob("There is no such job.")
        return _job(item)

    def list(self, tenant: str, limit: int, cursor: str | None) -> tuple[list[Job], str | None]:
        """A tenant's jobs, the newest first, and where to go on. Raises InvalidRequest for a bad cursor."""
        page = self._table.query(jobs_pk(tenant), indexed=True, backwards=True, limit=limit, cursor=cursor)
        return [_job(item) for item in page.items], page.cursor

    def change(self, tenant: str, job_id: str, **values: Any) -> Job:
        """Change a job, however often others change it meanwhile; one that has ended stays as it is.

        Raises UnknownJob, or Conflict after many attempts.
        """
        return self._change(tenant, job_id, lambda job: None if job.state in ENDED else values)

    def reopen(self, tenant: str, job_id: str) -> Job:
        """Take an ended job up again. Raises UnknownJob."""
        return self._change(tenant, job_id, _opened)

    def _change(self, tenant: str, job_id: str, values: Callable[[Job], dict[str, Any] | None]) -> Job:
        for _ in range(ATTEMPTS):
            job = self.get(tenant, job_id)
            chosen = values(job)
            if chosen is None:
                return job
            changed = job.model_copy(update={**chosen, "revision": job.revision + 1})
            try:
                self._table.put(_item(changed), expected=job.revision)
            except Conflict:
                continue
            return changed
        raise Conflict("The job changes faster than it can be written.")


def _opened(job: Job) -> dict[str, Any]:
    return {"state": "queued", "reason": "", "ended": "", "opened": job.opened + 1}


def _item(job: Job) -> dict[str, Any]:
    keys = {"pk": tenant_pk(job.tenant), "sk": job_sk(job.job_id)}
    index = {"gsi1pk": jobs_pk(job.tenant), "gsi1sk": f"{job.created}#{job.job_id}"}
    return keys | index | job.model_dump(mode="json")


def _job(item: dict[str, Any]) -> Job:
    return Job.model_validate({name: item[name] for name in Job.model_fields if name in item})
