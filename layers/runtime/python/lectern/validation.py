"""Stage: validate. JSON or plain data becomes a task's request, or a list of what is wrong with which field."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from lectern.errors import FieldError, InvalidRequest, MalformedJson

Schema = TypeVar("Schema", bound=BaseModel)


def validate(schema: type[Schema], payload: bytes | Mapping[str, Any]) -> Schema:
    """Check a payload against a schema; what is reported names fields and limits, never the input.

    Raises:
        MalformedJson: the bytes are not JSON.
        InvalidRequest: a field is wrong.
    """
    try:
        if isinstance(payload, bytes):
            return schema.model_validate_json(payload)
        return schema.model_validate(payload)
    except ValidationError as error:
        raise _translated(error, schema) from None  # the cause holds the input


def _translated(error: ValidationError, schema: type[BaseModel]) -> InvalidRequest:
    faults = error.errors(include_url=False)
    if faults[0]["type"] == "json_invalid":
        return MalformedJson(f"The body is not JSON: {faults[0]['ctx']['error']}.")
    errors = tuple(FieldError(_place(fault), _message(fault, schema)) for fault in faults)
    return InvalidRequest(f"{len(errors)} of the request's fields can't be accepted.", errors)


def _message(fault: Any, schema: type[BaseModel]) -> str:
    """Pydantic's own words; where a limit on length is passed, also the length."""
    if fault["type"] == "extra_forbidden":
        return f"unknown field; the fields are {', '.join(schema.model_fields)}"
    message = str(fault["msg"]).removeprefix("Value error, ")
    if fault["type"] == "string_too_long":
        return f"{message}; it has {len(fault['input'])}"
    return message


def _place(fault: Any) -> tuple[str | int, ...]:
    """Where it is; an unknown field's name is the caller's own words, so its place is that of the object around it."""
    loc: tuple[str | int, ...] = fault["loc"]
    return loc[:-1] if fault["type"] == "extra_forbidden" else loc
