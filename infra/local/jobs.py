"""Jobs on this machine: a local AWS, the functions in processes of their own, and the state machine between them."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from urllib.parse import urlsplit

from infra.local.aws import DATA_BUCKET, in_environment, local_aws
from infra.local.environment import ensure_live, use_local_settings
from infra.local.forget import forget_services
from infra.local.lambdas import Function, Lambdas, serve_lambdas
from infra.local.machine import deployed, local
from lectern.principal import DEVELOPMENT
from lectern.store import Store, open_store

GRADING, JOBS = "lectern-grading", "lectern-jobs"
ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/local"
SCHEDULES = {
    "LECTERN_SCHEDULE_TARGET": f"arn:aws:lambda:eu-central-1:{ACCOUNT}:function:{JOBS}",
    "LECTERN_SCHEDULE_ROLE": ROLE,
}
"""Kept by moto, which fires none."""

GRADING_HANDLER, JOBS_HANDLER = "functions.grading.handler.handler", "functions.jobs.handler.handler"

Tell = Callable[[str], None]


@contextmanager
def local_jobs(
    processes: int, grading: str = GRADING_HANDLER, store: str = "", tell: Tell = lambda _: None
) -> Iterator[Lambdas]:
    """A local AWS that works jobs off; `processes` grade. Releases are in `store`, by default this machine's own.

    The table and the data bucket are in memory: they are gone afterwards, but for question packs, which are kept.
    """
    use_local_settings()
    with local_aws() as aws:
        releases = {"LECTERN_STORE": store or os.environ["LECTERN_STORE"]}
        with in_environment(aws | releases | {"LECTERN_GRADING_FUNCTION": GRADING, **SCHEDULES}):
            ensure_live("grading", tell)
            own, bucket = open_store(os.environ["LECTERN_DATA_STORE"]), f"s3://{DATA_BUCKET}"
            _copy_packs(own, open_store(bucket))
            machine = _make_machine(aws["AWS_ENDPOINT_URL"])
            with in_environment({"LECTERN_DATA_STORE": bucket, "LECTERN_STATE_MACHINE": machine}):
                yield from _served([Function(GRADING, grading, processes), Function(JOBS, JOBS_HANDLER, 1)], aws)
            _copy_packs(open_store(bucket), own)


def _served(functions: list[Function], aws: dict[str, str]) -> Iterator[Lambdas]:
    own = {name: value for name, value in os.environ.items() if name.startswith("LECTERN_")}
    own |= {"LECTERN_THREADS": "1", "LECTERN_PRELOAD": "true"}
    forget_services()
    try:
        with serve_lambdas(functions, aws | own) as lambdas:
            yield lambdas
    finally:
        forget_services()


def _copy_packs(source: Store, target: Store) -> None:
    """The development tenant's question packs, where they differ."""
    for key in source.keys(f"tenants/{DEVELOPMENT.tenant}/packs/"):
        data = source.get(key).data
        if not target.versions(key) or target.get(key).data != data:
            target.put(key, data)


def _make_machine(endpoint: str) -> str:
    import boto3

    told = {"stepfunctions": {"execute_state_machine": True}, "lambda": {"use_docker": False}}
    place = urlsplit(endpoint)
    connection = HTTPConnection(str(place.hostname), place.port, timeout=10)
    connection.request("POST", "/moto-api/config", json.dumps(told))
    connection.getresponse().read()
    os.environ["MOTO_PORT"] = str(place.port)
    definition = local(deployed({"JobsFunction": JOBS, "GradingFunction": GRADING}))
    made = boto3.client("stepfunctions").create_state_machine(
        name="jobs", definition=json.dumps(definition), roleArn=ROLE
    )
    return str(made["stateMachineArn"])
