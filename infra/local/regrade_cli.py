"""`lectern regrade`: grade again, look at who gains and who loses, apply it; over the table that the settings name."""

import itertools
import sys
import uuid
from collections.abc import Iterable, Iterator
from typing import Any

import click

from infra.local.console import printable, progress_bar
from infra.local.environment import ensure_live, use_local_settings
from lectern.gradebook.book import shared
from lectern.gradebook.regrades import Regrades, name_of
from lectern.gradebook.regrading import Change, Changes, Regrade, RegradeRequest
from lectern.principal import DEVELOPMENT
from lectern.settings import settings
from lectern.validation import validate

WHO = DEVELOPMENT
ROWS_IN_ERROR = 3
PAGE = 200


@click.command()
@click.option("--class", "class_id", help="The class.")
@click.option("--question", "question_id", help="Only this question.")
@click.option("--student", "student_id", help="Only this student.")
@click.option("--version", help="Grade with this version; `first`: each with the one that graded it first. Else live.")
@click.option(
    "--bank", is_flag=True, help="Take question, references and scale from the question bank as they are now."
)
@click.option("--discard-decisions", is_flag=True, help="Let the grader's points count again; needs a reason.")
@click.option("--reason", default="", help="Why.")
@click.option("--show", metavar="PREVIEW", help="Show a preview again; one that was cut short goes on.")
@click.option("--apply", "applied", metavar="PREVIEW", help="Write what a preview found.")
@click.option("--limit", default=20, show_default=True, help="Changes to show.")
@click.option("--json", "as_json", is_flag=True, help="Print for machines, all changes.")
def regrade(show: str | None, applied: str | None, limit: int, as_json: bool, **asked: Any) -> None:
    """Grade again without changing anything, and show who gains and who loses; with --apply, change it."""
    _check(show, applied, asked)
    own_store = use_local_settings()
    from functions.gradebook.regrades import grade_items

    regrades = Regrades(shared(), grade_items)
    if applied:
        found = regrades.apply(WHO, applied)
    else:
        if own_store and not settings().grading_function:
            ensure_live("grading", lambda text: click.echo(text, err=True))
        found = _previewed(regrades, show, asked)
    changes = _changes(regrades, found.id)
    click.echo(_document(found, changes) if as_json else "\n".join(_told(found, changes, limit)))
    if found.failed or found.left:
        sys.exit(ROWS_IN_ERROR)


def _check(show: str | None, applied: str | None, asked: dict[str, Any]) -> None:
    """Raise click.UsageError where it is not said, or said twice, what is to be done."""
    given = [name for name, value in (("--show", show), ("--apply", applied)) if value]
    if len(given) > 1 or (given and any(asked.values())):
        raise click.UsageError(f"{given[0]} takes a preview as it is: no class, and nothing else about it.")
    if not given and not asked["class_id"]:
        raise click.UsageError("Missing option '--class' (or '--show', or '--apply').")


def _previewed(regrades: Regrades, show: str | None, asked: dict[str, Any]) -> Regrade:
    """The preview, complete; its name is told before it begins, so that it can be taken up."""
    if show:
        name, request = show, regrades.get(WHO.tenant, show).request
    else:
        name, request = name_of(WHO, str(uuid.uuid4())), validate(RegradeRequest, asked)
        click.echo(f"preview {name}", err=True)
    with progress_bar() as progress:
        bar, turns = progress.add_task("grading", total=None), itertools.cycle((True, False))
        while True:  # a step at a time
            found = regrades.preview(WHO, request, name, lambda: next(turns))
            progress.update(bar, completed=found.done)
            if found.state != "previewing":
                return found


def _changes(regrades: Regrades, name: str) -> Iterator[Change]:
    cursor = None
    while True:
        page = regrades.changes(WHO.tenant, name, PAGE, cursor)
        yield from page.changes
        cursor = page.cursor
        if cursor is None:
            return


def _document(found: Regrade, changes: Iterable[Change]) -> str:
    """As GET /v1/regrades/{regrade_id} answers, but whole."""
    from functions.gradebook.regrades import view

    return view(found, Changes(list(changes))).model_dump_json()


def _told(found: Regrade, changes: Iterable[Change], limit: int) -> Iterator[str]:
    """A line for each grade that gains, loses or could not be graded, then the counts and how to go on."""
    moved = [change for change in changes if change.effect != "unchanged"]
    rows = [("student", "question", "before", "after", ""), *map(_row, moved[:limit])]
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    for row in rows if moved else ():
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
    if len(moved) > limit:
        yield f"and {len(moved) - limit} more"
    counts = f"{found.gains} gain, {found.loses} lose, {found.unchanged} stay, {found.failed} failed"
    yield f"{found.done} graded again: {counts}"
    if found.state == "applied":
        yield f"applied{f'; {found.left} were changed by somebody else meanwhile and are left' if found.left else ''}"
    else:
        told = "not all is applied yet" if found.state == "applying" else "nothing is changed yet"
        yield f"{told}: lectern regrade --apply {found.id}"


def _row(change: Change) -> tuple[str, ...]:
    student = change.student_id if change.attempt == 1 else f"{change.student_id} ({change.attempt})"
    after = "" if change.after is None else f"{change.after:g}/{change.new_max_score:g}"
    told = f"failed: {change.problem}" if change.problem else change.effect
    before = f"{change.before:g}/{change.max_score:g}"
    return printable(student), printable(change.question_id), before, after, printable(told)
