"""POST /v1/embed, batches of texts to embed, POST /v1/search, and /v1/collections."""

from functions.search.serving import ROUTES
from functions.search.task import TASK
from lectern.http.api import add_routes
from lectern.http.app import create_app
from lectern.http.handler import create_handler

app = create_app(TASK)
add_routes(app, TASK.name, ROUTES)
handler = create_handler(TASK, app)
