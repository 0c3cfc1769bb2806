"""SageMaker's runtime: an endpoint, asked once within a time limit."""

import threading
from collections.abc import Mapping
from functools import cache
from typing import Any

from botocore import exceptions
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session

from lectern.errors import EndpointBusy, EndpointRejected, EndpointUnavailable, InvalidRequest, LecternError

STEPS = (0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 7.5, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0)
"""Seconds that a client waits. botocore fixes that when it makes a client, so there is one for each step in use."""

CONNECTING = 0.2
"""Share of the time in which the connection must stand."""

_KINDS: dict[int, type[LecternError]] = {
    400: InvalidRequest,
    409: EndpointRejected,
    413: InvalidRequest,
    422: InvalidRequest,
}
"""What a container's refusal means."""

_MAKING = threading.Lock()
"""A session makes one client at a time."""


def invoke(name: str, component: str, body: bytes, seconds: float) -> bytes:
    """What the endpoint answers; `component` names its inference component, where it has any.

    Raises:
        EndpointBusy: it refused at once, and asking again may help.
        EndpointUnavailable: it did not answer in time, or asking again won't help soon.
        EndpointRejected: it serves another release.
        InvalidRequest: it can't use the body.
    """
    place = {"EndpointName": name} | ({"InferenceComponentName": component} if component else {})
    with _MAKING:
        client = _client(max([step for step in STEPS if step <= seconds], default=STEPS[0]))
    try:
        answer = client.invoke_endpoint(**place, ContentType="application/json", Accept="application/json", Body=body)
        found: bytes = answer["Body"].read()
    except ClientError as error:
        raise _refusal(error.response) from error
    except exceptions.ReadTimeoutError as error:
        raise EndpointUnavailable("The heavy endpoint did not answer in time.") from error
    except (exceptions.ConnectionError, exceptions.ConnectionClosedError) as error:
        raise EndpointBusy("The heavy endpoint can't be reached.") from error
    except BotoCoreError as error:
        raise EndpointUnavailable(f"The heavy endpoint does not answer: {type(error).__name__}.") from error
    return found


def prepare() -> None:
    """Read what botocore knows of the service (some 100 ms), before a request's time runs."""
    with _MAKING:
        _client(STEPS[-1])


@cache
def _client(seconds: float) -> Any:
    config = Config(
        connect_timeout=seconds * CONNECTING,
        read_timeout=seconds * (1 - CONNECTING),
        retries={"mode": "standard", "total_max_attempts": 1},
        max_pool_connections=50,
    )
    return _session().create_client("sagemaker-runtime", config=config)


@cache
def _session() -> Session:
    return Session()


def _refusal(response: Mapping[str, Any]) -> LecternError:
    """By the container's own status where SageMaker tells it (ModelError), else by the answer's."""
    status = response.get("OriginalStatusCode") or response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    code = str(response.get("Error", {}).get("Code", ""))
    told = f"The heavy endpoint answers {status} ({code})."
    if status >= 500 or status == 429 or "Throttl" in code:
        return EndpointBusy(told)
    if code == "ValidationError":  # SageMaker's own: there is no such endpoint, or it has scaled to nothing
        return EndpointUnavailable(told)
    return _KINDS.get(status, EndpointUnavailable)(told)
