"""`lectern import`: marks of another gradebook into the grades of the table that the settings name."""

import hashlib
import sys
from pathlib import Path

import click

from infra.local.console import printable
from infra.local.environment import use_local_settings
from lectern.exports import FORMATS, Imported
from lectern.exports.formats import imported
from lectern.gradebook.book import shared
from lectern.gradebook.imports import Asked, Import, Imports, name_of
from lectern.principal import DEVELOPMENT

WHO = DEVELOPMENT
ROWS_IN_ERROR = 3


@click.command("import")
@click.argument("source", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--format", "name", required=True, type=click.Choice(list(FORMATS)), help="Whose file it is.")
@click.option("--class", "class_id", default="", help="The class of all marks; left out, the file says it.")
@click.option("--identifier", help="The column that names students.")
@click.option("--json", "as_json", is_flag=True, help="Print for machines.")
def import_marks(source: Path, name: str, class_id: str, identifier: str | None, as_json: bool) -> None:
    """Take a file's marks as decisions; the same file again changes nothing."""
    use_local_settings()
    data = source.read_bytes()

    def read() -> Imported:
        return imported(name, [data], **({"identifier": identifier} if identifier else {}))

    parts = (name, class_id, identifier or "", hashlib.sha256(data).hexdigest(), "")
    found = Imports(shared()).take(WHO, Asked(name_of(WHO, *parts), name, class_id), read)
    _tell(found, as_json)
    if found.failed:
        sys.exit(ROWS_IN_ERROR)


def _tell(found: Import, as_json: bool) -> None:
    if as_json:
        click.echo(found.model_dump_json())
        return
    for fault in found.errors:
        click.echo(f"{', '.join(map(printable, fault.loc))}: {fault.msg}", err=True)
    unknown = f" (no grades of {', '.join(map(printable, found.unknown))})" if found.unknown else ""
    click.echo(
        f"{found.changed} changed, {found.same} the same, {found.ignored} ignored{unknown}, {found.failed} failed"
    )
