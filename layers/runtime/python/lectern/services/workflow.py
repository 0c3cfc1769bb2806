"""Step Functions: one execution per job, under the job's own name, so that starting twice starts once."""

import json
from collections.abc import Mapping
from typing import Any

from lectern.errors import StoreUnavailable
from lectern.services.client import client, translated
from lectern.settings import settings

SERVICE = "Step Functions"


def start(name: str, event: Mapping[str, Any]) -> None:
    """Start the execution `name`, if there was none yet. Raises StoreUnavailable."""
    with translated(SERVICE, "ExecutionAlreadyExists"):
        client("stepfunctions").start_execution(stateMachineArn=_machine(), name=name, input=json.dumps(event))


def stop(name: str) -> None:
    """Stop the execution `name`, if it runs. Raises StoreUnavailable."""
    arn = _machine().replace(":stateMachine:", ":execution:") + f":{name}"
    with translated(SERVICE, "ExecutionDoesNotExist"):
        client("stepfunctions").stop_execution(executionArn=arn, cause="cancelled")


def _machine() -> str:
    arn = settings().state_machine
    if not arn:
        raise StoreUnavailable("No state machine is configured: LECTERN_STATE_MACHINE is its ARN.")
    return arn
