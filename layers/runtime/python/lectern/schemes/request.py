"""What POST /v1/schemes takes: a name, and texts with labels."""

from collections import Counter
from typing import Annotated, Self

from pydantic import BaseModel, Field, StringConstraints, model_validator

from lectern.schemas import Request
from lectern.text import VisibleText, clean

LEAST_EACH, MOST_LABELS, MOST_EXAMPLES = 2, 50, 1000

SchemeName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]

LabelName = Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True)]


class LabelledText(BaseModel):
    """An example."""

    model_config = Request.model_config

    text: VisibleText
    label: LabelName


class SchemeRequest(Request):
    """Examples of each label. A text that comes twice with one label counts once."""

    name: SchemeName
    examples: list[LabelledText] = Field(min_length=2 * LEAST_EACH, max_length=MOST_EXAMPLES)

    @model_validator(mode="after")
    def _labels_are_told_apart(self) -> Self:
        given = self.different()
        counts = Counter(given.values())
        if len(given) < len({(text, label) for text, label in self._pairs()}):
            raise ValueError("examples: a text has two labels")
        if not 2 <= len(counts) <= MOST_LABELS:
            raise ValueError(f"examples: there are {len(counts)} labels; 2 to {MOST_LABELS} are needed")
        if min(counts.values()) < LEAST_EACH:
            raise ValueError(f"examples: each label needs at least {LEAST_EACH} different texts")
        return self

    def different(self) -> dict[str, str]:
        """The label of each different text."""
        return dict(self._pairs())

    def _pairs(self) -> list[tuple[str, str]]:
        return [(" ".join(clean(one.text).split()), one.label) for one in self.examples]
