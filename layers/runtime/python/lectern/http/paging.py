"""How many entries a page of a list shall have."""

from lectern.errors import FieldError, InvalidRequest
from lectern.http.api import Asked

PAGE, MOST_PAGE = 50, 200


def limit_of(asked: Asked, page: int = PAGE, most: int = MOST_PAGE) -> int:
    """The query's `limit`, else `page`. Raises InvalidRequest for none from 1 to `most`."""
    text = asked.query.get("limit", str(page))
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= most):
        raise refused(("query", "limit"), f"must be a whole number from 1 to {most}")
    return int(text)


def refused(place: tuple[str, ...], message: str) -> InvalidRequest:
    """A fault in the path or in the query."""
    return InvalidRequest("The request's address can't be accepted.", (FieldError(place, message),))
