"""Errors as RFC 9457 problem documents, for HTTP and for rows of a batch alike."""

from typing import Any

from lectern import errors
from lectern.errors import InvalidRequest, LecternError

STATUS: dict[type[LecternError], tuple[int, str]] = {
    errors.InvalidRequest: (422, "The request is not valid"),
    errors.MalformedJson: (400, "The body is not JSON"),
    errors.BodyTooLarge: (413, "The body is too large"),
    errors.UnsupportedMediaType: (415, "The body must be application/json"),
    errors.Unauthenticated: (401, "Nobody is signed in"),
    errors.Forbidden: (403, "Not allowed"),
    errors.NotFound: (404, "Not found"),
    errors.Conflict: (409, "Somebody else was first"),
    errors.Unavailable: (503, "Try again later"),
    errors.DeadlineExceeded: (504, "The deadline has passed"),
    errors.LecternError: (500, "Internal error"),
}
"""Error → status and title; an error without an entry takes its nearest ancestor's."""

RETRY_AFTER_SECONDS = 5


def status(error: LecternError) -> tuple[int, str]:
    """The HTTP status and the title of an error."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def problem(error: LecternError, request_id: str) -> dict[str, Any]:
    """The problem document of an error."""
    code, title = status(error)
    document = {
        "type": f"urn:lectern:problem:{_slug(type(error).__name__)}",
        "title": title,
        "status": code,
        "detail": error.detail,
        "request_id": request_id,
    }
    if isinstance(error, InvalidRequest) and error.errors:
        document["errors"] = [{"loc": list(fault.loc), "msg": fault.msg} for fault in error.errors]
    return document


def told(error: LecternError) -> str:
    """An error in one line, with the fields that are wrong."""
    faults = error.errors if isinstance(error, InvalidRequest) else ()
    said = "; ".join(f"{' '.join(map(str, fault.loc))}: {fault.msg}" if fault.loc else fault.msg for fault in faults)
    return f"{error.detail} {said}" if said and said not in error.detail else error.detail


def _slug(name: str) -> str:
    return "".join(f"-{c.lower()}" if c.isupper() else c for c in name).lstrip("-")
