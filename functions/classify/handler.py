"""POST /v1/classify, batches of texts, and /v1/schemes."""

from functions.classify.task import EMBEDDER, SCHEMES, TASK
from lectern.http.api import add_routes
from lectern.http.app import create_app
from lectern.http.handler import create_handler
from lectern.http.schemes import scheme_routes

app = create_app(TASK)
add_routes(app, TASK.name, scheme_routes(EMBEDDER, SCHEMES))
handler = create_handler(TASK, app)
