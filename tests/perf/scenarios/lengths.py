"""`length`: a warm grade by the answer's words, ours beside the references."""

from collections.abc import Mapping
from operator import attrgetter

from tests.perf.figures import Figure, figure
from tests.perf.pairs import pairs
from tests.perf.process import Measured, measure
from tests.perf.requests import Asked, Body
from tests.perf.scenarios.cold import contenders_of

WORDS = (5, 20, 80, 160)
STARTS, REQUESTS = 3, 60


def measure_lengths(variables: Mapping[str, str]) -> list[Figure]:
    """Figures of each length; the contenders take turns, and so do the lengths."""
    contenders = contenders_of("grading", variables)
    measured: dict[int, dict[str, list[Measured]]] = {words: {c.name: [] for c in contenders} for words in WORDS}
    for number in range(STARTS):
        for words, runs in measured.items():
            for contender in contenders:
                runs[contender.name].append(measure(contender, _asked(words), REQUESTS, repeated=1))
                print(f"{words} words {number + 1}/{STARTS}: {contender.name} {runs[contender.name][-1]}", flush=True)
    return [
        figure(f"length.{words:03}", "ms", runs, reference, attrgetter("warm"))
        for words, runs in measured.items()
        for reference in runs
        if reference != "lectern"
    ]


def _asked(words: int) -> Asked:
    """Grades of answers of so many words, put together from those of the data, no two the same."""
    rows = pairs(1000)
    told = " ".join(row["answer"] for row in rows).split()

    def body(number: int) -> Body:
        row, answer = rows[number % len(rows)], told[7 * number : 7 * number + words]
        return {"question": row["question"], "references": [row["reference"]], "answer": " ".join(answer)}

    return Asked("/v1/grade", body, "grading")
