"""docs/openapi.json: written anew, read, and served."""

import json
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import FileResponse, HTMLResponse
from starlette.exceptions import HTTPException

from lectern.http.bare import unrouted

PATH = Path(__file__).parents[2] / "docs/openapi.json"


def written(document: dict[str, Any]) -> str:
    """The document as text."""
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def page_app() -> FastAPI:
    """An application that shows the document of the whole API."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, exception_handlers={HTTPException: unrouted})

    def openapi() -> FileResponse:
        return FileResponse(PATH, media_type="application/json")

    def docs() -> HTMLResponse:
        return get_swagger_ui_html(openapi_url="/openapi.json", title="Lectern")

    app.get("/openapi.json", response_model=None)(openapi)
    app.get("/docs", response_model=None)(docs)
    return app
