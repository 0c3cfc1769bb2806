"""/v1/classes, /v1/questions, /v1/grades, /v1/reviews, /v1/regrades, /v1/exports and /v1/imports."""

from functions.gradebook.routes import ROUTES
from functions.gradebook.task import no_event
from lectern.http.api import create_api
from lectern.http.gateway import create_api_handler

app = create_api("gradebook", ROUTES)
handler = create_api_handler(app, no_event)
