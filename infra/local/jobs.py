"""Jobs on this machine: a local AWS, the functions in processes of their own, and the state machine between them."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from urllib.parse import urlsplit

from infra.local.aws import DATA_BUCKET, in_environment, local_aws
from infra.local.environment import ensure_live, use_local_settings
from infra.local.lambdas import Function, Lambdas, serve_lambdas
from infra.local.machine import deployed, local
from lectern.principal import DEVELOPMENT
from lectern.settings import settings
from lectern.store import Store, open_store

GRADING, JOBS = "lectern-grading", "lectern-jobs"
JOBS_HANDLER = "functions.jobs.handler.handler"


@contextmanager
def local_jobs(processes: int, grading: str = "functions.grading.handler.handler") -> Iterator[Lambdas]:
    """A local AWS that works jobs off, with this machine's releases and packs; `processes` grade.

    The table and the data bucket are in memory: they are gone afterwards, but for question packs, which are kept.
    """
    use_local_settings()
    ensure_live("grading", lambda _: None)
    with local_aws() as aws:
        variables = aws | {"LECTERN_STORE": os.environ["LECTERN_STORE"], "LECTERN_THREADS": "1"}
        with in_environment(variables):
            own, bucket = open_store(os.environ["LECTERN_DATA_STORE"]), f"s3://{DATA_BUCKET}"
            _copy_packs(own, open_store(bucket))
            machine = _make_machine(aws["AWS_ENDPOINT_URL"])
            with in_environment({"LECTERN_DATA_STORE": bucket, "LECTERN_STATE_MACHINE": machine}):
                yield from _served([Function(GRADING, grading, processes), Function(JOBS, JOBS_HANDLER, 1)], aws)
            _copy_packs(open_store(bucket), own)


def _served(functions: list[Function], aws: dict[str, str]) -> Iterator[Lambdas]:
    own = {name: value for name, value in os.environ.items() if name.startswith(("LECTERN_", "POWERTOOLS_"))}
    settings.cache_clear()
    try:
        with serve_lambdas(functions, aws | own) as lambdas:
            yield lambdas
    finally:
        settings.cache_clear()


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
    role = "arn:aws:iam::123456789012:role/local"
    made = boto3.client("stepfunctions").create_state_machine(
        name="jobs", definition=json.dumps(definition), roleArn=role
    )
    return str(made["stateMachineArn"])
