"""The whole document."""

from collections.abc import Mapping
from typing import Any

from infra.openapi.operations import Operation, operations
from infra.openapi.parameters import DEADLINE, parameters
from infra.openapi.schemas import PLACE, Components
from lectern import __version__
from lectern.http.bare import PROBLEM_MEDIA_TYPE
from lectern.http.incoming import JSON
from lectern.problem import RETRY_AFTER_SECONDS, STATUS
from lectern.protocol.documents import InferError
from lectern.protocol.failure import speaks
from lectern.settings import Settings

Document = dict[str, Any]

LIMIT = Settings.model_fields["max_body_bytes"].default

ABOUT = f"""Models as a service for education.

Every request but those for health carries a token of the user pool (`Authorization: Bearer …`). Bodies have at most
{LIMIT:,} bytes; limits of fields are in their schemas. Errors are problem documents (RFC 9457), under `/v2` those of
the Open Inference Protocol; what was sent is never repeated. What API Gateway itself refuses (401, 413, 429, 503) is
`{{"message": "…"}}`. After 503 try again when `Retry-After` says; 409 means that somebody else was first."""

_TITLES: dict[int, str] = dict(STATUS.values()) | {429: "Too many requests"}

_PROBLEM = {
    "type": "object",
    "description": "RFC 9457.",
    "required": ["type", "title", "status", "detail", "request_id"],
    "properties": {
        **{name: {"type": "string"} for name in ("type", "title", "detail", "request_id")},
        "status": {"type": "integer"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["loc", "msg"],
                "properties": {
                    "loc": {"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "integer"}]}},
                    "msg": {"type": "string"},
                },
            },
        },
    },
}


def assemble(examples: Mapping[str, Document] | None = None) -> Document:
    """The document; `examples` are requests and responses by `METHOD /path`."""
    found = list(operations())
    components = Components(found)
    paths: Document = {}
    for operation in found:
        shown = (examples or {}).get(f"{operation.route.method} {operation.path}", {})
        paths.setdefault(operation.path, {})[operation.route.method.lower()] = _operation(operation, components, shown)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Lectern", "version": __version__, "description": ABOUT, "license": _LICENCE},
        "security": [{"token": []}],
        "tags": [{"name": name} for name in sorted({operation.function for operation in found})],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
            "parameters": {"Deadline": DEADLINE},
            "responses": {_title(code, v2): _error(code, v2) for code in _TITLES for v2 in (False, True)},
            "schemas": dict(sorted({**components.schemas, **_OWN}.items())),
        },
    }


_LICENCE = {"name": "Apache-2.0", "identifier": "Apache-2.0"}
_OWN = {"Problem": _PROBLEM, "InferError": InferError.model_json_schema()}


def _operation(operation: Operation, components: Components, shown: Document) -> Document:
    route = operation.route
    words = (route.act.__doc__ or "").split(" Raises ")[0].split("\n\n")[0].strip()
    document: Document = {
        "operationId": operation.name,
        "tags": [operation.function],
        "summary": words.split(". ")[0].split("\n")[0].rstrip("."),
        "description": " ".join(words.split()) + (" For teachers." if route.teachers else ""),
        "parameters": parameters(operation),
        "responses": _responses(operation, components, shown),
    }
    if operation.public:
        document["security"] = []
    if route.request:
        content: Document = {media: _bytes(media) for media in route.takes if media}
        content[JSON] = {"schema": components.of(route.request, "validation"), **_example(shown, "request")}
        document["requestBody"] = {"required": True, "content": content}
    return document


def _responses(operation: Operation, components: Components, shown: Document) -> Document:
    route, v2 = operation.route, speaks(operation.path)
    content: Document = {media: _bytes(media) for media in route.gives}
    if route.response:
        named = v2 or "request_id" in route.response.model_fields
        schema = components.of(route.response, "serialization") if named else components.answer(route.response)
        content[JSON] = {"schema": schema, **_example(shown, "response")}
    errors = {str(code): {"$ref": f"#/components/responses/{_title(code, v2)}"} for code in _codes(operation)}
    return {str(route.status): {"description": "Done.", "content": content}, **errors}


def _codes(operation: Operation) -> list[int]:
    """The errors that an operation may end in."""
    route = operation.route
    codes = {404, 429, 500, 503, 504, 400 if speaks(operation.path) else 422}
    codes |= set() if operation.public else {401}
    codes |= {403} if route.teachers else set()
    codes |= {409} if route.method != "GET" else set()
    codes |= {400, 413, 415} if route.request else set()
    return sorted(codes)


def _title(code: int, v2: bool) -> str:
    return f"{'Protocol' if v2 else ''}Error{code}"


def _error(code: int, v2: bool) -> Document:
    media, name = (JSON, "InferError") if v2 else (PROBLEM_MEDIA_TYPE, "Problem")
    again = {"Retry-After": {"schema": {"type": "string"}, "description": f"Seconds, now {RETRY_AFTER_SECONDS}."}}
    content = {media: {"schema": {"$ref": f"{PLACE}{name}"}}}
    return {"description": _TITLES[code], "content": content, **({"headers": again} if code == 503 else {})}


def _bytes(media: str) -> Document:
    """What is not JSON: text, or a file."""
    return {"schema": {"type": "string"} if media.startswith("text/") else {"type": "string", "format": "binary"}}


def _example(shown: Document, part: str) -> Document:
    return {"example": shown[part]} if part in shown else {}
