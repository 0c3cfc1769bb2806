"""Choose how a model becomes int8: every scheme asked the same validation answers, one row per run as in service.

`lectern models quantise NAME` measures macro-F1, agreement with fp32, latency and size. Of the schemes that don't
saturate, so that one file serves every CPU family, the fastest one whose macro-F1 is within TOLERANCE of the best wins.
"""

import dataclasses
import json
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray

from functions.grading.schemas import LABELS, GradeRequest
from functions.grading.task import encode
from lectern.encoder import Encoder
from lectern.model import Encoding, infer
from model_store.build.make import float_graph
from model_store.build.outliers import known_in
from model_store.build.quantise import CHOSEN, DEFAULT, Scheme, products, quantise, scheme_facts
from model_store.catalogue import Model
from model_store.evaluate import loaded_models
from model_store.metrics import Labels, accuracy, macro_f1
from model_store.recipes.data import read_semeval
from model_store.recipes.kept import kept_by

TOLERANCE = 0.01
"""Of macro-F1: what int8 may cost (and what a sample of answers can tell apart at best)."""

SENSITIVE = 2
"""Nodes that a scheme of its own leaves in float."""

SENSITIVITY_ROWS = 24

SCHEMES = (
    DEFAULT,
    Scheme(apart=False),
    Scheme(per_channel=False),
    Scheme(embeddings=False),
    Scheme(reduced_range=False),
    Scheme(signed=False, reduced_range=False),
    Scheme(signed=False, reduced_range=False, per_channel=False),
)

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Asked:
    """Rows of validation answers with their labels, what fp32 said, and the encoder that reads for the graph."""

    rows: Sequence[Encoding]
    gold: Labels
    fp32: NDArray[np.float32]
    encoder: Encoder | None


def choose_scheme(model: Model, first_run: Path, data: Path, answers: int, progress: Progress) -> dict[str, Any]:
    """Measure, choose, write `quantisation.json` into the adapter's folder; returns what it holds.

    `first_run` is the adapter of a run that kept questions apart. Raises OSError or DataError.
    """
    kept = dataclasses.replace(model, adapter=first_run)
    graph, asked = float_graph(kept), _asked(kept, first_run, data, answers)
    sensitive = most_sensitive(graph, asked)
    schemes = distinct(graph, [*SCHEMES, Scheme(in_float=sensitive)])
    with tempfile.TemporaryDirectory() as folder:
        files = [_file(graph, Path(folder, f"{number}.onnx"), scheme) for number, scheme in enumerate(schemes)]
        table = _measure(schemes, files, asked, progress)
    best = choice(schemes, table)
    found = {"scheme": scheme_facts(schemes[best]), "name": schemes[best].name, "sensitive": sensitive, "table": table}
    (model.adapter / CHOSEN).write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    return found


def choice(schemes: Sequence[Scheme], table: Sequence[dict[str, Any]]) -> int:
    """Which scheme: the fastest that does not saturate and is within TOLERANCE of the best macro-F1 of such."""
    sound = [number for number, scheme in enumerate(schemes) if not scheme.saturates]
    best = max(table[number]["macro_f1"] for number in sound)
    good = [number for number in sound if table[number]["macro_f1"] >= best - TOLERANCE]
    return min(good, key=lambda number: float(table[number]["p50_ms"]))


def distinct(graph: onnx.ModelProto, schemes: Sequence[Scheme]) -> list[Scheme]:
    """Those that make different files of this graph: nodes and outliers that it lacks are not named."""
    there, embedded, parted = {node.name for node in graph.graph.node}, is_embedded(graph), bool(known_in(graph))
    named = [
        dataclasses.replace(
            scheme,
            in_float=tuple(node for node in scheme.in_float if node in there),
            apart=scheme.apart and parted,
        )
        for scheme in schemes
        if embedded or scheme.embeddings
    ]
    return list(dict.fromkeys(named))


def is_embedded(graph: onnx.ModelProto) -> bool:
    """Whether the graph begins with its own embeddings; a grader's does not."""
    return any(node.op_type == "EmbedLayerNormalization" for node in graph.graph.node)


def most_sensitive(graph: onnx.ModelProto, asked: Asked) -> tuple[str, ...]:
    """The products that move fp32's logits most when they alone are int8."""
    nodes = products(graph)
    rows, moved = asked.rows[:SENSITIVITY_ROWS], {}
    with tempfile.TemporaryDirectory() as folder:
        for node in nodes:
            quantise(graph, Path(folder, "one.onnx"), DEFAULT, only=[node])
            found = _logits(_session(Path(folder, "one.onnx")), asked.encoder, rows)
            moved[node] = float(np.abs(found - asked.fp32[: len(rows)]).mean())
    return tuple(sorted(sorted(nodes, key=lambda node: -moved[node])[:SENSITIVE]))


def table(found: dict[str, Any]) -> str:
    """The measured schemes as text, the chosen one marked."""
    lines = [f"{'':2}{'macro-F1':>8} {'as fp32':>8} {'p50 ms':>7} {'MB':>5}  scheme"]
    for row in found["table"]:
        mark = "→" if row["name"] == found["name"] else "!" if row["saturates"] else ""
        figures = f"{row['macro_f1']:8.3f} {row['labels_agree']:8.3f} {row['p50_ms']:7.2f} {row['megabytes']:5.1f}"
        lines.append(f"{mark:2}{figures}  {row['name']}")
    return "\n".join([*lines, "→ chosen   ! saturates without VNNI, so it is not chosen"])


def _asked(model: Model, first_run: Path, data: Path, answers: int) -> Asked:
    """Validation answers from all over the file, each beside its nearest reference, in one window."""
    kept = list(filter(kept_by(first_run), read_semeval(data)))
    kept = kept[:: max(1, len(kept) // answers)][:answers]
    int8, fp32 = loaded_models(model)
    rows = []
    for example in kept:
        request = GradeRequest(question=example.question, references=list(example.references), answer=example.answer)
        rows.append(encode(request, fp32.tokenizer, fp32.release.manifest)[0])
    gold = np.array([LABELS.index(example.label) for example in kept])
    return Asked(rows, gold, np.array([_labels(fp32.infer(row)) for row in rows]), int8.encoder)


def _file(graph: onnx.ModelProto, path: Path, scheme: Scheme) -> Path:
    quantise(graph, path, scheme, () if is_embedded(graph) else products(graph))
    return path


def _measure(
    schemes: Sequence[Scheme], files: Sequence[Path], asked: Asked, progress: Progress
) -> list[dict[str, Any]]:
    """One row per scheme; they take turns answer by answer, so that the machine's moods meet all alike.

    Milliseconds are of the processor, on one thread: what others run beside it does not count.
    """
    sessions = [_session(path) for path in files]
    logits = np.zeros((len(sessions), len(asked.rows), len(LABELS)), dtype=np.float32)
    seconds = np.zeros((len(sessions), len(asked.rows)))
    for number, row in enumerate(asked.rows):
        for which, session in enumerate(sessions):
            started = time.process_time()
            logits[which, number] = _logits(session, asked.encoder, [row])[0]
            seconds[which, number] = time.process_time() - started
        progress(number + 1, len(asked.rows))
    return [
        {
            "name": scheme.name,
            "saturates": scheme.saturates,
            "macro_f1": round(macro_f1(asked.gold, found.argmax(1), len(LABELS)), 4),
            "labels_agree": round(accuracy(found.argmax(1), asked.fp32.argmax(1)), 4),
            "p50_ms": round(float(np.median(taken)) * 1000, 3),
            "megabytes": round(path.stat().st_size / 1e6, 2),
        }
        for scheme, path, found, taken in zip(schemes, files, logits, seconds, strict=True)
    ]


def _session(path: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def _logits(
    session: onnxruntime.InferenceSession, encoder: Encoder | None, rows: Sequence[Encoding]
) -> NDArray[np.float32]:
    """Logits (rows, labels), one run each."""
    return np.array([_labels(infer(session, encoder, row)) for row in rows])


def _labels(outputs: NDArray[np.float32]) -> NDArray[np.float32]:
    """The labels' logits; a grader says more."""
    return outputs[: len(LABELS)]
