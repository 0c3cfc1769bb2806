"""`batch`: pairs a second by their length, each row of ours alone, beside plain int8 in batches of several sizes."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from lectern.models import shared
from tests.perf.figures import Figure, figure
from tests.perf.scenarios.offline import ceiling_seconds, plain_seconds, write_pairs

THIRDS = ("1 short", "2 middle", "3 long")
SIZES = ("1", "8", "32")
RUNS = 3

Row = Mapping[str, str]


def measure_batches(rows: Sequence[Row]) -> list[Figure]:
    """Figures of each third, in turns; models loaded, ours with its tokens ready. None where there is no torch."""
    model = shared().get(shared().resolve("grading", None))
    ordered = sorted(rows, key=lambda row: len(row["question"] + row["reference"] + row["answer"]))
    count = len(ordered) // len(THIRDS)
    taken: dict[str, dict[str, list[float]]] = {third: {"lectern": []} for third in THIRDS}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(RUNS):
            for place, (third, seconds) in enumerate(taken.items()):
                part = ordered[place * count : (place + 1) * count]
                seconds["lectern"].append(ceiling_seconds(part, model))
                write_pairs(part, Path(folder))
                for size, each in plain_seconds(Path(folder), *SIZES).items():
                    seconds.setdefault(f"plain int8, {size} a batch", []).append(each)
                print(f"batch {number + 1}/{RUNS}: {third} {seconds}", flush=True)
    return [
        figure(f"batch.{third}", "pairs/s", seconds, reference, lambda each: count / each)
        for third, seconds in taken.items()
        for reference in seconds
        if reference != "lectern"
    ]
