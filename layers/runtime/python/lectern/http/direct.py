"""Routes whose endpoints take the request as it is, so that FastAPI has nothing to find out or to check for them."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.routing import APIRoute

from lectern.settings import settings

Endpoint = Callable[[Request], Coroutine[Any, Any, Response]]


class _Direct(APIRoute):
    def get_route_handler(self) -> Endpoint:
        endpoint: Endpoint = self.endpoint
        return endpoint


def add_direct(app: FastAPI, method: str, path: str, endpoint: Endpoint, told: Callable[[], dict[str, Any]]) -> None:
    """Serve `endpoint`; what /openapi.json tells of it (parameters of `add_api_route`) is made where it is served.

    A model of a response alone would have FastAPI import the first version of pydantic.
    """
    described = told() if settings().docs else {"response_model": None}
    app.router.add_api_route(path, endpoint, methods=[method], route_class_override=_Direct, **described)
