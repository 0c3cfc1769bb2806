"""How well a network answers questions of the development part, while it learns."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from tokenizers import Encoding, Tokenizer
from torch import nn

from functions.answer.spans import best_span
from model_store.recipes.answers import logits
from model_store.recipes.squad.data import Paragraph
from model_store.recipes.squad.rows import CLS, SEP, SpanRow, padded
from model_store.squad_metrics import exact_match, overlap_f1

LONGEST = 384
BATCH = 16


@dataclass(frozen=True)
class Held:
    """A question as one row, and what is needed to judge its answer."""

    row: SpanRow
    context: str
    offsets: Sequence[tuple[int, int]]
    accepted: tuple[str, ...]


class Validation:
    """Questions of development parts by name, `most` of each, drawn once."""

    def __init__(self, parts: Mapping[str, Sequence[Paragraph]], tokenizer: Tokenizer, most: int) -> None:
        self._parts = {name: _drawn(paragraphs, tokenizer, most) for name, paragraphs in parts.items()}

    def metrics(self, network: nn.Module) -> dict[str, float]:
        """Per part: exact match and F1 of the answerable questions, where the network must answer; and how often a
        question with an answer scores above one without (the area under the ROC curve).
        """
        found: dict[str, float] = {}
        for name, held in self._parts.items():
            said = _said(network, held)
            answered = [(one, text) for one, (text, _) in zip(held, said, strict=True) if one.accepted]
            found[f"{name} exact"] = float(np.mean([exact_match(one.accepted, text) for one, text in answered]))
            found[f"{name} f1"] = float(np.mean([overlap_f1(one.accepted, text) for one, text in answered]))
            scores = np.array([score for _, score in said])
            has = np.array([bool(one.accepted) for one in held])
            if not has.all():
                found[f"{name} auc"] = float(np.mean(np.greater.outer(scores[has], scores[~has])))
        return found


def _said(network: nn.Module, held: Sequence[Held]) -> list[tuple[str, float]]:
    """Answer and score of each."""
    said = [("", 0.0)] * len(held)
    order = sorted(range(len(held)), key=lambda i: len(held[i].row.input_ids))
    for start in range(0, len(order), BATCH):
        part = order[start : start + BATCH]
        outputs = logits(network, padded([held[i].row for i in part])).cpu().numpy()
        for i, output in zip(part, outputs, strict=True):
            said[i] = _answer(held[i], output[: 2 * len(held[i].row.input_ids)])
    return said


def _answer(held: Held, output: np.ndarray) -> tuple[str, float]:
    best = best_span(output, held.row.question)
    first, last = best.first - held.row.question, best.last - held.row.question
    return held.context[held.offsets[first][0] : held.offsets[last][1]], best.span - best.null


def _drawn(paragraphs: Sequence[Paragraph], tokenizer: Tokenizer, most: int) -> list[Held]:
    pairs = [(paragraph, asked) for paragraph in paragraphs for asked in paragraph.asked]
    pairs = random.Random(0).sample(pairs, min(most, len(pairs)))
    questions = tokenizer.encode_batch([asked.question for _, asked in pairs], add_special_tokens=False)
    texts = tokenizer.encode_batch([paragraph.context for paragraph, _ in pairs], add_special_tokens=False)
    return [
        Held(_row(question, text), paragraph.context, text.offsets, asked.answers)
        for question, text, (paragraph, asked) in zip(questions, texts, pairs, strict=True)
    ]


def _row(question: Encoding, text: Encoding) -> SpanRow:
    lead = len(question.ids) + 2
    return SpanRow([CLS, *question.ids, SEP, *text.ids[: LONGEST - lead - 1], SEP], lead)
