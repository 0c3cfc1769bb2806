"""What the routes share: the gradebook, and what a path or a query says."""

from pydantic import BaseModel, ConfigDict

from lectern.errors import FieldError, InvalidRequest
from lectern.gradebook.book import Gradebook, shared
from lectern.gradebook.documents import Id
from lectern.http.api import Asked
from lectern.validation import validate

PAGE, MOST_PAGE = 50, 200
SECONDS = 15.0
"""How long one request works; API Gateway waits for 30."""


class _Named(BaseModel):
    model_config = ConfigDict(strict=True)

    id: Id


def book() -> Gradebook:
    """The gradebook. Raises StoreUnavailable where the settings name no table."""
    return shared()


def named(asked: Asked, name: str, *reserved: str) -> str:
    """The id in the path. Raises InvalidRequest for one that none can be, or that ends as another route does."""
    text = asked.path[name]
    try:
        validate(_Named, {"id": text})
    except InvalidRequest as error:
        raise _refused(("path", name), error.errors[0].msg) from None
    if text.endswith(reserved):
        raise _refused(("path", name), f"may not end with {' or '.join(reserved)}, which are paths of their own")
    return text


def limit_of(asked: Asked) -> int:
    """The query's `limit`. Raises InvalidRequest."""
    text = asked.query.get("limit", str(PAGE))
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= MOST_PAGE):
        raise _refused(("query", "limit"), f"must be a whole number from 1 to {MOST_PAGE}")
    return int(text)


def _refused(place: tuple[str, ...], message: str) -> InvalidRequest:
    return InvalidRequest("The request's address can't be accepted.", (FieldError(place, message),))
