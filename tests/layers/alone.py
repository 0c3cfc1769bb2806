"""Run by `python -I -S` with nothing on its path but its arguments: the task's folder and the unpacked layers.

Imports all there is, grades an answer, scores an essay, draws a report, makes every client; prints
what came out, and the files of all modules that were loaded.
"""

import importlib
import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

sys.path[:0] = sys.argv[1:]

CONTEXT = SimpleNamespace(aws_request_id="request-1", function_name="grading")
GRADE = {"question": "Why does ice float?", "references": ["Ice is less dense."], "answer": "It is less dense."}
ESSAY = {"essay": "I think that computers help people. They teach us.", "scale": {"min": 2, "max": 12}}
SERVICES = ("dynamodb", "kms", "lambda", "s3", "scheduler", "sns", "sqs", "stepfunctions")


def event(method: str, path: str, body: Any = None) -> dict[str, Any]:
    """An event of an HTTP API, as far as the handlers look at it."""
    http = {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1"}
    return {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"content-type": "application/json"},
        "requestContext": {"http": http, "requestId": "1", "domainName": "example.org", "stage": "$default"},
        "body": json.dumps(body),
        "isBase64Encoded": False,
    }


def ask(function: str, *request: Any) -> dict[str, Any]:
    """The body of a function's answer."""
    answer = importlib.import_module(f"functions.{function}.handler").handler(event(*request), CONTEXT)
    body: dict[str, Any] = json.loads(answer["body"])
    assert answer["statusCode"] == 200, body
    return body


def import_all() -> int:
    """Import every module of the runtime and of the functions."""
    names = []
    for folder in map(Path, sys.path):
        for package in ("lectern", "functions"):
            for path in (folder / package).rglob("*.py"):
                names.append(".".join(path.relative_to(folder).with_suffix("").parts).removesuffix(".__init__"))
    for name in names:
        importlib.import_module(name)
    return len(names)


def clients() -> list[str]:
    """Make a client of every service that the functions use; one of them signs an address."""
    from botocore.session import Session

    made = {name: Session().create_client(name) for name in SERVICES}
    made["s3"].generate_presigned_url("put_object", Params={"Bucket": "bucket", "Key": "key"})
    return [client.meta.service_model.service_name for client in made.values()]


def report() -> str:
    """An empty report, from the templates of the layer."""
    from lectern.reports.figures import figures
    from lectern.reports.page import page
    from lectern.reports.tally import Tally

    return page("an empty job", figures(Tally()))


def zones() -> list[int]:
    """How many time zones there are without a database of the machine's, and the hours of one in summer."""
    import zoneinfo
    from datetime import datetime

    zoneinfo.reset_tzpath(to=())
    offset = datetime(2026, 7, 1, tzinfo=zoneinfo.ZoneInfo.no_cache("Europe/Berlin")).utcoffset()
    return [len(zoneinfo.available_timezones()), int(offset.total_seconds() // 3600) if offset else 0]


if __name__ == "__main__":
    modules = import_all()
    outcome = {
        "modules": modules,
        "grade": ask("grading", "POST", "/v1/grade", GRADE | {"explain": True}),
        "essay": ask("essays", "POST", "/v1/essays/score", ESSAY),
        "services": clients(),
        "report": report(),
        "zones": zones(),
        "loaded": sorted({str(getattr(module, "__file__", None)) for module in list(sys.modules.values())}),
    }
    print(json.dumps(outcome))
