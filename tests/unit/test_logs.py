"""Log lines and metrics: what a machine reads of them."""

import json
from dataclasses import replace
from typing import Any

import pytest

from infra.local.aws import in_environment
from infra.local.forget import forget_services
from lectern.call import Call
from lectern.errors import InvalidRequest, LecternError, Unavailable
from lectern.logs import Logger, count
from lectern.principal import DEVELOPMENT
from lectern.schemas import Response
from lectern.telemetry import record


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_line_has_what_cloudwatch_finds_it_by(capsys: pytest.CaptureFixture[str]) -> None:
    Logger("grading").warning("not preloaded", reason="a\nreason", when=DEVELOPMENT)
    (line,) = lines(capsys.readouterr().err)
    assert line["timestamp"][10] == "T" and line["timestamp"].endswith("+00:00")
    assert {**line, "timestamp": "", "when": ""} == {
        "level": "WARNING",
        "message": "not preloaded",
        "timestamp": "",
        "service": "grading",
        "reason": "a\nreason",
        "when": "",
    }


@pytest.mark.parametrize(("level", "told"), [("INFO", 3), ("WARNING", 2), ("ERROR", 1), ("CRITICAL", 0)])
def test_what_is_less_than_the_level_is_not_logged(level: str, told: int, capsys: pytest.CaptureFixture[str]) -> None:
    with in_environment({"LECTERN_LOG_LEVEL": level}):
        forget_services()
        log = Logger("grading")
        for write in (log.info, log.warning, log.error):
            write("said")
    assert len(lines(capsys.readouterr().err)) == told


def test_metrics_keep_to_the_embedded_format(capsys: pytest.CaptureFixture[str]) -> None:
    count("grading", {"Answers": 2, "Errors": 0}, milliseconds=12.5)
    (line,) = lines(capsys.readouterr().out)
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "Lectern"
    assert directive["Metrics"] == [
        {"Name": "Answers", "Unit": "Count"},
        {"Name": "Errors", "Unit": "Count"},
        {"Name": "Latency", "Unit": "Milliseconds"},
    ]
    assert [line[name] for (names,) in [directive["Dimensions"]] for name in names] == ["local", "grading"]
    assert [line[metric["Name"]] for metric in directive["Metrics"]] == [2, 0, 12.5]
    assert 1.7e12 < line["_aws"]["Timestamp"] < 1e13, "milliseconds"


def test_metrics_can_be_switched_off(capsys: pytest.CaptureFixture[str]) -> None:
    with in_environment({"LECTERN_METRICS": "false"}):
        forget_services()
        count("grading", {"Answers": 1})
    assert capsys.readouterr().out == ""


def test_a_batch_counts_its_faults_and_has_no_latency(capsys: pytest.CaptureFixture[str]) -> None:
    call = Call(DEVELOPMENT, "r-1")
    outcomes: list[Response | LecternError] = [
        Response.model_construct(),
        InvalidRequest("theirs"),
        Unavailable("ours"),
    ]
    record("grading", [replace(call) for _ in outcomes], outcomes)
    printed = capsys.readouterr()
    (metric,), (line,) = lines(printed.out), lines(printed.err)
    assert {name: metric[name] for name in ("Answers", "Errors", "Faults")} == {"Answers": 3, "Errors": 2, "Faults": 1}
    assert "Latency" not in metric
    assert (line["answers"], line["errors"]) == (3, ["InvalidRequest", "Unavailable"])
