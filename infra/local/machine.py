"""The state machine of jobs on this machine: the definition that is deployed, without what moto's interpreter lacks."""

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

DEFINITION = Path("functions", "jobs", "state_machine.json")

LEFT_OUT = {"ToleratedFailurePercentagePath"}
"""Of the map: moto refuses it, so here one chunk that fails for good stops the others."""

SECONDS = {"MaxDelaySeconds": 1}
"""Nobody waits for a cloud to recover."""


def deployed(names: Mapping[str, str]) -> dict[str, Any]:
    """The definition with names in the place of `${…}`. Raises KeyError for one that is missing."""
    text = DEFINITION.read_text("utf-8")
    for name, value in names.items():
        text = text.replace(f"${{{name}}}", value)
    if "${" in text:
        raise KeyError(text[text.index("${") :].split("}")[0] + "}")
    found: dict[str, Any] = json.loads(text)
    return found


def local(definition: Mapping[str, Any]) -> dict[str, Any]:
    """The same definition as moto runs it."""
    found: dict[str, Any] = _walked(copy.deepcopy(dict(definition)))
    return found


def _walked(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: SECONDS.get(name, _walked(part)) for name, part in value.items() if name not in LEFT_OUT}
    return [_walked(part) for part in value] if isinstance(value, list) else value
