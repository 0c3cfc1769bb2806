"""schemathesis makes requests out of the document: nothing breaks, and what is answered is what the document says."""

import json
from typing import Any

import pytest

pytest.importorskip("schemathesis", reason="schemathesis is not installed")

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.types import ASGIApp

from infra.openapi.page import PATH

EXAMPLES = 4
"""Of each operation and kind, the same at each run."""

NOT_HERE = r"^/v1/(jobs|schedules|regrades)"
"""They ask the state machine, the scheduler and the grading function, which tests/jobs and tests/gradebook have."""

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]

HOW = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)

SCHEMA = schemathesis.openapi.from_dict(json.loads(PATH.read_text("utf-8")))
OPERATIONS = {
    operation.label: operation
    for operation in (
        result.ok() for result in SCHEMA.exclude(path_regex=NOT_HERE).get_all_operations() if isinstance(result, Ok)
    )
}


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("label", OPERATIONS)
def test_an_operation(label: str, mode: GenerationMode, api: ASGIApp) -> None:
    """What the document allows, and what it does not."""

    def conform(case: "schemathesis.Case[Any]") -> None:
        case.headers.pop("X-Deadline-Ms", None)  # else 504 is what is right
        case.validate_response(case.call(app=api), checks=CHECKS)

    given(case=OPERATIONS[label].as_strategy(generation_mode=mode))(HOW(conform))()
