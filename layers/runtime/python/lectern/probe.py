"""What an explanation may ask of the release that has answered: the same stages again, within the same deadline."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lectern.phrases import Span

Fields = Mapping[str, Any]
"""A response's fields, as a task's `postprocess` gives them."""


@dataclass(frozen=True)
class Reading:
    """A text as the encoder sees it: its tokens' places, and their vectors (tokens, width)."""

    text: str
    tokens: tuple[Span, ...]
    vectors: NDArray[np.float32]


@dataclass(frozen=True)
class Probe:
    """Questions to the release; both raise DeadlineExceeded when the caller's time is over.

    `answers` takes a round of requests of the task and gives each one's response fields; `read` gives a text's vectors
    (kept for the next request if the second argument says so, as no student's text should be), and is None for a
    release without an encoder.
    """

    answers: Callable[[Sequence[Any]], Sequence[Fields]]
    read: Callable[[str, bool], Reading] | None
