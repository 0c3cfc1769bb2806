"""Translation as two pure functions: a text becomes sentences in pieces, and what the model wrote a text."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from tokenizers import Tokenizer

from functions.translate.copies import Marked, marked
from functions.translate.pieces import SPECIALS, UNKNOWN, framed, plain, sentence_ids, written
from functions.translate.schemas import TranslateRequest, TranslateResponse
from functions.translate.segments import Segment, joined, segments
from lectern.chinese import han_share
from lectern.errors import FieldError, InvalidRequest
from lectern.generation.writing import WRITING, Rules, read_writing
from lectern.manifest import Calibration, Manifest
from lectern.model import Encoding
from lectern.task import Logits, Rows, Task
from lectern.text import latin_share

OTHER_SCRIPT = "A part of the text is not in the script of the source language, and stays as it is."
NOTHING = "The text has nothing to translate, and stays as it is."
UNREAD = "The model does not know some characters of the text, and could not read them."
LOST = "A number, a name, a link or markup of the text is not in the translation, or more often than in the text."
TOO_MANY = "A sentence has more numbers, names, links and marks than the model can carry over; some may be changed."
BROKEN_OFF = "A sentence's translation was broken off, because it grew too long."

HALF, MOST = 0.5, 0.8
"""A sentence is translated if more than half of its letters are of the source's script; below four in five it warns."""

_SHARES: dict[str, Callable[[str], float]] = {"en": latin_share, "zh": han_share}


class Sentence(NamedTuple):
    """A segment of the text, and how the model reads it; None where it stays as it is."""

    segment: Segment
    marked: Marked | None
    foreign: bool
    """Whether a good part of its letters is not of the source's script."""


def encode(request: TranslateRequest, tokenizer: Tokenizer, manifest: Manifest) -> list[Encoding]:
    """A row for each sentence that is in the source's script. Raises InvalidRequest for one that is too long."""
    known = tokenizer.token_to_id

    def ids(run: str) -> list[int]:
        found: list[int] = tokenizer.encode(run, add_special_tokens=False).ids
        return found

    rows = []
    for _, told, _ in _sentences(request, lambda token: known(token) is not None):
        if told:
            parts = [part if isinstance(part, int) else _spaced(part, request.source) for part in told.parts]
            tokens = framed(sentence_ids(parts, request.source, ids), request.target)
            _check_length(len(tokens), manifest.max_length)
            rows.append(Encoding(tokens, [0] * len(tokens)))
    return rows


def postprocess(
    request: TranslateRequest, rows: Rows, outputs: Logits, manifest: Manifest, writing: bytes
) -> dict[str, Any]:
    """The translations, joined as their sources were."""
    rules = _rules(writing)
    waiting, said, warnings = list(zip(rows, outputs, strict=True)), list[tuple[str, str]](), set[str]()
    for segment, told, foreign in _sentences(request, rules.known.__contains__):
        warnings |= {OTHER_SCRIPT} if foreign else set()
        if told:
            row, output = waiting.pop(0)
            text = written(
                [rules.writing.tokens[int(token)] for token in output[0] if token != rules.writing.end], request.target
            )
            warnings |= _faults(told, text, row, output, rules)
            said.append((told.restored(text), segment.space))
        else:
            said.append((segment.text, segment.space))
    warnings |= {NOTHING} if not rows else set()
    order = (NOTHING, OTHER_SCRIPT, UNREAD, LOST, TOO_MANY, BROKEN_OFF)
    return {
        "translation": joined(said, request.target),
        "confidence": _confidence(request, outputs, manifest.calibration),
        "warnings": [warning for warning in order if warning in warnings],
    }


def _sentences(request: TranslateRequest, known: Callable[[str], bool]) -> list[Sentence]:
    return [
        _sentence(segment, marked(segment.text, request.source, known), request.source)
        for segment in segments(request.text)
    ]


def _sentence(segment: Segment, told: Marked, source: str) -> Sentence:
    text = "".join(part for part in told.parts if isinstance(part, str))
    share = _SHARES[source](text)
    readable = share > HALF and any(c.isalpha() for c in text)
    return Sentence(segment, told if readable else None, share < MOST)


def _spaced(part: str, source: str) -> str:
    """A run in the model's characters, with the spaces at its ends, by which words in English are apart."""
    text = plain(part, source)
    return " " * (part[:1].isspace() and source == "en") + text + " " * (part[-1:].isspace() and source == "en")


def _check_length(tokens: int, most: int) -> None:
    if tokens > most:
        detail = f"a sentence has {tokens} tokens, the limit is {most}"
        raise InvalidRequest("The text is too long.", (FieldError(("text",), detail),))


def _faults(told: Marked, text: str, row: Encoding, output: Any, rules: Rules) -> set[str]:
    found = {
        UNREAD: SPECIALS.index(UNKNOWN) in row.input_ids,
        LOST: told.lost(text),
        TOO_MANY: told.left > 0,
        BROKEN_OFF: int(output[0][-1]) != rules.writing.end,
    }
    return {warning for warning, there in found.items() if there}


def _confidence(request: TranslateRequest, outputs: Logits, calibration: Calibration) -> float | None:
    """By the mean log-probability of all tokens; less where letters are not of the source's script."""
    if not outputs:
        return None
    mean = float(np.mean(np.concatenate([output[1] for output in outputs])))
    return float(np.exp(mean / calibration.temperature)) * _SHARES[request.source](request.text)


@lru_cache(2)
def _rules(writing: bytes) -> Rules:
    return read_writing(writing)


TASK = Task(
    "translate",
    "translate",
    "/v1/translate",
    TranslateRequest,
    TranslateResponse,
    encode,
    postprocess,
    files=(WRITING,),
)
