"""What a checkpoint of transformers must be to serve a task, and how its golden vectors come about."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from tokenizers import Tokenizer
from transformers import AutoModelForQuestionAnswering, AutoModelForSeq2SeqLM, AutoModelForSequenceClassification

from functions.answer.rows import window_rows
from functions.grading.rows import assemble
from functions.grading.schemas import LABELS
from lectern.model import Encoding
from model_store.recipes.golden import GOLDEN
from model_store.recipes.squad.recipe import GOLDEN as QUESTIONS


@dataclass(frozen=True)
class Kind:
    """One task: the class that reads a checkpoint, its labels, and how many outputs its head must have (0: any).
    `tolerance` is for golden logits in bfloat16 on a GPU against float32 on the CPU that recorded them.

    `rows` turns a tokenizer and a greatest length into the golden inputs, as the task's function encodes them;
    `logits` runs a network on one of them, in float32 on this CPU.
    """

    reader: Any
    labels: tuple[str, ...]
    outputs: int
    tolerance: float
    rows: Callable[[Tokenizer, int], list[Encoding]]
    logits: Callable[[Any, Encoding], list[float]]


def _grading_rows(tokenizer: Tokenizer, _: int) -> list[Encoding]:
    return [assemble(*(_ids(tokenizer, text) for text in texts)) for texts in GOLDEN]


def _answer_rows(tokenizer: Tokenizer, longest: int) -> list[Encoding]:
    windows = [window_rows(_ids(tokenizer, question), text, tokenizer, longest) for question, text in QUESTIONS]
    return [Encoding(row.input_ids, row.token_type_ids) for rows in windows for row in rows]


def _summary_rows(tokenizer: Tokenizer, _: int) -> list[Encoding]:
    """Each text with another one's question for its summary: what a network thinks of it proves as much."""
    pairs = [(tokenizer.encode(text).ids, tokenizer.encode(written).ids) for written, text in QUESTIONS]
    return [Encoding(ids, [0] * len(ids), written=written) for ids, written in pairs]


def _labels(network: Any, row: Encoding) -> list[float]:
    found: list[float] = network(**_fed(row)).logits[0].tolist()
    return found


def _spans(network: Any, row: Encoding) -> list[float]:
    """Start and end of each token in turn."""
    found = network(**_fed(row))
    pairs = zip(found.start_logits[0].tolist(), found.end_logits[0].tolist(), strict=True)
    return [number for pair in pairs for number in pair]


def _texts(network: Any, row: Encoding) -> list[float]:
    """The log-probability of each token of the summary, given the text and the summary before it."""
    begun = torch.tensor([[network.config.decoder_start_token_id, *row.written[:-1]]])
    logits = network(input_ids=torch.tensor([row.input_ids]), decoder_input_ids=begun).logits[0]
    chances = logits.log_softmax(dim=-1)
    return [float(one[token]) for one, token in zip(chances, row.written, strict=True)]


def _ids(tokenizer: Tokenizer, text: str) -> list[int]:
    found: list[int] = tokenizer.encode(text, add_special_tokens=False).ids
    return found


def _fed(row: Encoding) -> dict[str, torch.Tensor]:
    return {"input_ids": torch.tensor([row.input_ids]), "token_type_ids": torch.tensor([row.token_type_ids])}


KINDS = {
    "grading": Kind(AutoModelForSequenceClassification, LABELS, len(LABELS), 0.1, _grading_rows, _labels),
    "summarize": Kind(AutoModelForSeq2SeqLM, (), 0, 0.5, _summary_rows, _texts),
    "answer": Kind(AutoModelForQuestionAnswering, (), 2, 0.5, _answer_rows, _spans),
}
"""By task."""
