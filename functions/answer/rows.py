"""A question and a text as rows for the model: windows of the text, each with where its tokens stand in it."""

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from functions.answer.spans import LONGEST_ANSWER
from lectern.model import Encoding

OVERLAP = 2 * LONGEST_ANSWER
"""Tokens that neighbouring windows share: any answer is whole in one of them, with words before and after it."""


def window_rows(question: list[int], context: str, tokenizer: Tokenizer, longest: int) -> list[Encoding]:
    """[CLS] question [SEP] window [SEP] for each window of the text, in rows of at most `longest` tokens; or what else
    the tokenizer puts around two texts (RoBERTa: <s> question </s></s> window </s>).

    A row's `features` are where its window's tokens start, and then where they end, in characters of the text. A text
    without a token makes no row. The question must leave room for more than OVERLAP tokens.
    """
    encoded = tokenizer.encode(context, add_special_tokens=False)
    ids, offsets = encoded.ids, np.array(encoded.offsets, dtype=np.float64).reshape(-1, 2)
    frame = tokenizer.encode("", "")
    first, *between, last = frame.ids
    lead, second = [first, *question, *between], frame.type_ids[-1]
    room, rows = longest - len(lead) - 1, []
    for start in _starts(len(ids), room):
        window = ids[start : start + room]
        types = [0] * len(lead) + [second] * (len(window) + 1)
        places = offsets[start : start + room].T.ravel().tolist()
        rows.append(Encoding([*lead, *window, last], types, places))
    return rows


def lead_of(row: Encoding) -> int:
    """How many tokens of a row stand before its window."""
    return len(row.input_ids) - len(row.features) // 2 - 1


def places_of(row: Encoding) -> NDArray[np.int64]:
    """Starts and ends (2, tokens) of a window's tokens, in characters of the text."""
    return np.array(row.features, dtype=np.int64).reshape(2, -1)


def _starts(tokens: int, room: int) -> list[int]:
    """Where windows begin: one OVERLAP before the end of the last, the last of all at the end of the text."""
    if not tokens:
        return []
    last = max(0, tokens - room)
    return [*range(0, last, room - OVERLAP), last]
