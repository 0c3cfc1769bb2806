"""`make demo`: the whole way once, on one machine. A local AWS, a published model, a class as a job, a report."""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from infra.local.aws import BUCKET
from infra.local.batch import run_job
from infra.local.jobs import local_jobs
from lectern.jobs.documents import JobSettings

CLASS = Path("examples/class.csv")
OUT = Path("build/demo")
WORKERS = os.cpu_count() or 1


def main() -> None:
    """Run the demo and print what it did."""
    console = Console()
    started = time.monotonic()
    with local_jobs(WORKERS, store=f"s3://{BUCKET}", tell=lambda text: console.print(f"  {text}")):
        console.print(f"local AWS at {os.environ['AWS_ENDPOINT_URL']}, ready in {time.monotonic() - started:.1f} s")
        with _timed(console, "class graded as a job"):
            run_job(CLASS, OUT, None, JobSettings(chunk_rows=20, concurrency=WORKERS), lambda *_: None)
    console.print(_table(json.loads((OUT / "summary.json").read_text("utf-8"))))
    console.print(f"The report is at {os.path.abspath(OUT / 'report.html')}", soft_wrap=True)


def _table(summary: dict[str, Any]) -> Table:
    table = Table(title=f"{summary['rows']} answers of {CLASS}, graded by grading {summary['model']['version']}")
    for name in ("question", "answers", "points", "correct", "review", "agreement"):
        table.add_column(name, justify="left" if name == "question" else "right", no_wrap=True)
    for name, figures in [*summary["questions"].items(), ("all", summary)]:
        share = figures.get("agreement", {}).get("share")
        table.add_row(
            name,
            str(figures["graded"]),
            f"{figures['mean_credit']:.0%}",
            str(figures["labels"].get("correct", 0)),
            str(figures["needs_review"]),
            "–" if share is None else f"{share:.0%}",
        )
    return table


@contextmanager
def _timed(console: Console, what: str) -> Iterator[None]:
    started = time.monotonic()
    yield
    console.print(f"{what} in {time.monotonic() - started:.1f} s")


if __name__ == "__main__":
    main()
