"""POST /v1/answer, and batches of questions."""

from functions.answer.task import TASK
from lectern.http.app import create_app
from lectern.http.handler import create_handler

app = create_app(TASK)
handler = create_handler(TASK, app)
