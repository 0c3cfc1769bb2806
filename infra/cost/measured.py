"""How long a grade takes and a start, from the committed results of `make bench`."""

import json
from dataclasses import dataclass
from pathlib import Path

RESULTS = Path(__file__).parents[2] / "tests/perf/results"

WHOLE_PROCESSOR = 1769
"""MB of memory with which a Lambda function has one whole processor; less memory has its share of one."""


class NotMeasured(Exception):
    """The results of the benchmark are not there, or not those of this program."""


@dataclass(frozen=True)
class Measured:
    """Milliseconds of one processor for a request and for a row of a batch, seconds of a start, memory in MB, and the
    mean words of question, reference and answer together.
    """

    request_ms: float
    row_ms: float
    start_seconds: float
    memory_mb: float
    words: float


def read_measured(folder: Path = RESULTS) -> Measured:
    """The benchmark's figures of the grading function. Raises NotMeasured."""
    try:
        rows = json.loads((folder / "latest.json").read_text("utf-8"))
        conditions = json.loads((folder / "conditions.json").read_text("utf-8"))
        value = {row["name"]: float(row["value"]) for row in rows}
        row_ms = 1000 * conditions["cores"] / value["offline.grading"]
        figures = value["warm.grading"], row_ms, value["cold.grading"], value["memory.grading"]
        return Measured(*figures, words=float(conditions["words"]))
    except (OSError, ValueError, KeyError, TypeError, ZeroDivisionError) as error:
        raise NotMeasured(f"No results of `make bench` in {folder} ({type(error).__name__}).") from error


def milliseconds(of_one_processor: float, memory_mb: int, threads: bool) -> float:
    """How long work takes with a function's memory; only with `threads` do more processors than one help."""
    processors = memory_mb / WHOLE_PROCESSOR
    return of_one_processor / (processors if threads else min(1.0, processors))
