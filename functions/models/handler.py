"""/v1/models, /healthz, and what the Open Inference Protocol tells of servers and models."""

from functions.models.routes import ROUTES
from functions.models.task import no_event
from lectern.http.api import create_api
from lectern.http.gateway import create_api_handler

app = create_api("models", ROUTES)
handler = create_api_handler(app, no_event)
