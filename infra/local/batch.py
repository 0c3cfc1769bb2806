"""`lectern batch run`: a file as a job, its results into a folder; what was graded is kept there while it runs."""

import time
from collections.abc import Callable
from pathlib import Path

from infra.local.files import write_whole
from infra.local.kept import Kept
from lectern.jobs.create import Wanted, begin, make_job
from lectern.jobs.documents import ENDED, Job, JobSettings
from lectern.jobs.ledger import Ledger
from lectern.jobs.places import uploads
from lectern.jobs.repository import Jobs
from lectern.principal import DEVELOPMENT
from lectern.settings import settings
from lectern.store import open_store
from lectern.table import open_table

LOOK = 0.2
"""Seconds between two looks at a running job."""

Progress = Callable[[int, int], None]


def run_job(path: Path, folder: Path, version: str | None, chosen: JobSettings, progress: Progress) -> Job:
    """Grade a file as a job into `folder`, by the state machine that the settings name; cut short, it goes on.

    `progress` hears rows done and rows in all.

    Raises:
        LecternError: there is no release to grade with, or a service does not answer.
        OSError: a file can't be read or written.
    """
    store, table = open_store(settings().data_store), open_table(settings().table)
    jobs, key = Jobs(table), f"{uploads(DEVELOPMENT.tenant)}{path.name}"
    store.upload(key, path)
    wanted = Wanted(name=path.name, key=key, version=version, settings=chosen)
    job = jobs.add(make_job(wanted, DEVELOPMENT, store, open_store(settings().store)))
    ledger = Ledger(table, job.tenant, job.job_id)
    with Kept(folder / f".job-{job.job_id}", job, store, ledger) as kept:
        kept.restore()
        job = _ended(begin(job, DEVELOPMENT, jobs), jobs, kept, progress)
    for name, place in job.outputs.items():
        write_whole(folder / name, store.get(place.key, place.version_id).data)
    return job


def _ended(job: Job, jobs: Jobs, kept: Kept, progress: Progress) -> Job:
    while job.state not in ENDED:
        time.sleep(LOOK)
        job = jobs.get(job.tenant, job.job_id)
        progress(kept.keep(), job.counts.rows)
    return job
