"""A FastAPI application before its routes, and every error as a problem document (RFC 9457)."""

from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from lectern import __version__
from lectern.errors import LecternError, Unavailable
from lectern.http.incoming import request_id
from lectern.problem import RETRY_AFTER_SECONDS, problem, status
from lectern.protocol.failure import failure, speaks
from lectern.settings import settings

PROBLEM_MEDIA_TYPE = "application/problem+json"

NO_PATH = "Lectern has no such path, or not with this method."


def bare_app(name: str) -> FastAPI:
    """A function's application before its routes: documentation where settings say so, errors as problem documents."""
    docs = settings().docs
    return FastAPI(
        title=f"Lectern: {name}",
        version=__version__,
        docs_url="/docs" if docs else None,
        openapi_url="/openapi.json" if docs else None,
        redoc_url=None,
        exception_handlers={LecternError: refused, HTTPException: unrouted},
    )


def problem_response(error: LecternError, call_id: str, path: str = "") -> Response:
    """An error as a problem document, or as the protocol of the path has it; what may be tried again says when."""
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)} if isinstance(error, Unavailable) else {}
    if speaks(path):
        code, document = failure(error)
        return JSONResponse(document, code, headers | {"X-Request-Id": call_id})
    return JSONResponse(problem(error, call_id), status(error)[0], headers, PROBLEM_MEDIA_TYPE)


async def refused(request: Request, error: Exception) -> Response:
    """Our own errors, wherever they were raised."""
    assert isinstance(error, LecternError)
    return problem_response(error, request_id(request), request.url.path)


async def unrouted(request: Request, error: Exception) -> Response:
    """No such path or method: what the framework itself answers."""
    assert isinstance(error, HTTPException)
    if speaks(request.url.path):
        return JSONResponse({"error": NO_PATH}, error.status_code, error.headers)
    document = {
        "type": "about:blank",
        "title": HTTPStatus(error.status_code).phrase,
        "status": error.status_code,
        "detail": NO_PATH,
        "request_id": request_id(request),
    }
    return JSONResponse(document, error.status_code, error.headers, PROBLEM_MEDIA_TYPE)
