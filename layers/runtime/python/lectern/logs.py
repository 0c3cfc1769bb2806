"""What a function says of its work: log lines, and CloudWatch metrics as log lines, a JSON object each.

Never a student's text.
"""

import json
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TextIO

from lectern.settings import LOG_LEVELS, LogLevel, settings

NAMESPACE = "Lectern"

_encode = json.JSONEncoder(separators=(",", ":"), default=str).encode


@dataclass(frozen=True)
class Logger:
    """The log of a function, on standard error, from the settings' level on."""

    service: str

    def info(self, message: str, **facts: Any) -> None:
        """What happened."""
        self._write("INFO", message, facts)

    def warning(self, message: str, **facts: Any) -> None:
        """What somebody should look at."""
        self._write("WARNING", message, facts)

    def error(self, message: str, **facts: Any) -> None:
        """What went wrong inside."""
        self._write("ERROR", message, facts)

    def _write(self, level: LogLevel, message: str, facts: Mapping[str, Any]) -> None:
        if LOG_LEVELS.index(level) >= LOG_LEVELS.index(settings().log_level):
            now = datetime.now(UTC).isoformat(timespec="milliseconds")
            head = {"level": level, "message": message, "timestamp": now, "service": self.service}
            _write_line(sys.stderr, {**head, **facts})


def count(service: str, counts: Mapping[str, float], milliseconds: float | None = None) -> None:
    """Metrics of a function, and the latency where it is known, in CloudWatch's embedded format on standard output.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
    """
    if not settings().metrics:
        return
    metrics, values = [{"Name": name, "Unit": "Count"} for name in counts], dict(counts)
    if milliseconds is not None:
        metrics.append({"Name": "Latency", "Unit": "Milliseconds"})
        values["Latency"] = milliseconds
    dimensions = {"environment": settings().deployment, "service": service}
    directive = {"Namespace": NAMESPACE, "Dimensions": [[*dimensions]], "Metrics": metrics}
    about = {"Timestamp": int(1000 * time.time()), "CloudWatchMetrics": [directive]}
    _write_line(sys.stdout, {"_aws": about, **dimensions, **values})


def _write_line(stream: TextIO, line: Mapping[str, Any]) -> None:
    """In one piece, as other threads write too."""
    stream.write(f"{_encode(line)}\n")
    stream.flush()
