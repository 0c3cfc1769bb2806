"""Several functions behind one address."""

from fastapi import FastAPI
from fastapi.responses import PlainTextResponse
from starlette.testclient import TestClient

from infra.local.serve import by_route


def _app(name: str, *paths: str) -> FastAPI:
    app = FastAPI(openapi_url=None)
    for path in paths:
        app.get(path, response_class=PlainTextResponse)(lambda: name)
    return app


def test_a_request_goes_to_the_first_function_with_a_route_of_its_path() -> None:
    grading = _app("grading", "/v1/questions/{question:path}/pack", "/healthz")
    gradebook = _app("gradebook", "/v1/questions/{question:path}", "/v1/grades/{grade:path}/approve", "/healthz")
    client = TestClient(by_route([grading, gradebook]))
    assert client.get("/v1/questions/a/b/pack").text == "grading"
    assert client.get("/v1/questions/a").text == client.get("/v1/grades/x/approve").text == "gradebook"
    assert client.get("/healthz").text == "grading"
    assert client.post("/v1/questions/a").status_code == 405
    assert client.get("/v1/nothing").status_code == 404
