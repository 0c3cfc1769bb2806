"""`make demo`: the whole way once, on one machine. A local AWS, a published model, a graded class, a report."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from infra.local.aws import in_environment, local_aws
from infra.local.environment import ensure_live, use_local_settings

CLASS = Path("examples/class.csv")
OUT = Path("build/demo")


def main() -> None:
    """Run the demo and print what it did."""
    console = Console()
    with local_aws() as variables, in_environment(variables):
        console.print(f"local AWS at {variables['AWS_ENDPOINT_URL']}")
        use_local_settings()
        with _timed(console, "model built, published and promoted"):
            ensure_live("grading", lambda text: console.print(f"  {text}"))
        from infra.local.grade import grade_file

        with _timed(console, "class graded"):
            summary = grade_file(CLASS, OUT, None, lambda *_: None)
    console.print(_table(summary))
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
