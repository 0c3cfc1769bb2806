"""The API's routes, read from the functions' own applications, so that the two can't differ."""

import re
from collections import defaultdict
from collections.abc import Mapping
from importlib import import_module

from fastapi import FastAPI
from fastapi.routing import APIRoute

from infra.errors import DeploymentError
from infra.settings import FunctionSettings

PUBLIC = ("GET /healthz", "GET /v2/health/live", "GET /v2/health/ready")
"""Routes that need no token."""

_TAIL = re.compile(r"\{(\w+):path\}$")
_MIDDLE = re.compile(r"\{(\w+):path\}")


def routes_of(functions: Mapping[str, FunctionSettings]) -> dict[str, str]:
    """Which function answers each route: `POST /v1/grade` → `grading`.

    Raises:
        DeploymentError: two functions have a route, and functions.toml does not say whose it is.
    """
    claimed = defaultdict(list)
    for name in functions:
        for route in _own(name):
            claimed[route].append(name)
    return {route: _owner(route, names, functions) for route, names in sorted(claimed.items())}


def gateway_path(path: str) -> str:
    """FastAPI's path as API Gateway's: an id that may hold slashes takes all of the end, but one part in the middle."""
    return _MIDDLE.sub(r"{\1}", _TAIL.sub(r"{\1+}", path))


def _own(name: str) -> list[str]:
    app: FastAPI = import_module(f"functions.{name}.handler").app
    found = [route for route in app.routes if isinstance(route, APIRoute)]
    return [f"{method} {gateway_path(route.path)}" for route in found for method in sorted(route.methods or ())]


def _owner(route: str, names: list[str], functions: Mapping[str, FunctionSettings]) -> str:
    owners = [name for name in names if route in functions[name].owns] if len(names) > 1 else names
    if len(owners) != 1:
        raise DeploymentError(f"{route} is a route of {' and '.join(names)}; say in functions.toml which one `owns` it")
    return owners[0]
