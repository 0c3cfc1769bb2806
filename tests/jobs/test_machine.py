"""The definition as it is deployed, and what the local run leaves out of it."""

from typing import Any

import pytest

from infra.local.machine import LEFT_OUT, SECONDS, deployed, local

NAMES = {"JobsFunction": "jobs", "GradingFunction": "grading"}


def differences(one: Any, other: Any, path: str = "") -> set[str]:
    """Fields that differ, by name."""
    if isinstance(one, dict) and isinstance(other, dict):
        return {
            found
            for name in one.keys() | other.keys()
            for found in (differences(one[name], other[name], name) if name in one and name in other else {name})
        }
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return {found for a, b in zip(one, other, strict=True) for found in differences(a, b, path)}
    return set() if one == other else {path}


def test_the_local_run_differs_in_the_documented_fields_alone() -> None:
    definition = deployed(NAMES)
    assert differences(definition, local(definition)) == LEFT_OUT | set(SECONDS)


def test_names_are_put_in_and_a_missing_one_is_said() -> None:
    grade = deployed(NAMES)["States"]["Grade"]["ItemProcessor"]["States"]["Chunk"]
    assert grade["Parameters"]["FunctionName"] == "grading"
    with pytest.raises(KeyError, match="GradingFunction"):
        deployed({"JobsFunction": "jobs"})


def test_every_task_is_tried_again_with_jitter_and_nothing_is_left_without_an_end() -> None:
    states = deployed(NAMES)["States"]
    tasks = [state for state in states.values() if state["Type"] == "Task"]
    tasks += states["Grade"]["ItemProcessor"]["States"].values()
    assert len(tasks) == 4
    assert all(task["Retry"][-1]["JitterStrategy"] == "FULL" for task in tasks)
    assert all(states[name]["Catch"] for name in ("Split", "Grade", "Finish"))
    reached = {state.get("Next") for state in states.values()} | {
        c["Next"] for s in states.values() for c in s.get("Catch", ())
    }
    assert reached - {None} == {"Grade", "Finish", "Fail"}


def test_a_chunk_is_tried_often_enough_for_the_last_halving() -> None:
    """Two deaths over 1,000 rows, one over each of ten halves, two over the row."""
    chunk = deployed(NAMES)["States"]["Grade"]["ItemProcessor"]["States"]["Chunk"]
    assert chunk["Retry"][-1]["MaxAttempts"] >= 2 + 10 + 2
