"""Stage: validate. JSON or plain data becomes a task's request, or a list of what is wrong with which field."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from lectern.errors import FieldError, InvalidRequest, MalformedJson
from lectern.task import Request

_LONGEST_NAME = 64


def validate(schema: type[Request], payload: bytes | Mapping[str, Any]) -> Request:
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
        raise _translated(error) from None  # the cause holds the input


def _translated(error: ValidationError) -> InvalidRequest:
    faults = error.errors(include_url=False)
    if faults[0]["type"] == "json_invalid":
        return MalformedJson(f"The body is not JSON: {faults[0]['ctx']['error']}.")
    errors = tuple(FieldError(_short(fault["loc"]), _message(fault)) for fault in faults)
    return InvalidRequest(f"{len(errors)} of the request's fields can't be accepted.", errors)


def _message(fault: Any) -> str:
    """Pydantic's own words; where a limit on length is passed, also the length."""
    message = str(fault["msg"]).removeprefix("Value error, ")
    if fault["type"] == "string_too_long":
        return f"{message}; it has {len(fault['input'])}"
    return message


def _short(loc: tuple[str | int, ...]) -> tuple[str | int, ...]:
    return tuple(part[:_LONGEST_NAME] if isinstance(part, str) else part for part in loc)
