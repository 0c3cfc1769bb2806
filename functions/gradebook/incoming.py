"""What the routes share: the gradebook, and what a path or a query says."""

from pydantic import BaseModel, ConfigDict

from lectern.errors import InvalidRequest
from lectern.gradebook.book import Gradebook, shared
from lectern.gradebook.documents import Id
from lectern.http.api import Asked
from lectern.http.paging import refused
from lectern.validation import validate

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
        raise refused(("path", name), error.errors[0].msg) from None
    if text.endswith(reserved):
        raise refused(("path", name), f"may not end with {' or '.join(reserved)}, which are paths of their own")
    return text
