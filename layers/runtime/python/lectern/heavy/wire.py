"""What a function asks a heavy endpoint, and what it answers: rows of tokens in, logits out.

The endpoint knows no task. Whoever asks has tokenised by the release that it names, so another one is refused.
"""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from lectern.manifest import Document, Golden
from lectern.model import Encoding

MOST_ROWS = 128
"""Rows of one request; an answer's windows are fewer."""

LONGEST = 4096
"""Tokens of a row that any release could read; the release's own `max_length` is checked too."""

MOST_BYTES = 5_000_000
"""Of a request: SageMaker takes 6,291,456."""

Token = Annotated[int, Field(ge=0, lt=2**31)]
Number = Annotated[float, Field(allow_inf_nan=False)]


class Row(Document):
    """An `Encoding`."""

    input_ids: tuple[Token, ...] = Field(min_length=1, max_length=LONGEST)
    token_type_ids: tuple[Token, ...] = Field(max_length=LONGEST)
    features: tuple[Number, ...] = Field(default=(), max_length=LONGEST)
    hashes: tuple[Token, ...] = Field(default=(), max_length=16 * LONGEST)

    @classmethod
    def of(cls, row: Encoding, counted: bool = True) -> "Row":
        """The same row, to be sent, what the task counted in it only where told; it is ours, so not checked again."""
        return cls.model_construct(
            input_ids=tuple(row.input_ids),
            token_type_ids=tuple(row.token_type_ids),
            features=tuple(row.features) if counted else (),
            hashes=tuple(row.hashes) if counted else (),
        )

    def encoding(self) -> Encoding:
        """The same row, for a model."""
        return Encoding(list(self.input_ids), list(self.token_type_ids), list(self.features), list(self.hashes))


class Asked(Document):
    """`seconds` is how long the caller waits for the answer: whoever comes to it later need not work on it."""

    digest: str = Field(pattern="^[0-9a-f]{64}$", description="SHA-256 of the release's manifest.")
    seconds: float = Field(gt=0, le=60)
    rows: tuple[Row, ...] = Field(min_length=1, max_length=MOST_ROWS)


def fits(golden: Golden, row: Encoding, logits: Sequence[float]) -> bool:
    """Whether there are as many logits as a row of such a release has: as many as each of its golden vectors, or as
    many for each token. From a release that writes come tokens, of which there is at least one.
    """
    if any(vector.written for vector in golden.vectors):
        return 0 < len(logits) <= LONGEST and all(number >= 0 and number == int(number) for number in logits)
    known = {(len(vector.logits), len(vector.input_ids)) for vector in golden.vectors}
    if len({outputs for outputs, _ in known}) == 1:
        return all(len(logits) == outputs for outputs, _ in known)
    return all(len(logits) * tokens == outputs * len(row.input_ids) for outputs, tokens in known)


class Answered(Document):
    """Logits of the rows, in their order, and the release that gave them; of one that writes, tokens."""

    digest: str
    logits: tuple[tuple[Number, ...], ...]
