"""The operations of the API: every function's routes, each once."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module

from infra.choices import read_functions
from infra.routes import PUBLIC, gateway_path, routes_of
from lectern.http.api import Route
from lectern.protocol import BASE

_CONVERTOR = re.compile(r"\{(\w+):path\}")
_LITERAL_MODEL = re.compile(rf"{BASE}/models/[^{{]")


@dataclass(frozen=True)
class Operation:
    """A route, and the function that answers it."""

    function: str
    route: Route

    @property
    def path(self) -> str:
        """As OpenAPI writes it."""
        return _CONVERTOR.sub(r"{\1}", self.route.path)

    @property
    def name(self) -> str:
        """What generated clients call it: `postEssaysScore`, `getClassesByClassId`."""
        parts = [part for part in self.path.split("/") if part and part != "v1"]
        words = [f"by_{part[1:-1]}" if part.startswith("{") else part for part in parts]
        camel = "".join(word.capitalize() for part in words for word in re.split(r"[-_]", part))
        return self.route.method.lower() + camel

    @property
    def public(self) -> bool:
        """Whether it needs no token."""
        return f"{self.route.method} {self.path}" in PUBLIC


def operations() -> Iterator[Operation]:
    """Every operation, by path. Where each model has an address of its own, the one with any model's name stands."""
    owners = routes_of(read_functions())
    for key, function in sorted(owners.items(), key=lambda found: found[0].split()[::-1]):
        for route in import_module(f"functions.{function}.handler").app.state.described:
            said = f"{route.method} {gateway_path(route.path)}"
            if said == key and not _LITERAL_MODEL.match(route.path):
                yield Operation(function, route)
