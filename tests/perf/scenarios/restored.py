"""`restored`: the first answer of a process that was ready before, beside a start and a warm request."""

from collections.abc import Mapping

from tests.perf.figures import Figure, figure
from tests.perf.process import measure, restored
from tests.perf.requests import REQUESTS
from tests.perf.scenarios.cold import contenders_of

STARTS, ASKED = 5, 30


def measure_restored(name: str, variables: Mapping[str, str]) -> list[Figure]:
    """Figures of one function, in milliseconds; the references are its own, in turns."""
    ours = next(contender for contender in contenders_of(name, variables) if contender.name == "lectern")
    runs: dict[str, list[float]] = {"lectern": [], "cold": [], "warm": []}
    for number in range(STARTS):
        runs["lectern"].append(restored(ours, REQUESTS[name]))
        usual = measure(ours, REQUESTS[name], ASKED, repeated=1)
        runs["cold"].append(1000 * usual.cold)
        runs["warm"].append(usual.warm)
        print(f"restored {name} {number + 1}/{STARTS}: { {who: taken[-1] for who, taken in runs.items()} }", flush=True)
    return [figure(f"restored.{name}", "ms", runs, reference) for reference in ("cold", "warm")]
