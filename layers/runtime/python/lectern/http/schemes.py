"""POST, GET and DELETE /v1/schemes, beside the route of the function that classifies by them; for teachers."""

from collections.abc import Callable, Sequence

from pydantic import BaseModel

from lectern.http.api import Asked, Route, for_teachers
from lectern.models import Models
from lectern.models import shared as shared_models
from lectern.schemes.pack import SchemeFacts
from lectern.schemes.repository import Schemes
from lectern.schemes.repository import shared as shared_schemes
from lectern.schemes.request import SchemeRequest
from lectern.schemes.service import create_scheme


class SchemeNames(BaseModel):
    """The names of all schemes of the tenant, and of those that come with Lectern."""

    schemes: list[str]
    built_in: list[str]


class SchemeErased(BaseModel):
    """The scheme that is no more."""

    erased: str


def scheme_routes(
    embedder: str,
    taken: Sequence[str],
    models: Callable[[], Models] = shared_models,
    schemes: Callable[[], Schemes] = shared_schemes,
) -> list[Route]:
    """The routes of the schemes of the caller's tenant; `taken` are the names of schemes that are models."""

    def post(asked: Asked) -> SchemeFacts:
        """Make a scheme of labels out of examples."""
        return create_scheme(embedder, taken, asked.body, asked.call, models(), schemes()).facts()

    def names(asked: Asked) -> SchemeNames:
        """The schemes that there are."""
        return SchemeNames(schemes=schemes().names(asked.tenant), built_in=list(taken))

    def get(asked: Asked) -> SchemeFacts:
        """A scheme of one's own: its labels, and how well they are told apart."""
        return schemes().get(asked.tenant, asked.path["name"]).facts()

    def delete(asked: Asked) -> SchemeErased:
        """Erase a scheme."""
        schemes().delete(asked.tenant, asked.path["name"])
        return SchemeErased(erased=asked.path["name"])

    routes = [
        Route("POST", "/v1/schemes", post, SchemeRequest, SchemeFacts),
        Route("GET", "/v1/schemes", names, response=SchemeNames),
        Route("GET", "/v1/schemes/{name}", get, response=SchemeFacts),
        Route("DELETE", "/v1/schemes/{name}", delete, response=SchemeErased),
    ]
    return for_teachers(routes)
