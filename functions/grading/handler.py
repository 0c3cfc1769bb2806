"""POST /v1/grade, batches of answers, and /v1/questions/{id}/pack."""

from functions.grading.task import TASK
from lectern.http.app import create_app
from lectern.http.handler import create_handler
from lectern.http.packs import add_pack_routes

app = create_app(TASK)
add_pack_routes(app, TASK)
handler = create_handler(TASK, app)
