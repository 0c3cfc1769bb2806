import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.aws import in_environment
from infra.local.jobs import local_jobs
from infra.local.lambdas import Lambdas
from lectern.release import Release

CLASS = Path("examples/class.csv")


def answers(count: int, poison: str = "", at: int = -1) -> bytes:
    """Rows made of the example class, each with an answer of its own; `poison` in the one at a place."""
    rows = list(csv.DictReader(io.StringIO(CLASS.read_text("utf-8"))))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    for number in range(count):
        row = rows[number % len(rows)]
        answer = f"{row['answer']} {poison if number == at else ''}{number // len(rows) or ''}".strip()
        writer.writerow(row | {"id": f"r{number}", "student_id": f"s{number}", "answer": answer})
    return text.getvalue().encode()


@pytest.fixture(scope="package")
def running(release: Release) -> Iterator[Lambdas]:
    """A local AWS that works jobs off with two processes, in which a word is poison."""
    quiet = {"POWERTOOLS_LOG_LEVEL": "ERROR", "POWERTOOLS_METRICS_DISABLED": "true"}
    with in_environment(quiet), local_jobs(2, "tests.jobs.poisonous.handler") as lambdas:
        yield lambdas
