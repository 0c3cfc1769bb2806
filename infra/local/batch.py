"""`lectern batch run`: a CSV as a job, by the state machine and the functions as they are deployed, on this machine."""

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from infra.local.aws import DATA_BUCKET, in_environment, local_aws
from infra.local.environment import ensure_live, use_local_settings
from infra.local.files import write_whole
from infra.local.lambdas import Function, Lambdas, serve_lambdas
from infra.local.machine import deployed, local
from lectern.jobs.create import Wanted, create
from lectern.jobs.documents import ENDED, Job, JobSettings
from lectern.jobs.ledger import Ledger
from lectern.jobs.places import uploads
from lectern.jobs.repository import Jobs
from lectern.principal import DEVELOPMENT
from lectern.settings import settings
from lectern.store import open_store
from lectern.table import open_table

GRADING, JOBS = "lectern-grading", "lectern-jobs"
LOOK = 0.2
"""Seconds between two looks at a running job."""

Progress = Callable[[int, int], None]


@contextmanager
def local_jobs(processes: int) -> Iterator[Lambdas]:
    """A local AWS with the grader live, the functions of jobs served, and their state machine."""
    with local_aws() as variables, in_environment(variables | {"LECTERN_DATA_STORE": f"s3://{DATA_BUCKET}"}):
        use_local_settings(LECTERN_THREADS="1")
        ensure_live("grading", lambda _: None)
        functions = [
            Function(GRADING, "functions.grading.handler.handler", processes),
            Function(JOBS, "functions.jobs.handler.handler", 1),
        ]
        with in_environment({"LECTERN_STATE_MACHINE": _make_machine(variables["AWS_ENDPOINT_URL"])}):
            settings.cache_clear()
            known = {name: value for name, value in os.environ.items() if name.startswith(("LECTERN_", "POWERTOOLS_"))}
            with serve_lambdas(functions, variables | known) as lambdas:
                yield lambdas


def run_job(path: Path, folder: Path, version: str | None, chosen: JobSettings, progress: Progress) -> Job:
    """Grade a file as a job into `folder`, within `local_jobs`; `progress` hears rows done and rows in all.

    Raises:
        LecternError: there is no release to grade with.
        OSError: a file can't be read or written.
    """
    store, jobs = open_store(settings().data_store), Jobs(open_table(settings().table))
    key = f"{uploads(DEVELOPMENT.tenant)}{path.name}"
    store.upload(key, path)
    wanted = Wanted(name=path.name, key=key, version=version, settings=chosen)
    job = create(wanted, DEVELOPMENT, jobs, store, open_store(settings().store))
    job = _ended(job, jobs, progress)
    folder.mkdir(parents=True, exist_ok=True)
    for name, place in job.outputs.items():
        write_whole(folder / name, store.get(place.key, place.version_id).data)
    return job


def _ended(job: Job, jobs: Jobs, progress: Progress) -> Job:
    ledger = Ledger(open_table(settings().table), job.tenant, job.job_id)
    while job.state not in ENDED:
        time.sleep(LOOK)
        job = jobs.get(job.tenant, job.job_id)
        progress(sum(entry.counts.graded + entry.counts.errors for entry in ledger.entries().values()), job.counts.rows)
    return job


def _make_machine(endpoint: str) -> str:
    import boto3

    told = {"stepfunctions": {"execute_state_machine": True}, "lambda": {"use_docker": False}}
    place = urlsplit(endpoint)
    connection = HTTPConnection(str(place.hostname), place.port, timeout=10)
    connection.request("POST", "/moto-api/config", json.dumps(told))
    connection.getresponse().read()
    os.environ["MOTO_PORT"] = str(place.port)
    definition = local(deployed({"JobsFunction": JOBS, "GradingFunction": GRADING}))
    role = "arn:aws:iam::123456789012:role/local"
    made = boto3.client("stepfunctions").create_state_machine(
        name="jobs", definition=json.dumps(definition), roleArn=role
    )
    return str(made["stateMachineArn"])
