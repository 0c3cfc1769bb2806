"""`lectern cost`: what a month in AWS costs."""

import json
import math
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click

from infra.cost.estimate import Estimate, estimate
from infra.cost.measured import NotMeasured, read_measured
from infra.cost.memory import settings_of, table
from infra.cost.month import HOURS, Workload
from infra.cost.picture import compared, comparison
from infra.cost.told import told
from lectern.prices import REGION, UnknownPrice, read_prices

MOST = 10**13
"""Grades a month; more than all people could hand in."""


class Finite(click.FloatRange):
    """A number within bounds; click's own takes `nan` for one."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """See click.ParamType."""
        found = super().convert(value, param, ctx)
        if not math.isfinite(found):
            self.fail(f"{value!r} is not a finite number.", param, ctx)
        return found


COUNT, FEW = click.IntRange(min=0, max=MOST), click.IntRange(min=0, max=10_000)


@click.command()
@click.option("--requests", default=1_000_000, show_default=True, type=COUNT, help="Grades over HTTP in a month.")
@click.option("--rows", default=1_000_000, show_default=True, type=COUNT, help="Grades of jobs in a month.")
@click.option("--jobs", default=1_000, show_default=True, type=COUNT, help="Jobs that these are in.")
@click.option("--batch-size", default=100, show_default=True, type=click.IntRange(1, 1000), help="Rows of a chunk.")
@click.option("--memory", default=1769, show_default=True, type=click.IntRange(128, 10_240), help="MB of a function.")
@click.option("--words", type=Finite(min=0, min_open=True, max=100_000), help="Of question, reference and answer.")
@click.option("--start-share", default=0.01, show_default=True, type=Finite(0, 1), help="Calls that start a function.")
@click.option("--snapstart/--no-snapstart", default=True, show_default=True, help="Start from a snapshot.")
@click.option("--snapshots", default=4, show_default=True, type=FEW, help="Published versions that are kept.")
@click.option("--deploys", default=4, show_default=True, type=FEW, help="In a month.")
@click.option("--edge/--no-edge", default=True, show_default=True, help="CloudFront and WAF before the API.")
@click.option("--kept-months", default=12, show_default=True, type=FEW, help="How long grades and jobs are kept.")
@click.option("--instance", default="ml.g6.xlarge", show_default=True, help="The GPU instance of the heavy endpoint.")
@click.option(
    "--gpu-hours", default=0.0, show_default=True, type=Finite(0, 1000 * HOURS), help="Of instances, together."
)
@click.option("--gpu-rate", type=Finite(0, min_open=True), help="Grades a second that the instance can do, if known.")
@click.option("--region", default=REGION, show_default=True, help="Whose prices.")
@click.option("--memories", is_flag=True, help="Only what answers of each function cost by its memory.")
@click.option("--plot", type=click.Path(dir_okay=False, path_type=Path), help="Draw Lambda against GPUs as SVG.")
@click.option("--json", "as_json", is_flag=True, help="Print the estimate for machines.")
def cost(region: str, gpu_rate: float | None, plot: Path | None, memories: bool, as_json: bool, **load: Any) -> None:
    """What a month costs, by service and for 1,000 grades, and from where on a GPU is cheaper."""
    try:
        if memories:
            click.echo(_memories(region, as_json))
            return
        found = _estimate(region, gpu_rate, load)
    except (UnknownPrice, NotMeasured) as error:
        raise click.UsageError(str(error)) from None
    if plot:
        prices = compared(found.request, found.row, found.prices.instances)
        plot.write_text(comparison(prices, list(found.break_even.values())), "utf-8")
    click.echo(json.dumps(found.document()) if as_json else told(found))


def _memories(region: str, as_json: bool) -> str:
    found = settings_of(read_prices(region))
    return json.dumps({name: [asdict(s) for s in sizes] for name, sizes in found.items()}) if as_json else table(found)


def _estimate(region: str, gpu_rate: float | None, load: dict[str, Any]) -> Estimate:
    measured, prices = read_measured(), read_prices(region)
    wanted = Workload(**load | {"words": load["words"] or measured.words})
    if wanted.memory < measured.memory_mb:
        least = math.ceil(measured.memory_mb)
        raise click.UsageError(f"--memory {wanted.memory}: the grading function has been seen to need {least} MB.")
    if wanted.rows and not wanted.jobs:
        raise click.UsageError("--jobs 0: rows are graded in jobs.")
    return estimate(wanted if wanted.rows else replace(wanted, jobs=0), measured, prices, gpu_rate)
