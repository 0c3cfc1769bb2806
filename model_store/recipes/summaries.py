"""The scorer of summaries: a linear map of what is known of a sentence, fitted listwise to ROUGE-L.

Cao et al. (2007), Learning to Rank: From Pairwise Approach to Listwise Approach: the softmax of the scores of a
document's sentences is fitted to the softmax of their ROUGE-L with its summary. The encoder stays as it is.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from functions.summarize.features import MEASURES, features
from functions.summarize.scorer import FILE, Scorer, choose, shares
from model_store.catalogue import Model, read_model
from model_store.recipes.engine import Batch, Fit, Training
from model_store.recipes.export import write_json
from model_store.recipes.recipe import Recipe, Source, Work
from model_store.recipes.summaries_data import Abstract, abstracts_digest, read_abstracts
from model_store.recipes.summaries_vectors import read_vectors
from model_store.rouge import rouge_l

SENTENCES = 3
"""In the summaries by which the cost of likeness is chosen, as many as a request gets that does not say."""
DIVERSITIES = (0.0, 0.2, 0.4, 0.5, 0.6, 0.7, 0.8)

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Parameters:
    """What a run depends on, beside its data and how it is fitted."""

    batch_size: int = 64
    dropout: float = 0.5
    temperature: float = 0.1
    """Of the softmax of ROUGE-L that is learnt: the smaller, the more the best sentence counts."""


@dataclass(frozen=True)
class Document:
    """An abstract as it is learnt: features (sentences, …), vectors (sentences, width), ROUGE-L (sentences,)."""

    abstract: Abstract
    rows: Floats
    vectors: Floats
    rouge: Floats


class ScorerNetwork(nn.Module):
    """Scores (…) of features (…, inputs), which are first counted in spreads from their mean."""

    def __init__(self, rows: Floats, dropout: float) -> None:
        super().__init__()
        self.register_buffer("centre", torch.tensor(rows.mean(axis=0)).float())
        self.register_buffer("spread", torch.tensor(rows.std(axis=0) + 1e-6).float())
        self.out = nn.Linear(rows.shape[1], 1, bias=False)
        nn.init.zeros_(self.out.weight)
        self.dropout = nn.Dropout(dropout)

    def forward(self, rows: Tensor) -> Tensor:
        """The scores of rows of features."""
        scores: Tensor = self.out(self.dropout((rows - self.centre) / self.spread)).squeeze(-1)
        return scores


def compose(source: Source, parameters: Parameters) -> Work:
    """The scorer on the training abstracts; those for development are kept apart. Raises DataError."""
    abstracts = read_abstracts(source.data)
    documents = list(_documents(abstracts, read_vectors(source.model, [one.sentences for one in abstracts])))
    learnt = [document for document in documents if not document.abstract.held]
    held = [document for document in documents if document.abstract.held]
    network = ScorerNetwork(np.vstack([one.rows for one in learnt]), parameters.dropout)

    def batches(_: int, chance: random.Random) -> Iterator[Batch]:
        drawn = chance.sample(learnt, len(learnt))
        for start in range(0, len(drawn), parameters.batch_size):
            yield _padded(drawn[start : start + parameters.batch_size])

    loss = partial(listwise_loss, temperature=parameters.temperature)
    steps = -(-len(learnt) // parameters.batch_size)
    training = Training(network, steps, batches, loss, partial(_metrics, documents=held))
    export = partial(_export, network, source.model, learnt, held)
    return Work(training, {"data_sha256": abstracts_digest(abstracts)}, export)


def listwise_loss(network: nn.Module, batch: Batch, temperature: float) -> Tensor:
    """Cross-entropy of the softmax of the scores with that of ROUGE-L, mean over documents."""
    there = batch["there"]
    scores = network(batch["rows"]).float().masked_fill(~there, -1e4)
    wanted = torch.softmax((batch["rouge"] / temperature).masked_fill(~there, -1e4), dim=1)
    return -(wanted * torch.log_softmax(scores, dim=1)).sum(dim=1).mean()


def _documents(abstracts: Sequence[Abstract], vectors: Sequence[Floats]) -> Iterator[Document]:
    for abstract, found in zip(abstracts, vectors, strict=True):
        rouge = np.array([rouge_l(sentence, abstract.references) for sentence in abstract.sentences])
        yield Document(abstract, features(abstract.sentences, found), found, rouge)


def _padded(documents: Sequence[Document]) -> dict[str, Tensor]:
    """`rows` (documents, most sentences, inputs), `rouge` and `there` (documents, most sentences)."""
    most = max(len(one.rouge) for one in documents)
    rows = np.zeros((len(documents), most, documents[0].rows.shape[1]), dtype=np.float32)
    rouge, there = np.zeros(rows.shape[:2], dtype=np.float32), np.zeros(rows.shape[:2], dtype=bool)
    for place, one in enumerate(documents):
        count = len(one.rouge)
        rows[place, :count], rouge[place, :count], there[place, :count] = one.rows, one.rouge, True
    return {"rows": torch.from_numpy(rows), "rouge": torch.from_numpy(rouge), "there": torch.from_numpy(there)}


def _metrics(network: nn.Module, documents: Sequence[Document]) -> dict[str, float]:
    scores = [network(torch.tensor(one.rows).float()).detach().numpy() for one in documents]
    best = [one.rouge[found.argmax()] for one, found in zip(documents, scores, strict=True)]
    return {"rouge_l": float(np.mean(best))}


def _export(
    network: ScorerNetwork,
    model: Model,
    learnt: Sequence[Document],
    held: Sequence[Document],
    folder: Path,
    record: dict[str, Any],
) -> None:
    """Write the scorer; the reference of the encoder is that of the embedding model."""
    folder.mkdir(parents=True, exist_ok=True)
    arrays = _arrays(network)
    scorer = Scorer({name: array.astype(np.float64) for name, array in arrays.items()})
    diversities = {cost: round(_rouge_of_several(scorer, learnt, cost), 4) for cost in DIVERSITIES}
    best = max(diversities, key=lambda cost: diversities[cost])
    kept: dict[str, Any] = {**arrays, "diversity": np.float32(best)}
    np.savez(folder / FILE, **kept)
    write_json(folder / "adapter.json", _facts(model, learnt, held) | {"diversities": diversities} | record)
    known = read_model("search").adapter
    for name in ("reference.json", "quantisation.json"):
        (folder / name).write_bytes((known / name).read_bytes())
    print("exported:", _metrics(network, held), diversities, flush=True)


def _arrays(network: ScorerNetwork) -> dict[str, NDArray[Any]]:
    weights = {"centre": network.centre, "spread": network.spread, "weights": network.out.weight[0]}
    return {name: weight.detach().numpy().astype(np.float32) for name, weight in weights.items()}


def _rouge_of_several(scorer: Scorer, documents: Sequence[Document], diversity: float) -> float:
    """Mean ROUGE-L of summaries of SENTENCES sentences."""
    found = []
    for one in documents:
        places = choose(shares(scorer.scores(one.rows)), one.vectors, SENTENCES, diversity)
        found.append(rouge_l(" ".join(one.abstract.sentences[place] for place in places), one.abstract.references))
    return float(np.mean(found))


def _facts(model: Model, learnt: Sequence[Document], held: Sequence[Document]) -> dict[str, Any]:
    return {
        "kind": "summaries",
        "base": {"name": model.base.name, "sha256": model.base.sha256},
        "max_length": 256,
        "measures": list(MEASURES),
        "training_data": [{"name": "SciTLDR-A, train", "licence": "Apache-2.0"}],
        "parts": {"learnt": len(learnt), "kept": len(held)},
    }


RECIPE = Recipe(Parameters(), compose, Fit(epochs=15, learning_rate=3e-3, warmup=0.02, weight_decay=0.3))
