"""The contract of POST /v1/roles."""

from pydantic import BaseModel, Field

from lectern.schemas import Request, Response
from lectern.text import VisibleText


class RolesRequest(Request):
    """An English text, read sentence by sentence."""

    text: VisibleText


class Argument(BaseModel):
    """What plays `role`: the tokens from `start` to before `end`, and `text` as it is written there."""

    role: str = Field(description="As in PropBank: ARG0 (who does it), ARG1 (what it is done to), ARGM-TMP (when), …")
    start: int = Field(description="Index of the first token.")
    end: int = Field(description="Index after the last token: exclusive.")
    text: str


class Predicate(BaseModel):
    """A word that says what happens or what is so, and its arguments in their order."""

    token: int = Field(description="Index of the predicate's token.")
    arguments: list[Argument]


class RolesResponse(Response):
    """The text's tokens, words and punctuation as in a treebank (`don't` is `do`, `n't`), and its predicates in their
    order. Indices count from 0 over the tokens of the whole text.
    """

    tokens: list[str]
    predicates: list[Predicate]
