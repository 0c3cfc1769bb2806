"""`lectern`: one command. Exit codes: 0 done, 1 failed, 2 wrong usage, 3 done with rows in error."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import click
from botocore.exceptions import BotoCoreError, ClientError
from pydantic import ValidationError

from infra.errors import DeploymentError
from infra.local.environment import ensure_live, use_local_settings
from infra.local.journal import JournalBusy
from infra.local.lazy import LazyGroup
from lectern.batch.lines import TableError
from lectern.errors import LecternError
from lectern.problem import told as said
from model_store.catalogue import EMBEDDED
from model_store.errors import ModelStoreError

ROWS_IN_ERROR = 3


OTHERS = {
    "batch": "infra.local.batch_cli:batch",
    "cost": "infra.local.cost_cli:cost",
    "essays": "infra.local.essays_cli:essays",
    "import": "infra.local.import_cli:import_marks",
    "models": "infra.local.models_all:models",
    "packs": "infra.local.packs_cli:packs",
    "preflight": "infra.local.preflight_cli:preflight",
    "regrade": "infra.local.regrade_cli:regrade",
    "review": "infra.local.review_cli:review",
    "run": "infra.local.run_cli:run",
}
"""Commands of modules of their own."""


@click.group(cls=LazyGroup, lazy=OTHERS)
@click.version_option(package_name="lectern")
def cli() -> None:
    """Models as a service for education, in your own AWS account or on this machine."""


@cli.command()
@click.argument("source", metavar="IN.csv", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", "folder", required=True, type=click.Path(file_okay=False, path_type=Path), help="Output folder.")
@click.option("--model", default="grading", show_default=True, help="Grade with this model, for example grading-small.")
@click.option("--version", help="Grade with this version instead of the live one.")
@click.option(
    "--explain", is_flag=True, help="Mark in the report what moved the grades; takes some five times as long."
)
@click.option("--json", "as_json", is_flag=True, help="Print the summary for machines.")
def grade(source: Path, folder: Path, model: str, version: str | None, explain: bool, as_json: bool) -> None:
    """Grade a class's answers: grades.csv, summary.json and report.html."""
    from infra.local.console import progress_bar
    from infra.local.grade import grade_file

    if model != "grading":
        os.environ["LECTERN_MODELS"] = json.dumps({"grading": model})
    _prepare(model)
    with progress_bar() as progress:
        bar = progress.add_task("grading", total=None)

        def told(finished: int, rows: int) -> None:
            progress.update(bar, completed=finished, total=rows)

        summary = grade_file(source, folder, version, told, explain)
    click.echo(json.dumps(summary) if as_json else _told(summary, folder))
    if summary["errors"]:
        sys.exit(ROWS_IN_ERROR)


@cli.command()
@click.option("--port", default=8000, show_default=True, envvar="PORT", help="Port on 127.0.0.1.")
@click.option("--grpc-port", envvar="GRPC_PORT", type=int, help="Port for gRPC, by default the next one; 0: none.")
def serve(port: int, grpc_port: int | None) -> None:
    """Serve the functions on http://127.0.0.1:PORT until stopped, with OpenAPI at /docs."""
    from infra.local.serve import serve_functions

    serve_functions(port, grpc_port)


@cli.group()
def local() -> None:
    """A local AWS."""


@local.command()
@click.option("--port", default=5000, show_default=True, help="Port on 127.0.0.1.")
def up(port: int) -> None:
    """Run the local AWS until stopped, with the embedded models live, and print how to use it."""
    from infra.local.aws import in_environment, local_aws
    from infra.local.serve import wait_until_stopped

    with local_aws(port) as variables, in_environment(variables):
        use_local_settings()
        for model in EMBEDDED:
            ensure_live(model, _tell)
        for name in (*variables, "LECTERN_ENVIRONMENT", "LECTERN_PUBLIC_KEY"):
            click.echo(f"export {name}={os.environ[name]}")
        wait_until_stopped()


def _prepare(model: str) -> None:
    """The user's own store is left as it is; this machine's gets the embedded model."""
    if use_local_settings():
        ensure_live(model, _tell)


def _tell(text: str) -> None:
    click.echo(text, err=True)


def _told(summary: dict[str, Any], folder: Path) -> str:
    return (
        f"{summary['graded']} graded, {summary['needs_review']} need review, {summary['errors']} rows in error; "
        f"see {folder / 'report.html'}"
    )


def main() -> None:
    """Run the command; what goes wrong is told in one line."""
    try:
        cli()
    except LecternError as error:
        _fail(said(error))
    except (DeploymentError, ModelStoreError, TableError, JournalBusy) as error:
        _fail(str(error))
    except (BotoCoreError, ClientError) as error:
        _fail(f"AWS: {error}")
    except ValidationError as error:
        _fail("; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()))
    except OSError as error:
        _fail(f"{error.filename}: {error.strerror}" if error.filename else str(error))


def _fail(message: str) -> None:
    click.echo(f"lectern: {message}", err=True)
    sys.exit(1)


if __name__ == "__main__":
    main()
