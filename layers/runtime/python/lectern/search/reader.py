"""Documents and queries, read by the embedding model of a release."""

from dataclasses import dataclass

from lectern.call import Call
from lectern.model import Model
from lectern.search.documents import Document
from lectern.search.passages import Piece, Place, pieces
from lectern.search.reading import Vector, is_unknown, pooled, row, token_ids, windows
from lectern.search.segment import Passage, Read

PASSAGE = 160
"""Tokens of a passage: some 120 words. What the model reads at once is 256, of which a title may take some."""

LONGEST_TITLE = 64
"""Tokens of a title that are read with each passage; the words of a longer one count all the same."""


@dataclass(frozen=True)
class Reader:
    """Reads with one release within one call's deadline. Every method raises DeadlineExceeded."""

    model: Model
    call: Call
    size: int = PASSAGE

    def query(self, text: str) -> tuple[Vector, bool]:
        """The vector (384,) of length 1 of a query, and whether the model can't read most of it."""
        tokens = token_ids(self.model.tokenizer, text)
        rows = windows(tokens, self.model.release.manifest.max_length)
        return pooled(rows, self.model.infer_all(rows, self.call)), is_unknown(text, tokens)

    def passages(self, document: Document) -> int:
        """How many passages a document makes."""
        return len(self._cut(document)[2])

    def read(self, document: Document) -> Read:
        """The passages of a document, each read after the title."""
        tokens, places, found = self._cut(document)
        title = token_ids(self.model.tokenizer, document.title)[:LONGEST_TITLE] if document.title else []
        rows = [row([*title, *tokens[piece.first : piece.last]]) for piece in found]
        vectors = self.model.infer_all(rows, self.call)
        passages = [
            Passage(*_place(document.text, places, piece), vector) for piece, vector in zip(found, vectors, strict=True)
        ]
        return Read(document, passages, is_unknown(document.text, tokens))

    def _cut(self, document: Document) -> tuple[list[int], list[Place], list[Piece]]:
        encoded = self.model.tokenizer.encode(document.text, add_special_tokens=False)
        return encoded.ids, encoded.offsets, pieces(document.text, encoded.offsets, self.size)


def _place(text: str, places: list[Place], piece: Piece) -> tuple[int, int]:
    """The characters of a piece; all of them where a text has no token, as U+FFFD has none."""
    if piece.first == piece.last:
        return 0, len(text)
    return places[piece.first][0], places[piece.last - 1][1]
