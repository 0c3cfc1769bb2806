"""Semantic roles as pure functions: a text's sentences are read once for predicates, and once more for each of them."""

from collections.abc import Iterator, Sequence
from typing import Any

from tokenizers import Tokenizer

from functions.roles.frames import Frame, frame, is_marked, marked, predicates, transitions_of
from functions.roles.reading import Words, first_word, sentence_rows, words_of
from functions.roles.rows import WordReader
from functions.roles.schemas import Argument, Predicate, RolesRequest, RolesResponse
from lectern.errors import FieldError, InvalidRequest
from lectern.labels import UNREADABLE, is_unreadable
from lectern.manifest import Manifest
from lectern.model import Encoding
from lectern.phrases import Span
from lectern.task import Logits, Rows, Task

MOST_TOKENS = 60_000
"""Tokens to read for one request, a sentence again for each of its predicates: some five seconds. Twenty thousand
characters of prose come to half of it.
"""

IN_PARTS = "A sentence is longer than {} tokens and was read in parts; no argument reaches from one into another."


def encode(request: RolesRequest, tokenizer: Tokenizer, manifest: Manifest) -> list[Encoding]:
    """The sentences without a mark; none, where the model can't read the text."""
    words = words_of(request.text)
    known = [request.text[place.start : place.end] for place in words.places]
    reader, rows = WordReader(tokenizer), list[Encoding]()
    for sentence in words.sentences:
        part = known[sentence.start : sentence.end]
        rows += sentence_rows(part, sentence.start, reader, manifest.max_length)
    tokens = [token for row in rows for token in row.input_ids[1:-1]]
    return [] if is_unreadable(request.text, tokens) else rows


def then(request: RolesRequest, rows: Rows, logits: Logits, manifest: Manifest) -> list[Encoding]:
    """Each sentence again for each predicate that was found in it, which is marked.

    Raises:
        InvalidRequest: there would be too much to read.
    """
    more = [one for row, found in zip(rows, logits, strict=True) for one in marked(row, predicates(row, found))]
    tokens = sum(len(row.input_ids) for row in [*rows, *more])
    if tokens > MOST_TOKENS:
        told = f"has {len(more)} predicates, with {tokens} tokens to read for them; the limit is {MOST_TOKENS}"
        raise InvalidRequest("The text is too much for one request.", (FieldError(("text",), told),))
    return more


def postprocess(request: RolesRequest, rows: Rows, logits: Logits, manifest: Manifest) -> dict[str, Any]:
    """The predicates by the marked rows, sentence after sentence."""
    words, roles, transitions = words_of(request.text), manifest.labels, transitions_of(manifest)
    read = [(row, scores) for row, scores in zip(rows, logits, strict=True) if is_marked(row)]
    return {
        "tokens": [request.text[place.start : place.end] for place in words.places],
        "predicates": [
            _predicate(request.text, words.places, first_word(row), frame(row, scores, roles, transitions), roles)
            for row, scores in read
        ],
        "warnings": list(_warnings(words, rows, manifest)),
    }


def _predicate(text: str, places: Sequence[Span], first: int, found: Frame, roles: Sequence[str]) -> Predicate:
    """A frame of a row whose first word is the text's word number `first`."""
    arguments = []
    for role, start, end in found.spans:
        written = text[places[first + start].start : places[first + end - 1].end]
        arguments.append(Argument(role=roles[role], start=first + start, end=first + end, text=written))
    return Predicate(token=first + found.predicate, arguments=arguments)


def _warnings(words: Words, rows: Rows, manifest: Manifest) -> Iterator[str]:
    if not rows:
        yield UNREADABLE
    if sum(not is_marked(row) for row in rows) > len(words.sentences):
        yield IN_PARTS.format(manifest.max_length - 2)


TASK = Task("roles", "roles", "/v1/roles", RolesRequest, RolesResponse, encode, postprocess, then=then)
