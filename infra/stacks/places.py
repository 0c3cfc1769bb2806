"""Names that are known before anything exists, and the ARNs that permissions and functions need of each other.

Functions, the state machine and the schedules name each other, so none could be created first if CloudFormation chose
the names.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import Aws

LIVE = "live"
"""The alias of every function that callers use."""


def arn(service: str, rest: str) -> str:
    """An ARN in the deployment's own region and account."""
    return f"arn:{Aws.PARTITION}:{service}:{Aws.REGION}:{Aws.ACCOUNT_ID}:{rest}"


@dataclass(frozen=True)
class Places:
    """Where everything is: names by `prefix`, and the ARNs of what keeps data."""

    prefix: str
    models: str
    data: str
    table: str
    key: str
    signing_key: str
    dead_letters: str
    topic: str
    heavy: tuple[str, ...] = ()
    """The models that the GPU endpoint serves; empty where there is none."""

    def name(self, what: str) -> str:
        """The name of a function, of the state machine, of a group."""
        return f"{self.prefix}-{what}"

    def function(self, name: str) -> str:
        """A function's ARN."""
        return arn("lambda", f"function:{self.name(name)}")

    def live(self, name: str) -> str:
        """The ARN of a function's alias."""
        return f"{self.function(name)}:{LIVE}"

    def component(self, model: str) -> str:
        """The name of a model's inference component."""
        return self.name(f"heavy-{model}")

    def asked(self, models: Sequence[str]) -> tuple[str, ...]:
        """The ARNs of the GPU endpoint and of the inference components of some of its models."""
        components = (arn("sagemaker", f"inference-component/{self.component(model)}") for model in models)
        return arn("sagemaker", f"endpoint/{self.name('heavy')}"), *components

    @property
    def state_machine(self) -> str:
        """The ARN of the jobs' state machine."""
        return arn("states", f"stateMachine:{self.name('jobs')}")

    @property
    def executions(self) -> str:
        """The ARN of all executions of the state machine."""
        return arn("states", f"execution:{self.name('jobs')}:*")

    @property
    def schedules(self) -> str:
        """The ARN of all schedules of the deployment's group."""
        return arn("scheduler", f"schedule/{self.name('schedules')}/*")

    @property
    def schedule_role(self) -> str:
        """The ARN of the role that schedules call the jobs function with."""
        return f"arn:{Aws.PARTITION}:iam::{Aws.ACCOUNT_ID}:role/{self.name('schedules')}-{Aws.REGION}"

    def logs(self, name: str) -> str:
        """The name of a function's log group."""
        return f"/lectern/{self.prefix}/{name}"

    def log_streams(self, name: str) -> str:
        """The ARN of all streams of a function's log group."""
        return arn("logs", f"log-group:{self.logs(name)}:*")
