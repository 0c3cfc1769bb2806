"""`make bench`: run the scenarios that are named (all of them if none is), keep figures, write the page and plots.

.venv/bin/python -m tests.perf.run cold offline serve --functions grading,sentiment --starts 5
"""

import json
import os
from collections.abc import Callable
from statistics import mean
from typing import Any

import click

from infra.local.aws import in_environment, local_aws
from infra.local.environment import ensure_live, use_local_settings
from model_store.catalogue import EMBEDDED
from tests.perf.figures import RESULTS, Figure, keep, machine
from tests.perf.page import write_page
from tests.perf.pairs import pairs
from tests.perf.requests import REQUESTS
from tests.perf.scenarios.batches import measure_batches
from tests.perf.scenarios.cold import measure_function
from tests.perf.scenarios.lengths import measure_lengths
from tests.perf.scenarios.offline import measure_offline
from tests.perf.scenarios.restored import measure_restored
from tests.perf.scenarios.serve import measure_serving
from tests.perf.scenarios.sizes import measure_sizes
from tests.perf.scenarios.stages import measure_stages

OFFLINE_ROWS, BATCHED_ROWS = 2500, 900

SCENARIOS = ("cold", "offline", "serve", "stages", "sizes", "restored", "lengths", "batches")


@click.command()
@click.argument("scenarios", nargs=-1, type=click.Choice(SCENARIOS))
@click.option("--functions", default=",".join(REQUESTS), help="Those of `cold` and `restored`, separated by commas.")
@click.option("--starts", default=5, show_default=True, help="Processes of each contender of `cold`.")
@click.option("--requests", default=200, show_default=True, help="Of each process of `cold`.")
def main(scenarios: tuple[str, ...], functions: str, starts: int, requests: int) -> None:
    """Measure and write."""
    with local_aws() as variables, in_environment(variables):
        use_local_settings(LECTERN_STORE=variables["LECTERN_STORE"])
        for name in (*EMBEDDED, "grading-small"):
            ensure_live(name, print)
        names = [name for name in functions.split(",") if REQUESTS[name].model in EMBEDDED]
        measures: dict[str, Callable[[], list[Figure]]] = {
            "cold": lambda: [f for name in names for f in measure_function(name, variables, starts, requests)],
            "offline": lambda: measure_offline(pairs(OFFLINE_ROWS)),
            "serve": measure_serving,
            "stages": measure_stages,
            "sizes": lambda: measure_sizes(variables),
            "restored": lambda: [f for name in names for f in measure_restored(name, variables)],
            "lengths": lambda: measure_lengths(variables),
            "batches": lambda: measure_batches(pairs(BATCHED_ROWS)),
        }
        for scenario in scenarios or SCENARIOS:
            figures = keep(measures[scenario]())
    (RESULTS / "conditions.json").write_text(json.dumps(_conditions(), indent=1) + "\n", "utf-8")
    write_page(figures, OFFLINE_ROWS, _conditions()["words"])


def _conditions() -> dict[str, Any]:
    """What a figure has to be scaled from: the processors, and the mean words of question, reference and answer."""
    words = mean(len(f"{row['question']} {row['reference']} {row['answer']}".split()) for row in pairs(OFFLINE_ROWS))
    return {"machine": machine(), "cores": os.cpu_count(), "words": round(words, 1)}


if __name__ == "__main__":
    main()
