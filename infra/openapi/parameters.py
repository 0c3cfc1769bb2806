"""What requests say beside their body: parts of the path, of the query, and headers."""

import re
from typing import Any

from infra.openapi.operations import Operation
from lectern.http.paging import MOST_PAGE
from lectern.protocol.failure import speaks

_TEXT = {"type": "string"}

_KNOWN: dict[str, tuple[str, dict[str, Any], str]] = {
    "limit": ("query", {"type": "integer", "minimum": 1, "maximum": MOST_PAGE}, "Entries of a page, at most."),
    "cursor": ("query", _TEXT, "Where the page begins: the cursor of the page before."),
    "class_id": ("query", _TEXT, "Of this class alone."),
    "question_id": ("query", _TEXT, "Of this question alone."),
    "student_id": ("query", _TEXT, "Of this student alone."),
    "status": ("query", _TEXT, "Grades of this status alone."),
    "Idempotency-Key": ("header", _TEXT, "With the same key and content, a repeated request does nothing new."),
}

DEADLINE = {
    "name": "X-Deadline-Ms",
    "in": "header",
    "description": "Answer within so many milliseconds, or with 504.",
    "schema": {"type": "string", "pattern": "^[0-9]{1,9}$"},
}


def parameters(operation: Operation) -> list[dict[str, Any]]:
    """Those of an operation."""
    found = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"\{(\w+)\}", operation.path)
    ]
    for name in operation.route.parameters:
        place, schema, said = _KNOWN[name]
        found.append({"name": name, "in": place, "description": said, "schema": schema})
    if speaks(operation.path) and operation.route.request:
        found.append(
            {
                "name": "Inference-Header-Content-Length",
                "in": "header",
                "description": "How many bytes of the body are JSON, where bytes of tensors follow.",
                "schema": {"type": "string", "pattern": "^[0-9]{1,9}$"},
            }
        )
    return [*found, {"$ref": "#/components/parameters/Deadline"}]
