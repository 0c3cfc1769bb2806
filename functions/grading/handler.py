"""POST /v1/grade, and batches of answers."""

from lectern.handler import create_handler
from lectern.http.app import create_app

from functions.grading.task import TASK

app = create_app(TASK)
handler = create_handler(TASK, app)
