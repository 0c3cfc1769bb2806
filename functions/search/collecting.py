"""What the routes of collections do."""

import bisect

from functions.search.incoming import collections, live_model, model_of, named, reference_of
from functions.search.schemas import (
    CollectionList,
    CollectionRequest,
    CollectionView,
    DocumentList,
    DocumentsRequest,
    DocumentView,
    Removed,
)
from lectern.errors import FieldError, InvalidRequest, UnknownCollection
from lectern.http.api import Asked
from lectern.http.paging import limit_of
from lectern.model import LoadedModel
from lectern.search.documents import Document
from lectern.search.heads import Head
from lectern.search.index import Index
from lectern.search.reader import Reader
from lectern.search.segment import Read
from lectern.validation import validate

MOST_PASSAGES = 600
"""Passages that one request adds: about ten seconds of the model."""


def put_collection(asked: Asked) -> CollectionView:
    """Create a collection or rename it, and add documents to it; the same again changes nothing."""
    collection, request = named(asked, "collection"), validate(CollectionRequest, asked.body)
    known = collections().heads.find(asked.tenant, collection)
    there = known if known and not known.is_deleted else None
    model = model_of(asked, there.model, request.version) if there else live_model(asked, request.version)
    read = _read(asked, there, model, request.documents)
    by = asked.call.principal.subject
    return _written(asked, collections().create(asked.tenant, collection, request.title, reference_of(model), by), read)


def post_documents(asked: Asked) -> CollectionView:
    """Add documents, or replace those with their ids; the same again changes nothing."""
    collection, request = named(asked, "collection"), validate(DocumentsRequest, asked.body)
    head = collections().heads.get(asked.tenant, collection)
    read = _read(asked, head, model_of(asked, head.model, request.version), request.documents)
    return _written(asked, head, read)


def get_collection(asked: Asked) -> CollectionView:
    """What there is to know of a collection."""
    return _view(collections().heads.get(asked.tenant, named(asked, "collection")))


def list_collections(asked: Asked) -> CollectionList:
    """A page of the tenant's collections."""
    page = collections().heads.page(asked.tenant, limit_of(asked), asked.query.get("cursor"))
    return CollectionList(collections=[_view(head) for head in page.heads], cursor=page.cursor)


def delete_collection(asked: Asked) -> Removed:
    """Erase a collection and everything in it."""
    collection = named(asked, "collection")
    collections().delete(asked.tenant, collection)
    return Removed(removed=collection)


def list_documents(asked: Asked) -> DocumentList:
    """A page of a collection's documents; the cursor is the last one's id."""
    index, limit = _index(asked), limit_of(asked)
    ids, after = sorted(index.entries), asked.query.get("cursor")
    start = bisect.bisect_right(ids, after) if after is not None else 0
    wanted = ids[start : start + limit]
    more = start + limit < len(ids)
    return DocumentList(documents=[_document(index, name) for name in wanted], cursor=wanted[-1] if more else None)


def get_document(asked: Asked) -> DocumentView:
    """A document with its text."""
    index, name = _index(asked), named(asked, "document")
    view = _document(index, name)
    known = index.known(name)
    return view.model_copy(update={"text": known[0].text if known else None})


def delete_document(asked: Asked) -> Removed:
    """Erase a document; where it is gone already, nothing happens."""
    collection, name = named(asked, "collection"), named(asked, "document")
    head = collections().heads.get(asked.tenant, collection)
    collections().change(asked.tenant, head, removed=[name], by=asked.call.principal.subject)
    return Removed(removed=name)


def _read(asked: Asked, head: Head | None, model: LoadedModel, documents: list[Document]) -> dict[int, Read]:
    """The documents that are not in the collection as they are, by their places in the request."""
    index = collections().open(asked.tenant, head.id).index if head else Index(())
    new = {n: document for n, document in enumerate(documents) if index.digest(document.id) != document.sha256}
    reader = Reader(model, asked.call)
    _check_size(sum(map(reader.passages, new.values())))
    with asked.call.stage("embed"):
        return {number: reader.read(document) for number, document in new.items()}


def _written(asked: Asked, head: Head, read: dict[int, Read]) -> CollectionView:
    """The collection with what was read, which is there all at once or not at all."""
    by = asked.call.principal.subject
    written = collections().change(asked.tenant, head, list(read.values()), by=by) if read else head
    return _view(written).model_copy(update={"warnings": _warnings(read)})


def _check_size(passages: int) -> None:
    if passages > MOST_PASSAGES:
        fault = FieldError(("documents",), f"make {passages:,} passages; the limit of one request is {MOST_PASSAGES}")
        raise InvalidRequest("The documents are too long for one request; send them in several.", (fault,))


def _warnings(read: dict[int, Read]) -> list[str]:
    said = "is mostly in a script or in characters that the model does not know: only its words can be found."
    return [f"documents.{number} {said}" for number, one in read.items() if one.unknown]


def _index(asked: Asked) -> Index:
    return collections().open(asked.tenant, named(asked, "collection")).index


def _document(index: Index, name: str) -> DocumentView:
    known = index.known(name)
    if known is None:
        raise UnknownCollection("The collection has no such document.")
    document, passages = known
    size = len(document.text)
    return DocumentView(document_id=name, title=document.title, url=document.url, characters=size, passages=passages)


def _view(head: Head) -> CollectionView:
    return CollectionView(collection=head.id, **head.model_dump())
