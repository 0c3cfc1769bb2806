"""The whole of it: `cdk deploy --all -c environment=prod`, or `python -m infra.app prod` for the templates alone."""

import json
import sys

from infra.artifacts import ROOT, Artifacts
from infra.choices import read_deployment, read_functions
from infra.errors import DeploymentError
from infra.layout import layout_of
from infra.routes import routes_of
from infra.settings import Deployment
from infra.stacks.acknowledged import acknowledge
from infra.stacks.api import Api
from infra.stacks.batch import Batch
from infra.stacks.data import Data
from infra.stacks.edge import Edge
from infra.stacks.functions import Functions
from infra.stacks.heavy import Heavy
from infra.stacks.storage import Storage
from infra.stacks.watch import Watch
from infra.stacks.web import Web

from aws_cdk import App, Tags  # isort: skip  # after infra.stacks, which finds the node that it runs on


def compose(app: App, deployment: Deployment, artifacts: Artifacts) -> None:
    """Every stack of a deployment. Raises DeploymentError before anything is created."""
    layout = layout_of(deployment, read_functions())
    artifacts.check(deployment.releases)
    edge = Edge(app, deployment)
    storage = Storage(app, deployment)
    data = Data(app, deployment, storage)
    functions = Functions(app, deployment, layout, artifacts, storage, data)
    batch = Batch(app, deployment, functions)
    api = Api(app, deployment, layout, routes_of(layout.rows), functions, storage, edge)
    Web(app, deployment, storage, edge)
    heavy = Heavy(app, deployment, functions, storage) if deployment.heavy.enabled else None
    Watch(app, deployment, data, layout, functions, api, batch, heavy)
    acknowledge(app, deployment, layout)
    Tags.of(app).add("lectern", deployment.prefix)


def main() -> None:
    """Synthesise the environment that the command line or the context names; exit 1 where it can't be."""
    context = json.loads((ROOT / "cdk.json").read_text("utf-8"))["context"]
    app = App(context=context)
    name = sys.argv[1] if len(sys.argv) > 1 else app.node.try_get_context("environment")
    try:
        compose(app, read_deployment(name), Artifacts())
    except DeploymentError as error:
        sys.exit(f"lectern: {error}")
    app.synth()


if __name__ == "__main__":
    main()
