"""What POST /v1/search does: the query becomes a vector and words, both rank the documents, and the best are told."""

from collections.abc import Sequence

import numpy as np

from functions.search.incoming import collections, model_of
from functions.search.schemas import Hit, SearchRequest, SearchResponse
from lectern.http.api import Asked
from lectern.schemas import Passage
from lectern.search.fusion import DEPTH, Fused, fused
from lectern.search.index import Found, Index, Ranks
from lectern.search.reader import Reader
from lectern.search.reading import Vector, unit
from lectern.search.words import words
from lectern.validation import validate

UNKNOWN = "The query is mostly in a script or in characters that the model does not know: only its words can be found."


def search(asked: Asked) -> SearchResponse:
    """The documents of a collection that answer a query best."""
    request = validate(SearchRequest, asked.body)
    opened = collections().open(asked.tenant, request.collection)
    head, index = opened.head, opened.index
    reader = Reader(model_of(asked, head.model, request.version), asked.call)
    with asked.call.stage("embed"):
        vector, unknown = reader.query(request.query) if request.vector is None else (_given(request), False)
    with asked.call.stage("rank"):
        hits = [_hit(index, best, vector) for best in ranked(index, request, vector)[: request.k]]
    return SearchResponse(
        model=head.model,
        request_id=asked.call.request_id,
        warnings=[UNKNOWN] if unknown else [],
        collection=head.id,
        revision=head.revision,
        hits=hits,
    )


def ranked(index: Ranks, request: SearchRequest, vector: Vector) -> Sequence[Found | Fused]:
    """The best documents by what the request asks for."""
    depth = max(request.k, DEPTH)
    if request.by == "meaning":
        return index.by_meaning(vector, depth)
    by_words = index.by_words(words(request.query), depth)
    return by_words if request.by == "words" else fused(index.by_meaning(vector, depth), by_words)


def _given(request: SearchRequest) -> Vector:
    return unit(np.array(request.vector, dtype=np.float32))


def _hit(index: Index, best: Found | Fused, vector: Vector) -> Hit:
    document, (start, end) = index.document(best.document), index.place(best.passage)
    return Hit(
        document_id=document.id,
        title=document.title,
        url=document.url,
        passage=Passage(start=start, end=end),
        text=document.text[start:end],
        score=best.score,
        similarity=index.similarity(best.passage, vector),
    )
