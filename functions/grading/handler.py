"""POST /v1/grade, and batches of answers."""

from functions.grading.task import TASK
from lectern.handler import create_handler
from lectern.http.app import create_app

app = create_app(TASK)
handler = create_handler(TASK, app)
