"""`lectern preflight`: whether an account has what a deployment needs."""

import json
from dataclasses import asdict
from functools import cache
from typing import Any

import click

from infra.choices import read_deployment, read_functions
from infra.errors import DeploymentError
from infra.layout import layout_of
from infra.local.preflight import preflight as look


@click.command()
@click.argument("environment")
@click.option("--json", "as_json", is_flag=True, help="Print for machines.")
@click.pass_context
def preflight(context: click.Context, environment: str, as_json: bool) -> None:
    """Look whether the account has what a deployment of ENVIRONMENT needs; changes nothing."""
    try:
        deployment = read_deployment(environment)
        rows = layout_of(deployment, read_functions()).functions
    except DeploymentError as error:
        raise click.UsageError(str(error)) from None
    found = list(look(deployment, rows, cache(_client)))
    if as_json:
        click.echo(json.dumps([asdict(check) for check in found]))
    else:
        for check in found:
            click.echo(f"{'ok     ' if check.ok else 'missing'}  {check.text}")
    if not all(check.ok for check in found):
        context.exit(1)


def _client(service: str, region: str) -> Any:
    import boto3
    from botocore.config import Config

    patience = Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard", "total_max_attempts": 2})
    return boto3.client(service, region_name=region, config=patience)
