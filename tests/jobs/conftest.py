from collections.abc import Iterator

import pytest

from infra.local.aws import in_environment
from infra.local.jobs import local_jobs
from infra.local.lambdas import Lambdas
from lectern.release import Release


@pytest.fixture(scope="package")
def running(release: Release) -> Iterator[Lambdas]:
    """A local AWS that works jobs off with two processes, in which a word is poison."""
    quiet = {"LECTERN_LOG_LEVEL": "ERROR", "LECTERN_METRICS": "false"}
    with in_environment(quiet), local_jobs(2, "tests.jobs.poisonous.handler") as lambdas:
        yield lambdas
