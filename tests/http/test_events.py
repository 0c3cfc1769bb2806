"""The Lambda handler with the events of API Gateway (HTTP API v2) and of Step Functions."""

import base64
import json
import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from lectern.errors import InvalidRequest, Unauthenticated, Unavailable
from lectern.release import Release
from lectern.settings import Settings, settings
from lectern.store import open_store
from model_store.build.builder import Build
from model_store.release.publish import publish
from model_store.release.signing import Signer
from tests.http.conftest import REQUEST

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]
CONTEXT = SimpleNamespace(aws_request_id="request-1")
PRINCIPAL = {"tenant": "north-school", "subject": "batch", "roles": ["service"]}


@pytest.fixture
def handler(release: Release) -> Handler:
    from functions.grading.handler import handler

    return handler


@pytest.fixture
def in_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings as in AWS, where nobody is trusted without claims."""
    aws = Settings(environment="aws")
    for module in ("lectern.http.incoming", "lectern.items"):
        monkeypatch.setattr(f"{module}.settings", lambda: aws)


def http_event(
    body: str,
    claims: dict[str, str] | None = None,
    encoded: bool = False,
    path: str = "/v1/grade",
    method: str = "POST",
) -> dict[str, Any]:
    """An event as API Gateway sends it (payload format 2.0)."""
    authorizer = {"authorizer": {"jwt": {"claims": claims, "scopes": None}}} if claims else {}
    return {
        "version": "2.0",
        "routeKey": f"{method} {path}",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"content-type": "application/json", "host": "api.example.org", "x-forwarded-proto": "https"},
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "api",
            "domainName": "api.example.org",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "app/1.0",
            },
            "requestId": "gateway-request-1",
            "routeKey": f"{method} {path}",
            "stage": "$default",
            "time": "21/Nov/2026:12:00:00 +0000",
            "timeEpoch": 1795000000000,
            **authorizer,
        },
        "body": base64.b64encode(body.encode()).decode() if encoded else body,
        "isBase64Encoded": encoded,
    }


@pytest.mark.parametrize("encoded", [False, True])
def test_an_http_event(handler: Handler, encoded: bool) -> None:
    answer = handler(http_event(json.dumps(REQUEST), encoded=encoded), CONTEXT)
    assert answer["statusCode"] == 200
    assert answer["isBase64Encoded"] is False
    assert json.loads(answer["body"])["request_id"] == "gateway-request-1"


def test_an_http_event_with_bad_input_is_a_readable_problem(handler: Handler) -> None:
    answer = handler(http_event("{"), CONTEXT)
    assert answer["statusCode"] == 400
    assert answer["headers"]["content-type"] == "application/problem+json"
    assert json.loads(answer["body"])["type"] == "urn:lectern:problem:malformed-json"


@pytest.mark.usefixtures("in_aws")
@pytest.mark.parametrize("claims", [None, {"sub": "u"}, {"custom:tenant": "t"}, {"sub": "u", "custom:tenant": "../x"}])
def test_nobody_without_a_tenant_is_served_in_aws(handler: Handler, claims: dict[str, str] | None) -> None:
    answer = handler(http_event(json.dumps(REQUEST), claims), CONTEXT)
    assert answer["statusCode"] == 401


@pytest.mark.usefixtures("in_aws")
def test_a_signed_in_user_is_served_in_aws(handler: Handler) -> None:
    claims = {"sub": "user-1", "custom:tenant": "north-school", "cognito:groups": "[teacher]"}
    assert handler(http_event(json.dumps(REQUEST), claims), CONTEXT)["statusCode"] == 200


def test_a_batch_of_items_keeps_its_order_and_a_poisonous_one_fails_alone(handler: Handler) -> None:
    poison: list[Any] = [REQUEST | {"answer": 7, "id": "bad"}, "no object", REQUEST | {"surprise": 1}]
    items = [REQUEST | {"id": "a", "student_id": "s"}, *poison, REQUEST | {"id": "b", "answer": ""}]
    results = handler({"Items": items}, CONTEXT)["Items"]
    assert [result.get("id") for result in results] == ["a", "bad", None, None, "b"]
    assert ["error" in result for result in results] == [False, True, True, True, False]
    assert results[1]["error"]["errors"][0]["loc"] == ["answer"]
    assert results[4]["label"] == "incorrect"


def test_a_single_item(handler: Handler) -> None:
    assert handler(dict(REQUEST), CONTEXT)["label"]
    assert handler(REQUEST | {"answer": 7}, CONTEXT)["error"]["status"] == 422


@pytest.mark.parametrize("event", [{}, {"Records": []}, {"requestContext": {}}, {"requestContext": None}])
def test_an_event_of_neither_kind_is_an_item_in_error(handler: Handler, event: dict[str, Any]) -> None:
    assert handler(event, CONTEXT)["error"]["status"] == 422


def test_no_items_and_wrong_items(handler: Handler) -> None:
    assert handler({"Items": []}, CONTEXT) == {"Items": []}
    with pytest.raises(InvalidRequest):
        handler({"Items": "all"}, CONTEXT)


@pytest.mark.usefixtures("in_aws")
def test_a_batch_in_aws_runs_for_somebody(handler: Handler) -> None:
    with pytest.raises(Unauthenticated):
        handler({"Items": [dict(REQUEST)]}, CONTEXT)
    results = handler({"Items": [dict(REQUEST)], "BatchInput": {"principal": PRINCIPAL}}, CONTEXT)["Items"]
    assert results[0]["label"]


def test_what_concerns_every_item_is_raised_for_a_retry(handler: Handler, monkeypatch: pytest.MonkeyPatch) -> None:
    def unavailable(*_: Any) -> None:
        raise Unavailable("no")

    monkeypatch.setattr("lectern.models.Models.get", unavailable)
    with pytest.raises(Unavailable):
        handler({"Items": [dict(REQUEST)]}, CONTEXT)


def test_one_item_that_pins_a_spoilt_version_fails_alone(
    handler: Handler, grading_build: Build, signer: Signer
) -> None:
    store = open_store(os.environ["LECTERN_STORE"])
    spoilt = publish(store, signer, grading_build, "grading", "6.6.6")
    path = next((Path(os.environ["LECTERN_STORE"][5:]) / "objects").glob("*6.6.6*model.onnx"))
    next(path.iterdir()).write_bytes(b"junk")
    items = [dict(REQUEST), REQUEST | {"version": spoilt.manifest.version}, dict(REQUEST)]
    results = handler({"Items": items}, CONTEXT)["Items"]
    assert ["error" in result for result in results] == [False, True, False]
    assert results[1]["error"]["status"] == 503
    with pytest.raises(Unavailable):
        handler({"Items": items[1:2]}, CONTEXT)


@pytest.mark.usefixtures("in_aws")
@pytest.mark.parametrize(
    "principal",
    ["x", [1], {}, {"tenant": "../x", "subject": "s"}, {"tenant": "t"}, {"tenant": None, "subject": None}],
)
def test_a_principal_that_is_none(handler: Handler, principal: Any) -> None:
    for event in (
        {"Items": [dict(REQUEST)], "BatchInput": {"principal": principal}},
        REQUEST | {"principal": principal},
    ):
        with pytest.raises(Unauthenticated):
            handler(event, CONTEXT)


@pytest.mark.parametrize("authorizer", [None, {}, {"jwt": None}, {"jwt": {"claims": None}}])
def test_an_event_without_claims_is_the_development_principals_locally(handler: Handler, authorizer: Any) -> None:
    event = http_event(json.dumps(REQUEST))
    event["requestContext"]["authorizer"] = authorizer
    assert handler(event, CONTEXT)["statusCode"] == 200


def test_settings_trust_nobody_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LECTERN_ENVIRONMENT", "LECTERN_DOCS", "LECTERN_PUBLIC_KEY"):
        monkeypatch.delenv(name)
    fresh = Settings()
    assert (fresh.environment, fresh.docs, fresh.public_key) == ("aws", False, "")
    assert settings().environment == "local"
