"""What a cascade brings and costs: a fast model that asks a heavy one about the answers of which it is not sure.

    python -m model_store.cascade [--data FOLDER]

writes docs/results/cascade.json and cascade.md. Every answer of the official test part (unseen answers) is asked of
every model, one row per run; the tiers then follow from labels and confidences, at thresholds fixed beforehand.
"""

import argparse
import json
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from functions.grading.schemas import LABELS, GradeRequest
from functions.grading.task import encode, postprocess
from lectern.model import LoadedModel
from model_store.build.builder import build
from model_store.catalogue import read_model
from model_store.metrics import Labels, accuracy, macro_f1, paired_interval
from model_store.recipes.data import Example, is_unseen_answer, read_semeval
from model_store.release.rehearsal import rehearse

FOLDER = Path("docs/results")
HEAVY, FAST = "grading-large", ("grading", "grading-small")
THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.9)


@dataclass(frozen=True)
class Said:
    """What a model says of every answer (answers,): label, confidence, milliseconds of one core."""

    labels: Labels
    confidence: NDArray[np.float64]
    milliseconds: NDArray[np.float64]


def ask(names: Sequence[str], examples: Sequence[Example]) -> dict[str, Said]:
    """Every model about every answer; they take turns, so that the machine's other work is nobody's disadvantage."""
    models = {name: rehearse(build(read_model(name)), name) for name in names}
    found: dict[str, list[tuple[int, float, float]]] = {name: [] for name in names}
    for example in examples:
        request = GradeRequest(question=example.question, references=list(example.references), answer=example.answer)
        for name, model in models.items():
            found[name].append(_one(model, request))
    columns = {name: list(zip(*rows, strict=True)) for name, rows in found.items()}
    return {name: Said(*map(np.array, parts)) for name, parts in columns.items()}


def _one(model: LoadedModel, request: GradeRequest) -> tuple[int, float, float]:
    started, manifest = time.process_time(), model.release.manifest
    rows = encode(request, model.tokenizer, manifest)
    grade = postprocess(request, rows, [model.infer(row) for row in rows], manifest)
    return LABELS.index(grade["label"]), grade["confidence"], 1000 * (time.process_time() - started)


def tiers(fast: Said, heavy: Said, gold: Labels) -> list[dict[str, Any]]:
    """A row of figures for fast, for heavy, and for auto at every threshold."""
    found = [_figures("fast", fast.labels, fast, np.zeros(len(gold), bool), heavy, gold)]
    found.append(_figures("heavy", heavy.labels, fast, np.ones(len(gold), bool), heavy, gold, fast_cost=0.0))
    for below in THRESHOLDS:
        escalated = fast.confidence < below
        labels = np.where(escalated, heavy.labels, fast.labels)
        found.append(_figures(f"auto below {below}", labels, fast, escalated, heavy, gold))
    return found


def _figures(
    name: str,
    labels: Labels,
    fast: Said,
    escalated: NDArray[np.bool_],
    heavy: Said,
    gold: Labels,
    fast_cost: float = 1.0,
) -> dict[str, Any]:
    low, high = paired_interval(gold, labels, fast.labels, len(LABELS))
    cost = fast_cost * fast.milliseconds.mean() + float((escalated * heavy.milliseconds).mean())
    return {
        "tier": name,
        "accuracy": round(accuracy(gold, labels), 4),
        "macro_f1": round(macro_f1(gold, labels, len(LABELS)), 4),
        "less_fast_95": [round(low, 4), round(high, 4)],
        "escalated": round(float(escalated.mean()), 4),
        "cost": round(float(cost / fast.milliseconds.mean()), 3),
    }


def measure(examples: Sequence[Example]) -> dict[str, Any]:
    """The tables, by fast model."""
    gold = np.array([LABELS.index(example.label) for example in examples])
    said = ask((*FAST, HEAVY), examples)
    return {
        "answers": len(gold),
        "heavy": HEAVY,
        "by_fast": {name: tiers(said[name], said[HEAVY], gold) for name in FAST},
    }


def page(found: dict[str, Any]) -> str:
    """The figures as a page."""
    tables = "\n\n".join(_table(name, found["heavy"], rows) for name, rows in found["by_fast"].items())
    return f"""# What a cascade brings

`python -m model_store.cascade` writes this page: {found["answers"]} answers of SemEval-2013 Task 7's unseen answers
(test-UA, all of them), which no training saw. Cost is processor time per answer, that of the fast model being 1,
without the network. Intervals are 95 %, of the macro-F1 less the fast model's on the same answers. The thresholds were
fixed beforehand; none was chosen by these figures.

{tables}

The heavy model is here the same grader in full precision, so beside `grading` there is next to nothing to gain, and the
table shows the mechanism and its price. Beside `grading-small` it is another model.
"""


def _table(fast: str, heavy: str, rows: Sequence[dict[str, Any]]) -> str:
    lines = [f"## {fast}, then {heavy}", "| tier | accuracy | macro-F1 | less fast, 95 % | escalated | cost |"]
    lines.append("|---|---|---|---|---|---|")
    for row in rows:
        low, high = row["less_fast_95"]
        lines.append(
            f"| {row['tier']} | {row['accuracy']:.3f} | {row['macro_f1']:.3f} | {low:+.3f} to {high:+.3f} "
            f"| {row['escalated']:.0%} | {row['cost']:.2f} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("LECTERN_DATA", "../shared/data")))
    examples = [example for example in read_semeval(parser.parse_args().data) if is_unseen_answer(example)]
    found = measure(examples)
    (FOLDER / "cascade.json").write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    (FOLDER / "cascade.md").write_text(page(found), "utf-8")


if __name__ == "__main__":
    main()
