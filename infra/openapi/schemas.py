"""The schemas of all requests and responses, under names that are theirs alone."""

import json
import re
from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from infra.openapi.operations import Operation

Mode = Literal["validation", "serialization"]
Schemas = dict[str, Any]

PLACE = "#/components/schemas/"

_QUALIFIED = re.compile(
    r"(?:functions|lectern)__(?:\w+__)*?(\w+?)__(?:(?:schemas|views|documents)__)?([A-Z]\w*(?:-\w+)?)"
)


class Components:
    """`schemas` by name; `of` refers to a model's."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        models: list[tuple[type[BaseModel], Mode]] = []
        for operation in operations:
            if operation.route.request:
                models.append((operation.route.request, "validation"))
            if operation.route.response:
                models.append((operation.route.response, "serialization"))
        unique = list(dict.fromkeys(models))
        places, definitions = models_json_schema(unique, ref_template=f"{PLACE}{{model}}")
        text = json.dumps(
            [{f"{m.__module__}.{m.__qualname__} {mode}": s for (m, mode), s in places.items()}, definitions]
        )
        self._places, found = json.loads(_renamed(text))
        self.schemas: Schemas = {name: schema | {"title": name} for name, schema in found["$defs"].items()}

    def of(self, model: type[BaseModel], mode: Mode) -> Schemas:
        """A reference to the schema of a model that an operation takes or gives."""
        place: Schemas = self._places[f"{model.__module__}.{model.__qualname__} {mode}"]
        return place

    def answer(self, model: type[BaseModel]) -> Schemas:
        """A reference to what a function without a model answers: the same, with the request's id beside it."""
        name = self.of(model, "serialization")["$ref"].removeprefix(PLACE)
        whole = self.schemas[name]
        self.schemas[f"{name}Answer"] = whole | {
            "properties": whole.get("properties", {}) | {"request_id": _REQUEST_ID},
            "required": [*whole.get("required", ()), "request_id"],
            "title": f"{name}Answer",
        }
        return {"$ref": f"{PLACE}{name}Answer"}


_REQUEST_ID = {"type": "string", "title": "Request Id", "description": "Helps to find what went wrong."}


def _renamed(text: str) -> str:
    """Names that several modules have are pydantic's by module; shorter ones tell them apart as well."""
    return _QUALIFIED.sub(lambda found: found[1].capitalize() + found[2], text)
