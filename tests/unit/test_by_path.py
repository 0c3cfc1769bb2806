"""Several functions behind one address."""

from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from infra.local.serve import by_path


def test_a_request_goes_to_the_function_of_its_path() -> None:
    places = {r"/v1/questions/.+/pack$": "grading", r"/v1/(questions|grades)\b": "gradebook"}
    client = TestClient(
        by_path({path: PlainTextResponse(name) for path, name in places.items()}, PlainTextResponse("other"))
    )
    assert client.get("/v1/questions/a/b/pack").text == "grading"
    assert client.get("/v1/questions/a").text == client.get("/v1/grades/x/approve").text == "gradebook"
    assert client.get("/v1/grade").text == client.get("/healthz").text == "other"
