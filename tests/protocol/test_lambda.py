"""The protocol through API Gateway's events: bytes come and go in base64."""

import base64
import json

import numpy as np
import pytest

from lectern.release import Release
from tests.http.test_events import CONTEXT, http_event
from tests.protocol.conftest import IDS, TEXT, texts


@pytest.fixture(autouse=True)
def _published(text_releases: dict[str, Release]) -> None:
    """The models of the function."""


def test_bytes() -> None:
    from functions.sentiment.handler import handler

    data = np.array([IDS], "<i8").tobytes()
    given = {"name": "input_ids", "datatype": "INT64", "shape": [1, 6], "parameters": {"binary_data_size": len(data)}}
    head = json.dumps({"inputs": [given], "parameters": {"binary_data_output": True}}).encode()
    event = http_event("", path="/v2/models/sentiment/infer")
    event["headers"] |= {
        "content-type": "application/octet-stream",
        "inference-header-content-length": str(len(head)),
    }
    event |= {"body": base64.b64encode(head + data).decode(), "isBase64Encoded": True}
    answer = handler(event, CONTEXT)
    assert (answer["statusCode"], answer["isBase64Encoded"]) == (200, True)
    body, size = base64.b64decode(answer["body"]), int(answer["headers"]["inference-header-content-length"])
    assert json.loads(body[:size])["outputs"][0]["shape"] == [1, 2]
    assert np.isfinite(np.frombuffer(body[size:], "<f4")).all()


def test_json_and_errors_are_readable() -> None:
    from functions.classify.handler import handler

    answer = handler(http_event(json.dumps(texts(TEXT)), path="/v2/models/bloom/versions/1.0.0/infer"), CONTEXT)
    assert (answer["statusCode"], answer["isBase64Encoded"]) == (200, False)
    wrong = handler(http_event("{}", path="/v2/models/bloom/infer"), CONTEXT)
    assert (wrong["statusCode"], set(json.loads(wrong["body"]))) == (400, {"error"})
