"""The step of the state machine that a function with a model takes."""

from collections.abc import Mapping
from typing import Any

from lectern.jobs.booking import booking
from lectern.jobs.documents import ChunkPointer
from lectern.jobs.entrance import Step, job_of
from lectern.jobs.ledger import Ledger
from lectern.jobs.resources import data_store, data_table
from lectern.jobs.work import Worker
from lectern.models import shared as shared_models
from lectern.packs.repository import shared as shared_packs
from lectern.principal import Principal
from lectern.task import Task


def grade_step(task: Task, request_id: str) -> Step:
    """Grade one chunk; its counts come back, no row does."""

    def step(principal: Principal, event: Mapping[str, Any]) -> dict[str, Any]:
        job, pointer = job_of(principal, event), ChunkPointer.model_validate(event.get("chunk"))
        if job.state == "cancelled":
            return {"number": pointer.number}
        ledger = Ledger(data_table(), job.tenant, job.job_id)
        worker = Worker(task, shared_models(), shared_packs(), data_store(), ledger, booking(data_table()))
        entry = worker.work(job, principal, pointer, request_id)
        return {"number": pointer.number, **entry.counts.model_dump()}

    return step
