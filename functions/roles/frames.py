"""From rows and their scores to predicates and arguments, both as places of words in the row."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from functions.roles.decoding import Span, best_spans
from functions.roles.reading import word_tokens
from lectern.manifest import Manifest
from lectern.model import Encoding

_NUMBERED = re.compile(r"ARG\d")

Scores = NDArray[np.float32]
"""What a row came to: 2 + 2 · roles numbers for each of its tokens, one after another."""


class Frame(NamedTuple):
    """A predicate's word and the spans of its arguments, in words of its row."""

    predicate: int
    spans: list[Span]


def predicates(row: Encoding, scores: Scores) -> list[int]:
    """The words of a row without a mark that are predicates."""
    by_token = scores.reshape(len(row.input_ids), -1)[:, 0]
    return [word for word, token in enumerate(word_tokens(row)) if by_token[token] > 0]


def marked(row: Encoding, words: Sequence[int]) -> list[Encoding]:
    """The row once for each of these words, which is marked."""
    tokens = word_tokens(row)
    return [replace(row, token_type_ids=_one(tokens[word], len(row.input_ids))) for word in words]


def is_marked(row: Encoding) -> bool:
    """Whether a word of the row is."""
    return 1 in row.token_type_ids


def frame(row: Encoding, scores: Scores, roles: Sequence[str], transitions: Scores | None = None) -> Frame:
    """The arguments of a row's marked word; `transitions` are those of its release."""
    tokens = word_tokens(row)
    predicate = tokens.index(row.token_type_ids.index(1))
    by_word = scores.reshape(len(row.input_ids), -1)[tokens, 1:]
    return Frame(predicate, best_spans(by_word, predicate, numbered(roles), transitions))


def transitions_of(manifest: Manifest) -> Scores | None:
    """What a tag of a release adds after another one, (tags, tags); None where none adds anything."""
    found = manifest.calibration.transitions
    return np.array(found, dtype=np.float32) if found else None


def numbered(roles: Sequence[str]) -> list[int]:
    """The places of the roles that PropBank gives once: ARG0 to ARG5."""
    return [place for place, role in enumerate(roles) if _NUMBERED.fullmatch(role)]


def _one(place: int, length: int) -> list[int]:
    return [int(token == place) for token in range(length)]
