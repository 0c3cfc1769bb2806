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


def test_a_path_that_is_said_in_full_comes_before_a_pattern() -> None:
    models = _app("models", "/v2/models/{model}/infer", "/v2/models/{model}/versions/{version}/infer")
    grading = _app("grading", "/v2/models/grading/infer", "/v2/models/grading/versions/{version}/infer")
    for apps in ([models, grading], [grading, models]):
        client = TestClient(by_route(apps))
        assert client.get("/v2/models/grading/infer").text == "grading"
        assert client.get("/v2/models/grading/versions/1/infer").text == "grading"
        assert client.get("/v2/models/other/infer").text == "models"


def test_a_request_goes_to_the_first_function_with_a_route_of_its_path() -> None:
    grading = _app("grading", "/v1/questions/{question:path}/pack", "/healthz")
    gradebook = _app("gradebook", "/v1/questions/{question:path}", "/v1/grades/{grade:path}/approve", "/healthz")
    client = TestClient(by_route([grading, gradebook]))
    assert client.get("/v1/questions/a/b/pack").text == "grading"
    assert client.get("/v1/questions/a").text == client.get("/v1/grades/x/approve").text == "gradebook"
    assert client.get("/healthz").text == "grading"
    swapped = TestClient(by_route([gradebook, grading]))
    assert swapped.get("/v1/questions/a/b/pack").text == "grading"
    assert client.post("/v1/questions/a").status_code == 405
    assert client.get("/v1/nothing").status_code == 404
