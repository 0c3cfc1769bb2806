"""results/README.md."""

import json
from collections.abc import Sequence

from tests.perf.figures import RESULTS, Figure, machine, table
from tests.perf.plots import bars, stages

PLOTS = {
    "cold": "From process start to the first answer",
    "warm": "A warm request",
    "memory": "Peak resident memory",
    "serve": "Eight clients",
    "offline": "Pairs a second, the whole command",
    "batch": "Pairs a second by length, in process",
    "start-at": "A start of grading by the function's memory",
    "warm-at": "A warm grade by the function's memory",
    "restored": "The first answer after a restore",
    "length": "A warm grade by the answer's words",
}


def write_page(figures: Sequence[Figure], rows: int, words: float) -> None:
    """Write the page and a plot of each scenario."""
    for scenario, title in PLOTS.items():
        of = [figure for figure in figures if figure.name.startswith(f"{scenario}.")]
        if of:
            (RESULTS / f"{scenario}.svg").write_text(bars(title, of), "utf-8")
    parts = RESULTS / "stages.json"
    if parts.exists():
        picture = stages("A cold start of grading", json.loads(parts.read_text("utf-8")))
        (RESULTS / "stages.svg").write_text(picture, "utf-8")
    (RESULTS / "README.md").write_text(
        f"""# Results of `make bench`

{machine()}

{table(figures)}

Medians; spread is the interquartile range. The contenders take turns within one run. `cold`: from process start,
through real awslambdaric, to the first answer, the model fetched from the local S3, digests and golden self-test
included. `warm`: a request on a started process, no two the same. `memory`: peak resident memory of the process
afterwards. `p99`: of one request, again and again, beside its median; `steadiness`: p99 over p50, ours and the
floor's, as a machine is no steadier than that. `offline`: `lectern grade` on {rows} distinct
pairs of {words:.0f} words on average, the whole command. `serve.8clients`: the application of `make serve`. floor: a
bare handler with the same files and checks, no framework, no self-test; it reads a text once, where a translation then
is written and roles are asked for again. torch: transformers and torch in fp32, files
on disk. onnxruntime alone, in process: the model runs on as many threads as there are cores. plain: FastAPI with a
`def` route over the same files. plain int8: the base with a head, fused and quantised by onnxruntime's own tools, in
batches of 32 sorted by length; torch there: the same batches; int8 ceiling: the matrix products of those rows at the
rate that one large int8 product reaches. The grader reads more than that base: a second expert and features.
`batch`: the shorter, middle and longer third of pairs, in process, our rows one by one on as many threads as there are
cores, tokens ready and the vectors of known questions kept; plain int8 in batches of so many, tokenising included.
`start-at`, `warm-at`: a control group gives the process as much of the processors as Lambda gives a function with this
memory; in proportion: what it would take if time went up as memory goes down, as `lectern cost` reckons.
`restored`: the first answer of a process that loaded its release before, as a snapshot has, the alias read again.
`length`: `warm` for answers of so many words.
`peers`: a server from its start to the first answer over HTTP, and one client's requests; what it would make of a file
is its eight clients' rate.
""",
        "utf-8",
    )
