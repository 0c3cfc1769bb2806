"""`lectern packs`: fit, look at and erase the question packs of this machine's tenant."""

import json
import uuid
from pathlib import Path
from typing import Any

import click

from infra.local.console import data_option, progress_bar
from infra.local.environment import ensure_live, use_local_settings
from lectern.batch.lines import TableError
from lectern.batch.table import Row, read_table
from lectern.packs.facts import facts
from lectern.packs.pack import QuestionPack
from lectern.principal import DEVELOPMENT


@click.group()
def packs() -> None:
    """Fit a question to a teacher's own grades; list, show and erase such packs."""
    click.get_current_context().obj = use_local_settings()


@packs.command()
@click.argument("source", metavar="GRADES.csv", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--question-id", required=True, help="Rows of this question are taken; their column gold has the marks.")
@click.option("--step", type=float, help="Marks are multiples of this.")
@click.pass_obj
def fit(own_store: bool, source: Path, question_id: str, step: float | None) -> None:
    """Fit a question's pack to the marks of a file and keep it; shows what more marks bring."""
    from functions.grading.task import TASK
    from lectern.call import Call
    from lectern.models import shared
    from lectern.packs.repository import shared as shared_packs
    from lectern.packs.service import fit_pack

    if own_store:
        ensure_live("grading", lambda text: click.echo(text, err=True))
    payload = _payload(source, question_id) | ({"step": step} if step else {})
    call = Call(DEVELOPMENT, str(uuid.uuid4()))
    told(fit_pack(TASK, question_id, payload, call, shared(), shared_packs()))


@packs.command("list")
def list_packs() -> None:
    """The questions that have a pack."""
    from lectern.packs.repository import shared

    for question in shared().questions(DEVELOPMENT.tenant):
        pack = shared().get(DEVELOPMENT.tenant, question)
        click.echo(f"{question}  version {pack.version}  {pack.grades} grades  {pack.created_at}")


@packs.command()
@click.argument("question_id")
def show(question_id: str) -> None:
    """The facts of a question's pack, as JSON."""
    from lectern.packs.repository import shared

    click.echo(facts(shared().get(DEVELOPMENT.tenant, question_id)).model_dump_json(indent=2))


@packs.command()
@click.argument("question_id")
def delete(question_id: str) -> None:
    """Erase every version of a question's pack."""
    from lectern.packs.repository import shared

    click.echo(f"{shared().delete(DEVELOPMENT.tenant, question_id)} versions erased")


@packs.command()
@data_option
@click.option(
    "--first-run",
    required=True,
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Adapter of a run of grading that kept questions apart, one for each fold: it is asked those of Mohler's.",
)
@click.option("--out", default="docs/results", show_default=True, type=click.Path(file_okay=False, path_type=Path))
def measure(data: Path, first_run: tuple[Path, ...], out: Path) -> None:
    """Learning curves on Mohler and ASAP-SAS: a table and a picture. Half an hour the first time, then minutes."""
    from model_store.catalogue import read_model
    from model_store.question_packs.measure import measure as measured

    with progress_bar() as progress:
        bar = progress.add_task("embedding", total=None)

        def told(done: int, total: int) -> None:
            progress.update(bar, completed=done, total=total)

        measured(read_model("grading"), first_run, data, out, told)
    click.echo((out / "question-packs.md").read_text("utf-8"))


def _payload(source: Path, question_id: str) -> dict[str, Any]:
    """The request that the file's rows of a question stand for; rows without a mark are left out."""
    table = read_table(source.read_bytes())
    if "gold" not in table.columns:
        raise TableError("the header line lacks gold, the column with the teacher's marks")
    rows = [row for row in table.rows if row.cells["question_id"] == question_id and row.cells["gold"].strip()]
    if not rows:
        raise TableError("no row with a mark in gold has this question_id")
    items = [_item(row) for row in rows]
    asked = {json.dumps([item[name] for name in ("question", "references", "max_score")]) for item in items}
    if len(asked) > 1:
        raise TableError("the rows of this question differ in question, reference or max_score")
    first = items[0]
    grades = [{"answer": item["answer"], "score": _mark(row)} for item, row in zip(items, rows, strict=True)]
    return {name: first[name] for name in ("question", "references", "max_score")} | {"grades": grades}


def _item(row: Row) -> dict[str, Any]:
    if row.item is None:
        raise TableError(f"row {row.cells['id']}: {row.error}")
    return row.item


def _mark(row: Row) -> float:
    try:
        return float(row.cells["gold"])
    except ValueError:
        raise TableError(f"row {row.cells['id']}: gold is not a number") from None


def told(pack: QuestionPack) -> None:
    """Print what a fit made, and what more grades bring."""
    click.echo(f"pack {pack.version} of {pack.question_id}: {pack.grades} grades, in use at once")
    for quality in pack.curve:
        click.echo(f"  {quality.grades:5d} grades: rmse {quality.rmse:.2f}, right {quality.right:.0%}")
