"""The contract of POST /v1/embed, POST /v1/search and /v1/collections."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, field_validator

from lectern.schemas import Passage, Request, Response
from lectern.search.documents import CollectionId, Document, DocumentId, Title
from lectern.search.reading import WIDTH
from lectern.text import VisibleText, clean, visible

MOST_TEXTS, MOST_DOCUMENTS, MOST_HITS = 100, 500, 100
LONGEST_QUERY = 4_000


class EmbedRequest(Request):
    """Texts to embed."""

    texts: list[VisibleText] = Field(min_length=1, max_length=MOST_TEXTS)


class EmbedResponse(Response):
    """A vector of length 1 for each text, in the same order: the cosine of two is their product."""

    vectors: list[list[float]]


Query = Annotated[str, StringConstraints(max_length=LONGEST_QUERY), AfterValidator(clean), AfterValidator(visible)]


class SearchRequest(Request):
    """What is looked for, and where."""

    query: Query
    collection: CollectionId
    k: int = Field(default=10, ge=1, le=MOST_HITS)
    by: Literal["both", "meaning", "words"] = Field(
        default="both", description="Vectors, words (BM25), or both rankings together."
    )
    vector: list[Annotated[float, Field(allow_inf_nan=False)]] | None = Field(
        default=None, description=f"The query's vector of {WIDTH} numbers, where /v1/embed gave it before."
    )

    @field_validator("vector")
    @classmethod
    def _has_a_direction(cls, vector: list[float] | None) -> list[float] | None:
        if vector is not None and len(vector) != WIDTH:
            raise ValueError(f"must have {WIDTH} numbers; it has {len(vector)}")
        if vector is not None and not 1e-6 < sum(min(abs(number), 1e6) for number in vector) < 1e6:
            raise ValueError("has no direction: it is nearly zero, or far too long")
        return vector


class Hit(BaseModel):
    """A document, by the passage of it that answers best. `passage` says where in its text `text` stands.

    `score` orders the hits of one search and means nothing else; `similarity` is the cosine of query and passage.
    """

    document_id: str
    title: str
    url: str
    passage: Passage
    text: str
    score: float
    similarity: float


class SearchResponse(Response):
    """The best first, one hit for each document. `revision` is the collection's that was searched."""

    collection: str
    revision: int
    hits: list[Hit]


class CollectionRequest(Request):
    """A collection to create or to rename, and documents to add to it or to replace in it."""

    title: Title = ""
    documents: list[Document] = Field(default=[], max_length=MOST_DOCUMENTS)

    _different = field_validator("documents")(lambda documents: _different(documents))


class DocumentsRequest(Request):
    """Documents to add; one with a known id takes the place of the one before."""

    documents: list[Document] = Field(min_length=1, max_length=MOST_DOCUMENTS)

    _different = field_validator("documents")(lambda documents: _different(documents))


def _different(documents: list[Document]) -> list[Document]:
    seen: dict[str, int] = {}
    for number, document in enumerate(documents):
        if document.id in seen:
            raise ValueError(f"documents {seen[document.id]} and {number} have the same id")
        seen[document.id] = number
    return documents


class CollectionView(BaseModel):
    """A collection. `revision` is another one after every change; vectors are by `model`, as long as it lives."""

    model_config = ConfigDict(extra="ignore")

    collection: str
    title: str
    documents: int
    passages: int
    revision: int
    model: dict[str, Any]
    created_at: str
    changed_at: str
    warnings: list[str] = []


class CollectionList(BaseModel):
    """Collections by id; `cursor` asks for the next page."""

    collections: list[CollectionView]
    cursor: str | None


class DocumentView(BaseModel):
    """A document of a collection; its text where one alone is asked for."""

    document_id: DocumentId
    title: str
    url: str
    characters: int
    passages: int
    text: str | None = None


class DocumentList(BaseModel):
    """Documents by id; `cursor` asks for the next page."""

    documents: list[DocumentView]
    cursor: str | None


class Removed(BaseModel):
    """The id of what is no longer there."""

    removed: str
