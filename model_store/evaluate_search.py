"""Measure search: `lectern models evaluate search` chooses the int8 scheme, writes evaluation.json, card.md and
docs/results/search.md.

Every text is read by fp32 and by each scheme's file, one row per run as in service. What is chosen by comparing figures
(how two rankings become one) is chosen on some modules' queries and reported on the others'.
"""

import json
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

from model_store.build.make import float_graph
from model_store.build.quantise import CHOSEN, scheme_facts
from model_store.catalogue import Model
from model_store.evaluate import loaded_models
from model_store.explanation_figures import write
from model_store.keep import keep
from model_store.metrics import mean_interval
from model_store.search.asked import Asked, Figures, Rankings, measured, rankings
from model_store.search.fusions import SHIPPED, chosen, fusions
from model_store.search.questions import LICENCE, SOURCE, Question, documents, questions, read_sections
from model_store.search.schemes import SCHEMES, Tried, smallest, try_schemes

SET = "openstax python"
RESULTS = Path(__file__).parents[1] / "docs" / "results"


def evaluate_search(model: Model, data: Path, progress: Callable[[int, int], None]) -> dict[str, Any]:
    """Measure, choose and write; returns what evaluation.json holds. Raises OSError, DataError, or as `build`."""
    sections = read_sections(data)
    texts, asked = documents(sections), questions(sections)
    total, done = (len(texts) + len(asked)) * (len(SCHEMES) + 1), count(1)
    fp32 = loaded_models(model)[1]
    exact, tried = try_schemes(float_graph(model), fp32, texts, asked, lambda: progress(next(done), total))
    best = smallest(tried)
    scheme = {"name": best.scheme.name, "scheme": scheme_facts(best.scheme)}
    (model.adapter / CHOSEN).write_text(json.dumps(scheme, indent=1) + "\n", "utf-8")
    found = _found(exact, best, asked)
    kept = keep(model, {"metrics": {SET: _metrics(found, best)}})
    table = [one.facts | {"chosen": one is best} for one in tried]
    facts = {"source": SOURCE, "licence": LICENCE, "sections": len(texts), "passages": _passages(exact)}
    write(facts | {"schemes": table} | found, RESULTS, "search")
    return kept


def _passages(asked: Asked) -> int:
    return sum(len(one.passages) for one in asked.read)


def _found(exact: Asked, best: Tried, asked: list[Question]) -> dict[str, Any]:
    """The figures of the rankings, in fp32 and in int8."""
    fp32, int8 = rankings(exact, asked), rankings(best.asked, asked)
    choosing = np.array([question.is_for_choosing for question in asked])
    kinds = np.array([question.kind for question in asked])
    exactly, ranks = measured(fp32, asked), measured(int8, asked)
    fused = _fusions(int8, asked, choosing)
    parts = {"all": ~choosing, "titles": ~choosing & (kinds == "title"), "terms": ~choosing & (kinds == "term")}
    return {
        "queries": {name: int(part.sum()) for name, part in {"choosing": choosing, **parts}.items()},
        "mrr": {name: {kind: _mean(values[part]) for kind, values in ranks.items()} for name, part in parts.items()},
        "both_less": {kind: _mean((ranks["both"] - ranks[kind])[~choosing]) for kind in ("meaning", "words")},
        "fusions": {name: round(float(values.mean()), 4) for name, values in fused.items()},
        "fusion": chosen(fused),
        "fusion_shipped": SHIPPED,
        "int8_less_fp32": {kind: _mean(ranks[kind] - exactly[kind]) for kind in ("meaning", "both")},
        "fp32": {kind: round(float(exactly[kind].mean()), 4) for kind in ("meaning", "both")},
        "int8": {kind: round(float(ranks[kind].mean()), 4) for kind in ("meaning", "both")},
    }


def _fusions(found: Rankings, asked: list[Question], choosing: np.ndarray) -> dict[str, Figures]:
    return {name: measured(found, asked, fusion)["both"][choosing] for name, fusion in fusions().items()}


def _mean(values: Figures) -> dict[str, Any]:
    """A mean with its 95 % bootstrap interval."""
    return {"mean": round(float(values.mean()), 4), "interval": [round(end, 4) for end in mean_interval(values)]}


def _metrics(found: dict[str, Any], best: Tried) -> dict[str, float]:
    """What the gate looks at."""
    return {
        "queries": float(found["queries"]["all"]),
        "mrr": found["mrr"]["all"]["both"]["mean"],
        "mrr_meaning": found["mrr"]["all"]["meaning"]["mean"],
        "mrr_words": found["mrr"]["all"]["words"]["mean"],
        "mean_cosine": best.facts["mean_cosine"],
        "least_cosine": best.facts["least_cosine"],
    }
