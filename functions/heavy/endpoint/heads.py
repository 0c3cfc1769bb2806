"""What a network of transformers gives for rows, by the kind of its head; its own config says which it is."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from transformers import (
    AutoModelForQuestionAnswering,
    AutoModelForSeq2SeqLM,
    AutoModelForSequenceClassification,
    PretrainedConfig,
)

from lectern.model import Encoding

Fed = dict[str, Tensor]
"""input_ids, token_type_ids and attention_mask (batch, length)."""


class Head(NamedTuple):
    """The class that reads its files, and how a batch is run: an array (n,) of numbers for each row."""

    reader: Any
    run: Callable[[nn.Module, Fed, Sequence[Encoding]], list[NDArray[np.float32]]]


def head_of(config: PretrainedConfig) -> Head:
    """The head of a network. Raises ValueError for one that is not known here."""
    for name in config.architectures or ():
        for ending, head in HEADS.items():
            if name.endswith(ending):
                return head
    raise ValueError(f"of {config.architectures} no head is known")


def labels(network: nn.Module, fed: Fed, rows: Sequence[Encoding]) -> list[NDArray[np.float32]]:
    """(labels,) of each row."""
    found = network(**fed)
    return list(_numbers(found if isinstance(found, Tensor) else found.logits))


def spans(network: nn.Module, fed: Fed, rows: Sequence[Encoding]) -> list[NDArray[np.float32]]:
    """(2 · length,) of each row: start and end of each of its tokens in turn."""
    found = network(**fed)
    both = _numbers(torch.stack([found.start_logits, found.end_logits], dim=-1))
    return [one[: len(row.input_ids)].ravel() for one, row in zip(both, rows, strict=True)]


def texts(network: Any, fed: Fed, rows: Sequence[Encoding]) -> list[NDArray[np.float32]]:
    """(n,) tokens that are written for each row, their end included, as its generation_config.json says; for a row that
    has its text, the log-probabilities of that one's tokens.
    """
    if any(row.written for row in rows):
        return [_scores(network, fed, place, row.written) for place, row in enumerate(rows)]
    found = network.generate(input_ids=fed["input_ids"], attention_mask=fed["attention_mask"])
    return [_until_end(one[1:], network.generation_config.eos_token_id) for one in _numbers(found)]


def _scores(network: Any, fed: Fed, place: int, written: Sequence[int]) -> NDArray[np.float32]:
    begun = [network.config.decoder_start_token_id, *written[:-1]]
    own = {name: fed[name][place : place + 1] for name in ("input_ids", "attention_mask")}
    device = fed["input_ids"].device
    logits = network(**own, decoder_input_ids=torch.tensor([begun], device=device)).logits[0].float()
    chances = torch.log_softmax(logits, dim=-1)
    return _numbers(chances[torch.arange(len(written)), torch.tensor(written)])


def _until_end(tokens: NDArray[np.float32], end: int) -> NDArray[np.float32]:
    """Without what fills the row up after its end."""
    ends = np.flatnonzero(tokens == end)
    return tokens[: ends[0] + 1] if len(ends) else tokens


def _numbers(tensor: Tensor) -> NDArray[np.float32]:
    numbers: NDArray[np.float32] = tensor.float().cpu().numpy()
    return numbers


HEADS = {
    "ForSequenceClassification": Head(AutoModelForSequenceClassification, labels),
    "ForQuestionAnswering": Head(AutoModelForQuestionAnswering, spans),
    "ForConditionalGeneration": Head(AutoModelForSeq2SeqLM, texts),
}
"""By how the class's name ends."""
