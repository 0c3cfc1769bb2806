"""Nobody gets around CloudFront, where settings say how its requests are known."""

import json
from typing import Any

import pytest

from lectern.http.edge import through_edge
from lectern.settings import Settings

REQUEST = {"requestContext": {"http": {}, "requestId": "r-1"}}


def answered(monkeypatch: pytest.MonkeyPatch, secret: str, headers: dict[str, str] | None) -> dict[str, Any]:
    monkeypatch.setattr("lectern.http.edge.settings", lambda: Settings(edge_secret=secret))
    return through_edge(lambda event, context: {"statusCode": 200})({**REQUEST, "headers": headers}, None)


@pytest.mark.parametrize(
    "headers", [None, {}, {"x-lectern-edge": ""}, {"x-lectern-edge": "sesam"}, {"x-edge": "sesame"}]
)
def test_around_cloudfront_is_refused_as_a_problem(
    monkeypatch: pytest.MonkeyPatch, headers: dict[str, str] | None
) -> None:
    answer = answered(monkeypatch, "sesame", headers)
    problem = json.loads(answer["body"])
    assert (answer["statusCode"], problem["status"], problem["request_id"]) == (403, 403, "r-1")
    assert "sesame" not in answer["body"]


@pytest.mark.parametrize("name", ["x-lectern-edge", "X-Lectern-Edge"])
def test_through_cloudfront_passes(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    assert answered(monkeypatch, "sesame", {name: "sesame"}) == {"statusCode": 200}


def test_without_a_secret_nothing_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert answered(monkeypatch, "", None) == {"statusCode": 200}
