"""Lambda: another function of the same deployment, asked for its answer."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from botocore.config import Config
from botocore.session import Session

from lectern.errors import StoreUnavailable
from lectern.services.client import translated

SECONDS = 120.0
"""For a batch of answers, and a cold start before it."""


def call_items(name: str, event: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The `Items` that the function answers. Raises StoreUnavailable, also where it answers anything else."""
    try:
        found: list[dict[str, Any]] = list(call(name, event)["Items"])
    except (ValueError, TypeError, KeyError) as error:
        raise StoreUnavailable(f"The function {name} answers something else than items.") from error
    return found


def call(name: str, event: Mapping[str, Any]) -> dict[str, Any]:
    """What the function answers. Raises StoreUnavailable, also where the function itself failed; ValueError."""
    with translated("Lambda"):
        answer = client().invoke(FunctionName=name, Payload=json.dumps(event).encode())
        body = answer["Payload"].read()
    if "FunctionError" in answer:
        raise StoreUnavailable(f"The function {name} failed.")
    result: dict[str, Any] = json.loads(body)
    return result


@cache
def client() -> Any:
    """Asked once: a function that fails half way through a batch is not asked for all of it again and again."""
    config = Config(connect_timeout=3.0, read_timeout=SECONDS, retries={"mode": "standard", "total_max_attempts": 1})
    return Session().create_client("lambda", config=config)
