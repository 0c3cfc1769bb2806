"""What all stacks of a deployment have in common."""

from aws_cdk import Environment, Stack
from constructs import Construct

from infra.settings import Deployment


class Part(Stack):
    """A stack that is named, placed and protected as its deployment says."""

    def __init__(self, scope: Construct, name: str, deployment: Deployment, region: str = "") -> None:
        place = Environment(account=deployment.account or None, region=region or deployment.region)
        super().__init__(scope, f"{deployment.prefix}-{name}", env=place, termination_protection=deployment.protect)
