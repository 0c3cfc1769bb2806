"""CodeDeploy's check of a new version before anybody's request goes there: it has to start and to answer.

A function with a model says at /healthz whether its release is loaded and self-tested (503 if not); one without has no
such path and says so (404). Both prove that the code, its layers and its settings fit together.
"""

import json
import os
from typing import Any

from botocore.session import Session

REQUEST_ID = "before-traffic"


def handler(event: dict[str, Any], context: Any) -> None:
    """Ask the version that VERSION names, and tell CodeDeploy."""
    client, secret = Session().create_client("lambda"), os.environ.get("LECTERN_EDGE_SECRET", "")
    status = "Succeeded" if answers(client, os.environ["VERSION"], secret) else "Failed"
    Session().create_client("codedeploy").put_lifecycle_event_hook_execution_status(
        deploymentId=event["DeploymentId"],
        lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],
        status=status,
    )


def answers(client: Any, version: str, secret: str) -> bool:
    """Whether the version, by its ARN, answers a request for its health, and not with a fault of its own."""
    answer = client.invoke(FunctionName=version, Payload=json.dumps(request(secret)).encode())
    body = json.loads(answer["Payload"].read())
    return "FunctionError" not in answer and 200 <= int(body.get("statusCode", 500)) < 500


def request(secret: str) -> dict[str, Any]:
    """GET /healthz as API Gateway sends it, with the secret that CloudFront adds."""
    place = {
        "method": "GET",
        "path": "/healthz",
        "protocol": "HTTP/1.1",
        "sourceIp": "127.0.0.1",
        "userAgent": "deploy",
    }
    return {
        "version": "2.0",
        "routeKey": "GET /healthz",
        "rawPath": "/healthz",
        "rawQueryString": "",
        "headers": {"x-lectern-edge": secret, "host": "localhost"},
        "requestContext": {"http": place, "requestId": REQUEST_ID, "stage": "$default"},
        "isBase64Encoded": False,
    }
