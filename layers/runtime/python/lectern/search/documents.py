"""What a collection holds: learning resources, each a text with an id."""

import hashlib
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from lectern.text import clean, visible

LONGEST_TEXT = 200_000
"""Characters of a document: about sixty pages."""


def _printable(text: str) -> str:
    if any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in text):
        raise ValueError("has control characters")
    return text


CollectionId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
DocumentId = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_printable)]
Title = Annotated[str, StringConstraints(max_length=200), AfterValidator(clean)]
Link = Annotated[str, StringConstraints(max_length=2_000, pattern=r"^(https?://\S+)?$")]
LongText = Annotated[str, StringConstraints(max_length=LONGEST_TEXT), AfterValidator(clean), AfterValidator(visible)]


class Document(BaseModel):
    """A learning resource. The title is read with every passage of the text; `url` is given back with a hit."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    id: DocumentId
    text: LongText
    title: Title = ""
    url: Link = ""

    @property
    def sha256(self) -> str:
        """Of all there is to it, so that the same again is known."""
        return hashlib.sha256(self.model_dump_json().encode("utf-8", "surrogatepass")).hexdigest()
