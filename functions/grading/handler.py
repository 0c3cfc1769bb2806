"""POST /v1/grade, batches of answers, and /v1/questions/{id}/pack."""

from functions.grading.task import TASK
from lectern.http.api import add_routes
from lectern.http.app import create_app
from lectern.http.handler import create_handler
from lectern.http.packs import pack_routes

app = create_app(TASK)
add_routes(app, TASK.name, pack_routes(TASK))
handler = create_handler(TASK, app)
