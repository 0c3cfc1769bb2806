"""A client of one service, with its faults as ours."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session

from lectern.errors import StoreUnavailable


@cache
def client(service: str) -> Any:
    """A client for the whole process; credentials, region and endpoint come from the environment."""
    retries = {"mode": "standard", "total_max_attempts": 4}
    return Session().create_client(service, config=Config(connect_timeout=3.0, read_timeout=10.0, retries=retries))


@contextmanager
def translated(service: str, *expected: str) -> Iterator[None]:
    """Raise StoreUnavailable for a fault; error codes that are `expected` pass for success."""
    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code not in expected:
            raise StoreUnavailable(f"{service} answers {code}.") from error
    except BotoCoreError as error:
        raise StoreUnavailable(f"{service} does not answer: {type(error).__name__}.") from error
