"""Several functions behind one address."""

from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from infra.local.serve import by_path


def test_a_request_goes_to_the_function_of_its_path() -> None:
    client = TestClient(by_path({"/v1/essays": PlainTextResponse("essays")}, PlainTextResponse("other")))
    assert client.get("/v1/essays/score").text == "essays"
    assert client.get("/v1/grade").text == client.get("/healthz").text == "other"
