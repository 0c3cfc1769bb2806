"""What a request brings beside its JSON: a body within limits, who asks, until when."""

import time
import uuid
from collections.abc import Sequence
from typing import Any

from fastapi import Request

from lectern.call import Call
from lectern.errors import BodyTooLarge, FieldError, InvalidRequest, Unauthenticated, UnsupportedMediaType
from lectern.principal import DEVELOPMENT, Principal, from_claims
from lectern.settings import settings

JSON = "application/json"


async def read_body(request: Request, takes: Sequence[str] = (JSON,)) -> bytes:
    """The body. Raises UnsupportedMediaType, or BodyTooLarge before more than the limit is held."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in takes:
        raise UnsupportedMediaType(f"The Content-Type must be {' or '.join(filter(None, takes))}.")
    limit, body = settings().max_body_bytes, bytearray()
    announced = request.headers.get("content-length", "")
    _check_size(int(announced) if announced.isdecimal() and len(announced) < 20 else 0, limit)
    async for chunk in request.stream():
        body += chunk
        _check_size(len(body), limit)
    return bytes(body)


def open_call(request: Request) -> Call:
    """The call that a request opens. Raises Unauthenticated, or InvalidRequest for a bad deadline."""
    principal, deadline = _principal(request), _deadline(request.headers.get("x-deadline-ms"))
    return Call(principal, request_id(request), student=principal.subject, deadline=deadline)


def request_id(request: Request) -> str:
    """API Gateway's id of the request, else a new one; the same one however often it is asked for."""
    known: str | None = _context(request).get("requestId") or request.scope.get("lectern.request_id")
    if known is None:
        known = request.scope["lectern.request_id"] = str(uuid.uuid4())
    return known


def in_lambda(request: Request) -> bool:
    """Whether this process serves one request at a time, so that blocking the event loop costs nobody."""
    return "aws.event" in request.scope


def _principal(request: Request) -> Principal:
    authorizer = _context(request).get("authorizer") or {}
    claims = (authorizer.get("jwt") or {}).get("claims")
    if claims:
        return from_claims(claims)
    if settings().environment == "local":
        return DEVELOPMENT
    raise Unauthenticated("The request carries no authorizer's claims.")


def _context(request: Request) -> dict[str, Any]:
    context: dict[str, Any] = request.scope.get("aws.event", {}).get("requestContext")
    return context or {}


def _deadline(milliseconds: str | None) -> float | None:
    if milliseconds is None:
        return None
    if not milliseconds.isascii() or not milliseconds.isdigit() or len(milliseconds) > 9:
        fault = FieldError(("header", "x-deadline-ms"), "must be a whole number of milliseconds")
        raise InvalidRequest("The deadline can't be read.", (fault,))
    return time.monotonic() + int(milliseconds) / 1000


def _check_size(size: int, limit: int) -> None:
    if size > limit:
        raise BodyTooLarge(f"The body has at least {size:,} bytes; the limit is {limit:,}.")
