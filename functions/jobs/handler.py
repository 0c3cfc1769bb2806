"""/v1/jobs, and the steps of the state machine that touch no model."""

from functions.jobs.routes import ROUTES
from lectern.http.api import create_api
from lectern.http.gateway import create_api_handler
from lectern.jobs.entrance import STEPS, step_of

app = create_api("jobs", ROUTES)
handler = create_api_handler(app, lambda event, context: step_of(event, STEPS))
