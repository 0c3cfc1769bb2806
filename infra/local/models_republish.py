"""`lectern models republish`: functions of an environment start with the release that is live now."""

from collections.abc import Iterator

import click

from infra.choices import read_deployment, read_functions
from infra.errors import DeploymentError
from infra.layout import layout_of
from infra.local.republish import Lambda, deployed, sweep, undo, variables
from infra.local.republish import republish as publish_again
from infra.settings import Deployment
from lectern.release import read_alias
from lectern.store import open_store


@click.command()
@click.argument("name")
@click.option("--environment", required=True, help="One of infra/environments.toml.")
@click.option("--undo", "back", is_flag=True, help="Back to the versions that the last deployment made.")
def republish(name: str, environment: str, back: bool) -> None:
    """Publish the functions of a model anew, so that they start with what is live and fetch nothing."""
    import boto3

    deployment = read_deployment(environment)
    cloudformation = boto3.client("cloudformation", region_name=deployment.region)
    for function in _serving(deployment, name, boto3.client("lambda", region_name=deployment.region)):
        own = deployed(cloudformation, f"{deployment.prefix}-functions", function.name)
        said = _undone(function, own) if back else _published(function, name)
        swept = sweep(function, own)
        click.echo(f"{function.name}: {said}" + (f"; deleted {', '.join(swept)}" if swept else ""))


def _serving(deployment: Deployment, model: str, client: object) -> Iterator[Lambda]:
    """The functions that a model answers for. Raises DeploymentError where there is none."""
    functions = layout_of(deployment, read_functions()).functions
    names = [name for name, row in functions.items() if model in deployment.models_of(name, row)]
    if not names:
        raise DeploymentError(f"no function of {deployment.name} answers with a model {model!r}")
    return (Lambda(client, f"{deployment.prefix}-{name}") for name in names)


def _published(function: Lambda, model: str) -> str:
    """The store and the alias are the function's own, whatever the caller's settings say."""
    own = variables(function.configuration())
    version = read_alias(open_store(own["LECTERN_STORE"]), model, own["LECTERN_ALIAS"]).version
    return f"version {publish_again(function, f'{model} {version}')} starts with {model} {version}"


def _undone(function: Lambda, own: str) -> str:
    undo(function, own)
    return f"live is version {own}, as deployed"
