"""`lectern review`: the review queue on a terminal, over the table that the settings name."""

import json
import re
import uuid
from collections.abc import Sequence
from typing import Any

import click

from infra.local.console import printable
from infra.local.environment import ensure_live, use_local_settings
from infra.local.packs_cli import told
from lectern.errors import Conflict, UnknownObject
from lectern.gradebook.adapting import decisions
from lectern.gradebook.agreement import Figures, agreement
from lectern.gradebook.book import Gradebook, shared
from lectern.gradebook.deciding import Choice, Ruling
from lectern.gradebook.keys import grade_id, place_of
from lectern.gradebook.reviews import Group, queue
from lectern.principal import DEVELOPMENT

WHO = DEVELOPMENT
LEAST_ID = 6

_class = click.option("--class", "class_id", required=True, help="The class.")
_question = click.option("--question", "question_id", default="", help="Only this question.")
_json = click.option("--json", "as_json", is_flag=True, help="Print for machines.")
_ids = click.argument("ids", nargs=-1, required=True, metavar="ID...")


@click.group()
def review() -> None:
    """Decide on the grades that wait for a teacher. An ID is a group's, or the first letters of it, or a grade's."""
    click.get_current_context().obj = use_local_settings()


@review.command("list")
@_class
@_question
@click.option("--limit", default=20, show_default=True, help="Groups to show.")
@_json
def list_groups(class_id: str, question_id: str, limit: int, as_json: bool) -> None:
    """The groups that wait, the most valuable first."""
    found = queue(shared(), WHO.tenant, class_id, question_id)
    if as_json:
        click.echo(json.dumps([_document(group) for group in found[:limit]]))
        return
    for group in found[:limit]:
        first = group.grades[0]
        points = f"{first.machine.score:g}/{first.max_score:g} {first.machine.label}"
        click.echo(f"{group.id[:8]}  {len(group.grades):3d} x {points}  {first.question_id}: {_shown(group)}")
    click.echo(f"{len(found)} groups wait, {sum(len(group.grades) for group in found)} grades", err=True)


@review.command()
@_class
@_ids
@click.option("--reason", default="", help="Why.")
def approve(class_id: str, ids: tuple[str, ...], reason: str) -> None:
    """The grader's points are right."""
    _decide(class_id, ids, Ruling(kind="approved", reason=reason))


@review.command()
@_class
@_ids
@click.option("--score", required=True, type=float, help="The points.")
@click.option("--reason", required=True, help="Why.")
def override(class_id: str, ids: tuple[str, ...], score: float, reason: str) -> None:
    """Give other points."""
    _decide(class_id, ids, Ruling(kind="overridden", score=score, reason=reason))


@review.command()
@_class
@_ids
@click.option("--text", required=True, help="The comment.")
def comment(class_id: str, ids: tuple[str, ...], text: str) -> None:
    """Say something about grades."""
    _decide(class_id, ids, Ruling(kind="commented", reason=text))


@review.command()
@click.argument("question_id")
@click.option("--class", "class_id", default="", help="Only the decisions in this class.")
@click.pass_obj
def adapt(own_store: bool, question_id: str, class_id: str) -> None:
    """Fit a question's pack to what teachers decided on it."""
    from functions.grading.task import TASK
    from lectern.call import Call
    from lectern.models import shared as shared_models
    from lectern.packs.repository import shared as shared_packs
    from lectern.packs.service import fit_pack

    request = decisions(shared(), WHO.tenant, question_id, class_id).request()
    if own_store:
        ensure_live("grading", lambda text: click.echo(text, err=True))
    payload = request.model_dump(exclude={"version"})
    told(fit_pack(TASK, question_id, payload, Call(WHO, str(uuid.uuid4())), shared_models(), shared_packs()))


@review.command("agreement")
@_class
@_json
def show_agreement(class_id: str, as_json: bool) -> None:
    """How far grader and teachers agree, and whether confident grades keep the budget."""
    found = agreement(shared().grades(WHO.tenant, class_id))
    if as_json:
        click.echo(found.model_dump_json())
        return
    if found.overall is None:
        click.echo("nothing is decided yet")
        return
    for name, part in {"all": found.overall, **found.by_question, **found.by_week}.items():
        click.echo(f"{name:20s}  {_figures(part)}")
    check = found.check
    click.echo(f"samples: {check.wrong} of {check.sampled} wrong, budget {check.budget:.1%}: {check.verdict}")


def _decide(class_id: str, ids: Sequence[str], ruling: Ruling) -> None:
    book = shared()
    decided = book.decide(WHO, _choices(book, class_id, ids), ruling)
    click.echo(f"{ruling.kind}: {len(decided.grades)} grades")
    if decided.conflicts:
        raise Conflict(f"{len(decided.conflicts)} grades were changed by somebody else and are left.")


def _choices(book: Gradebook, class_id: str, ids: Sequence[str]) -> list[Choice]:
    groups = queue(book, WHO.tenant, class_id)
    return [choice for name in ids for choice in _chosen(book, groups, name)]


def _chosen(book: Gradebook, groups: Sequence[Group], name: str) -> list[Choice]:
    if len(name) >= LEAST_ID and re.fullmatch("[0-9a-f]+", name):
        found = [group for group in groups if group.id.startswith(name)]
        if len(found) == 1:
            return [Choice(grade.place, grade.revision) for grade in found[0].grades]
        raise UnknownObject(f"{len(found)} groups that wait are {name}; list them again.")
    place = place_of(name)
    return [Choice(place, book.get(WHO.tenant, place).revision)]


def _document(group: Group) -> dict[str, Any]:
    first = group.grades[0]
    known = first.model_dump(include={"question_id", "question", "max_score", "step"})
    grades = [
        {"grade_id": grade_id(grade.place), "revision": grade.revision, "score": grade.machine.score}
        for grade in group.grades
    ]
    return {"group_id": group.id, "value": group.value, "wordings": group.wordings, "grades": grades, **known}


def _shown(group: Group) -> str:
    return printable(" | ".join(group.wordings[:3]))[:100]


def _figures(part: Figures) -> str:
    told = f"{part.decided:4d} decided, labels {part.same_label:.0%}, scores {part.same_score:.0%}"
    return told + (f", kappa {part.qwk:.2f}" if part.qwk is not None else "")
