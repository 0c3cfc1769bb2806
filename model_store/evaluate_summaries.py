"""Measure summaries: `lectern models evaluate summaries` writes evaluation.json and card.md.

The int8 file that ships and the fp32 graph beside it summarize the development abstracts in one sentence, beside the
first sentence alone and the most central one; and sections of a textbook in three, where there are no summaries to hold
them against: there it is counted how many of the terms that a section defines are in them.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from functions.summarize.scorer import FILE, choose, read_scorer
from functions.summarize.sentences import sentences_of
from lectern.model import LoadedModel
from lectern.normalise import normalise
from lectern.search.reading import pooled, token_ids, windows
from model_store.catalogue import Model
from model_store.errors import DataError
from model_store.evaluate import loaded_models
from model_store.keep import keep
from model_store.metrics import mean_interval
from model_store.recipes.summaries_data import Abstract, read_abstracts, read_sections
from model_store.rouge import rouge_l

SET, SECTIONS = "scitldr development, 1 sentence", "openstax python, 3 sentences"
LEAST_SENTENCES = 6
"""Of a section: of a shorter one a summary of three says nothing."""

Floats = NDArray[np.float64]
Chooser = Callable[[Sequence[str], Floats, int], list[int]]
Progress = Callable[[int, int], None]


def evaluate_summaries(model: Model, data: Path, progress: Progress) -> dict[str, Any]:
    """Measure and write; returns what evaluation.json holds. Raises OSError or DataError."""
    held = [abstract for abstract in read_abstracts(data) if abstract.held]
    if not held:
        raise DataError(f"{data} has no abstract that is kept for development")
    int8, fp32 = loaded_models(model)
    sections = [(parts, terms) for parts, terms in _sections(data) if len(parts) >= LEAST_SENTENCES]
    done, total = count(1), 2 * len(held) + len(sections)

    def read(one: LoadedModel, texts: Sequence[str]) -> Floats:
        progress(next(done), total)
        return vectors_of(one, texts)

    vectors = [[read(one, abstract.sentences) for abstract in held] for one in (int8, fp32)]
    ways: dict[str, Chooser] = {"scorer": _by_scorer(int8), "lead": lead, "centrality": central}
    found = {name: _rouge(held, vectors[0], way) for name, way in ways.items()}
    found["fp32"] = _rouge(held, vectors[1], ways["scorer"])
    texts = [(parts, terms, read(int8, parts)) for parts, terms in sections]
    covered = {name: _covered(texts, way) for name, way in ways.items()}
    evaluation = {
        "calibration": {"temperature": 1.0},
        "metrics": {SET: _figures(held, found), SECTIONS: _terms(covered)},
        "int8_against_fp32": {SET: {"rouge_l_95": _interval(found["scorer"] - found["fp32"])}},
        "against": {
            SET: {name: _interval(found["scorer"] - found[name]) for name in ("lead", "centrality")},
            SECTIONS: {name: _interval(covered["scorer"] - covered[name]) for name in ("lead", "centrality")},
        },
    }
    return keep(model, evaluation)


def vectors_of(model: LoadedModel, texts: Sequence[str]) -> Floats:
    """A vector (width,) of length 1 for each sentence, each read by itself."""
    longest = model.release.manifest.max_length
    rows = [windows(token_ids(model.tokenizer, normalise(text).text), longest) for text in texts]
    return np.array([pooled(row, [model.infer(one) for one in row]) for row in rows], dtype=np.float64)


def lead(texts: Sequence[str], vectors: Floats, most: int) -> list[int]:
    """The first sentences."""
    return list(range(min(most, len(texts))))


def central(texts: Sequence[str], vectors: Floats, most: int) -> list[int]:
    """The sentences whose cosines with all others are the greatest in the mean."""
    cosines = vectors @ vectors.T
    nearness = cosines.sum(axis=1) - np.diag(cosines)
    return sorted(np.argsort(-nearness, kind="stable")[:most].tolist())


def _by_scorer(model: LoadedModel) -> Chooser:
    scorer = read_scorer(*model.further([FILE]))
    return lambda texts, vectors, most: choose(scorer.weights(texts, vectors), vectors, most, scorer.diversity)


def _rouge(held: Sequence[Abstract], vectors: Sequence[Floats], way: Chooser) -> Floats:
    """ROUGE-L (abstracts,) of one sentence each."""
    pairs = zip(held, vectors, strict=True)
    chosen = [(abstract, way(abstract.sentences, found, 1)[0]) for abstract, found in pairs]
    return np.array([rouge_l(abstract.sentences[place], abstract.references) for abstract, place in chosen])


def _figures(held: Sequence[Abstract], found: dict[str, Floats]) -> dict[str, float]:
    best = [max(rouge_l(sentence, one.references) for sentence in one.sentences) for one in held]
    low, high = mean_interval(found["scorer"])
    figures = {
        "texts": len(held),
        "rouge_l": found["scorer"].mean(),
        "rouge_l_low": low,
        "rouge_l_high": high,
        "rouge_l_fp32": found["fp32"].mean(),
        "rouge_l_lead": found["lead"].mean(),
        "rouge_l_centrality": found["centrality"].mean(),
        "rouge_l_best_sentence": np.mean(best),
    }
    return {name: round(float(value), 4) for name, value in figures.items()}


def _sections(data: Path) -> Iterator[tuple[list[str], tuple[str, ...]]]:
    for section in read_sections(data):
        yield [section.text[part.start : part.end] for part in sentences_of(section.text)], section.terms


def _covered(sections: Sequence[tuple[list[str], tuple[str, ...], Floats]], way: Chooser) -> Floats:
    """The share (sections,) of each section's terms that its summary names."""
    shares = []
    for parts, terms, vectors in sections:
        summary = " ".join(parts[place] for place in way(parts, vectors, 3)).lower()
        shares.append(np.mean([term.lower() in summary for term in terms]))
    return np.array(shares, dtype=np.float64)


def _terms(covered: dict[str, Floats]) -> dict[str, float]:
    figures = {f"terms_{name}": round(float(values.mean()), 4) for name, values in covered.items()}
    return {"sections": float(len(covered["scorer"])), **figures}


def _interval(differences: Floats) -> list[float]:
    return [round(end, 4) for end in mean_interval(differences)]
