"""The function in the process that Lambda would start, its model coming from the local S3."""

import json
from collections.abc import Iterator

import pytest

from infra.local.aws import in_environment
from infra.local.runtime_api import RuntimeApi, function_process, serve_runtime_api
from lectern.store import open_store
from model_store.build.builder import Build
from model_store.release.alias import promote
from model_store.release.publish import publish
from model_store.release.signing import Signer
from tests.http.conftest import REQUEST
from tests.http.test_events import PRINCIPAL, http_event

HANDLER = "functions.grading.handler.handler"
CLAIMS = {"sub": "user-1", "custom:tenant": "north-school"}


@pytest.fixture(scope="module")
def variables(aws: dict[str, str], grading_build: Build, signer: Signer) -> dict[str, str]:
    """The function's environment, with a release published in the local S3."""
    with in_environment(aws):
        store = open_store(aws["LECTERN_STORE"])
        publish(store, signer, grading_build, "grading", "1.0.0")
        promote(store, signer.public_key(), "grading", "1.0.0", "live", "test")
    return {**aws, "LECTERN_PUBLIC_KEY": signer.public_key()}


@pytest.fixture
def function(variables: dict[str, str]) -> Iterator[RuntimeApi]:
    with serve_runtime_api() as (address, api), function_process(address, HANDLER, variables):
        yield api


def test_an_http_event_and_a_batch_through_the_real_runtime(function: RuntimeApi) -> None:
    answer = function.invoke(http_event(json.dumps(REQUEST), CLAIMS))
    assert not answer.failed
    assert answer.result["statusCode"] == 200
    single = json.loads(answer.result["body"])
    batch = {"Items": [REQUEST | {"answer": "x"}, dict(REQUEST)], "BatchInput": {"principal": PRINCIPAL}}
    item = function.invoke(batch).result["Items"][1]
    assert {**item, "request_id": ""} == {**single, "request_id": ""}


def test_a_function_without_a_release_starts_and_answers(variables: dict[str, str]) -> None:
    elsewhere = {**variables, "LECTERN_STORE": "s3://there-is-no-such-bucket"}
    with serve_runtime_api() as (address, api), function_process(address, HANDLER, elsewhere):
        answer = api.invoke(http_event(json.dumps(REQUEST), CLAIMS))
    assert answer.result["statusCode"] == 503
    assert answer.result["headers"]["retry-after"]
    assert json.loads(answer.result["body"])["type"] == "urn:lectern:problem:store-unavailable"
