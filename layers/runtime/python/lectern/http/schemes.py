"""POST, GET and DELETE /v1/schemes, beside the route of the function that classifies by them; for teachers."""

from collections.abc import Callable, Sequence

from pydantic import BaseModel, ConfigDict

from lectern.errors import InvalidRequest
from lectern.http.api import Asked, Route, for_teachers
from lectern.http.paging import refused
from lectern.models import Models
from lectern.models import shared as shared_models
from lectern.schemes.pack import SchemeFacts
from lectern.schemes.repository import Schemes
from lectern.schemes.repository import shared as shared_schemes
from lectern.schemes.request import SchemeName, SchemeRequest
from lectern.schemes.service import create_scheme
from lectern.validation import validate


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
        return schemes().get(asked.tenant, _name(asked)).facts()

    def delete(asked: Asked) -> SchemeErased:
        """Erase a scheme."""
        schemes().delete(asked.tenant, _name(asked))
        return SchemeErased(erased=_name(asked))

    routes = [
        Route("POST", "/v1/schemes", post, SchemeRequest, SchemeFacts),
        Route("GET", "/v1/schemes", names, response=SchemeNames),
        Route("GET", "/v1/schemes/{name}", get, response=SchemeFacts),
        Route("DELETE", "/v1/schemes/{name}", delete, response=SchemeErased),
    ]
    return for_teachers(routes)


class _Named(BaseModel):
    model_config = ConfigDict(strict=True)

    name: SchemeName


def _name(asked: Asked) -> str:
    """The name in the path. Raises InvalidRequest for one that no scheme can have."""
    try:
        return validate(_Named, asked.path).name
    except InvalidRequest as error:
        raise refused(("path", "name"), error.errors[0].msg) from None
