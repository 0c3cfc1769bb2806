"""Plain values to DynamoDB's typed ones and back. Numbers are exact to 17 digits, so that a float comes back itself."""

from collections.abc import Mapping
from typing import Any

Item = dict[str, Any]
"""None, booleans, numbers, strings, lists and dictionaries of them, by attribute."""


def encode(item: Mapping[str, Any]) -> dict[str, Any]:
    """An item as DynamoDB takes it. Raises TypeError for a value of another kind."""
    return {name: _encoded(value) for name, value in item.items()}


def decode(item: Mapping[str, Any]) -> Item:
    """An item as it was written; whole numbers come back as int."""
    return {name: _decoded(value) for name, value in item.items()}


def _encoded(value: Any) -> dict[str, Any]:
    if value is None:
        return {"NULL": True}
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, int | float):
        return {"N": repr(value)}
    if isinstance(value, str):
        return {"S": value}
    if isinstance(value, list | tuple):
        return {"L": [_encoded(part) for part in value]}
    if isinstance(value, Mapping):
        return {"M": encode(value)}
    raise TypeError(f"a table holds no {type(value).__name__}")


def _decoded(value: Mapping[str, Any]) -> Any:
    kind, content = next(iter(value.items()))
    if kind == "N":
        return int(content) if content.lstrip("-").isdigit() else float(content)
    if kind == "L":
        return [_decoded(part) for part in content]
    if kind == "M":
        return decode(content)
    return None if kind == "NULL" else content
