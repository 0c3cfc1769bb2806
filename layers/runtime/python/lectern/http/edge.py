"""Requests that did not come through CloudFront, and so not past its firewall, are refused."""

import hmac
import json
from collections.abc import Callable, Mapping
from typing import Any

from lectern.errors import Forbidden
from lectern.problem import problem, status
from lectern.settings import settings

HEADER = "x-lectern-edge"

Http = Callable[[dict[str, Any], Any], dict[str, Any]]


def through_edge(http: Http) -> Http:
    """The same for HTTP events that carry the settings' `edge_secret`; others get 403. Without one, all pass."""

    def guarded(event: dict[str, Any], context: Any) -> dict[str, Any]:
        return http(event, context) if _came_through(event.get("headers") or {}) else _refused(event)

    return guarded


def _came_through(headers: Mapping[str, str]) -> bool:
    secret = settings().edge_secret
    if not secret:
        return True
    said = next((value for name, value in headers.items() if name.lower() == HEADER), "")
    return hmac.compare_digest(said.encode(), secret.encode())


def _refused(event: Mapping[str, Any]) -> dict[str, Any]:
    error = Forbidden("Requests come through the API's own address alone.")
    body = json.dumps(problem(error, str(event["requestContext"].get("requestId", ""))))
    return {"statusCode": status(error)[0], "headers": {"content-type": "application/problem+json"}, "body": body}
