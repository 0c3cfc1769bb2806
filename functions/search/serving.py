"""The routes beside /v1/embed. Whoever is signed in may look; teachers change what is there."""

from functions.search import collecting
from functions.search.finding import search
from functions.search.schemas import (
    CollectionList,
    CollectionRequest,
    CollectionView,
    DocumentList,
    DocumentsRequest,
    DocumentView,
    Removed,
    SearchRequest,
    SearchResponse,
)
from lectern.http.api import Route, for_teachers

_COLLECTION = "/v1/collections/{collection}"
_DOCUMENT = f"{_COLLECTION}/documents/{{document:path}}"

ROUTES = [
    Route("POST", "/v1/search", search, SearchRequest, SearchResponse),
    Route(
        "GET", "/v1/collections", collecting.list_collections, response=CollectionList, parameters=("limit", "cursor")
    ),
    Route("GET", _COLLECTION, collecting.get_collection, response=CollectionView),
    Route(
        "GET",
        f"{_COLLECTION}/documents",
        collecting.list_documents,
        response=DocumentList,
        parameters=("limit", "cursor"),
    ),
    Route("GET", _DOCUMENT, collecting.get_document, response=DocumentView),
    *for_teachers(
        [
            Route("PUT", _COLLECTION, collecting.put_collection, CollectionRequest, CollectionView),
            Route("DELETE", _COLLECTION, collecting.delete_collection, response=Removed),
            Route("POST", f"{_COLLECTION}/documents", collecting.post_documents, DocumentsRequest, CollectionView),
            Route("DELETE", _DOCUMENT, collecting.delete_document, response=Removed),
        ]
    ),
]
