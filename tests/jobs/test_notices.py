"""Who hears of a job's end, and where rows go that nobody could grade."""

import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import boto3
import pytest

from infra.local.aws import in_environment
from infra.local.forget import forget_services
from lectern.errors import StoreUnavailable
from lectern.services import notices

DOCUMENT = {"tenant": "demo", "job": "j1", "state": "done", "rows": 3}


@pytest.fixture(autouse=True)
def local(aws: dict[str, str]) -> Iterator[None]:
    with in_environment(aws):
        forget_services()
        yield
    forget_services()


@pytest.fixture
def hook() -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    """The address of a webhook, and what it was sent."""
    heard: list[tuple[dict[str, str], bytes]] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(500 if self.path == "/broken" else 204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", heard
    server.shutdown()
    server.server_close()


def test_the_signature_is_that_of_any_other_implementation() -> None:
    """By printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac secret."""
    found = notices.signature("secret", 1_700_000_000, b'{"a":1}')
    assert found == "49f24e537407743fa4a0242bb63b94b9a47ee99cbbe071ccd8a22550ae411686"


def test_a_webhook_hears_with_a_signature(hook: tuple[str, list[tuple[dict[str, str], bytes]]]) -> None:
    address, heard = hook
    with in_environment({"LECTERN_WEBHOOK": f"{address}/hook", "LECTERN_WEBHOOK_KEY": "secret"}):
        forget_services()
        notices.tell("job ended", DOCUMENT)
    ((headers, body),) = heard
    assert json.loads(body) == DOCUMENT
    stamp, signed = (part.split("=")[1] for part in headers["Lectern-Signature"].split(","))
    assert signed == notices.signature("secret", int(stamp), body)
    names: dict[str, Any] = {}
    exec(re.findall(r"```python\n(.*?)```", Path("docs/jobs.md").read_text("utf-8"), re.DOTALL)[0], names)
    assert names["is_ours"](headers["Lectern-Signature"], body, "secret")
    assert not names["is_ours"](headers["Lectern-Signature"], body + b" ", "secret")
    assert not names["is_ours"](headers["Lectern-Signature"], body, "other")


def test_a_webhook_that_fails_is_told_so_that_it_is_tried_again(hook: tuple[str, list[Any]]) -> None:
    with in_environment({"LECTERN_WEBHOOK": f"{hook[0]}/broken"}):
        forget_services()
        with pytest.raises(StoreUnavailable, match="webhook"):
            notices.tell("job ended", DOCUMENT)


def test_a_topic_hears_and_dead_letters_are_kept() -> None:
    sqs, sns = boto3.client("sqs"), boto3.client("sns")
    queue = sqs.create_queue(QueueName="letters")["QueueUrl"]
    topic = sns.create_topic(Name="ends")["TopicArn"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    with in_environment({"LECTERN_TOPIC": topic, "LECTERN_DEAD_LETTERS": queue}):
        forget_services()
        notices.tell("job ended", DOCUMENT)
        notices.bury([{"job": "j1", "row": 7}])
    bodies = [json.loads(m["Body"]) for m in sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]]
    assert {"job": "j1", "row": 7} in bodies
    assert DOCUMENT in [json.loads(body["Message"]) for body in bodies if "Message" in body]


def test_without_places_only_the_log_hears(monkeypatch: pytest.MonkeyPatch) -> None:
    log = MagicMock()
    monkeypatch.setattr(notices, "Logger", lambda _: log)
    notices.tell("job ended", DOCUMENT)
    notices.bury([{"job": "j1", "row": 7}])
    log.info.assert_called_once_with("job ended", **DOCUMENT)
