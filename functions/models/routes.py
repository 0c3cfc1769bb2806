"""The routes of the function. Whoever is signed in may look; health is told to anybody (infra/routes.py)."""

from functions.models import protocol, task
from functions.models.schemas import Health, Live, ModelList, ModelReady, ModelView, Ready
from lectern.http.api import Route
from lectern.protocol import BASE, WIRE
from lectern.protocol.described import ModelMetadata, ServerMetadata
from lectern.protocol.documents import InferRequest, InferResponse

_MODEL = f"{BASE}/models/{{model}}"
_VERSION = f"{_MODEL}/versions/{{version}}"

ROUTES = [
    Route("GET", "/healthz", task.get_health, response=Health),
    Route("GET", "/v1/models", task.list_models, response=ModelList),
    Route("GET", "/v1/models/{model}", task.get_model, response=ModelView, parameters=("limit", "cursor")),
    Route("GET", BASE, protocol.server, response=ServerMetadata),
    Route("GET", f"{BASE}/health/live", protocol.live, response=Live),
    Route("GET", f"{BASE}/health/ready", protocol.ready, response=Ready),
    *(Route("GET", path, protocol.model, response=ModelMetadata) for path in (_MODEL, _VERSION)),
    *(Route("GET", f"{path}/ready", protocol.model_ready, response=ModelReady) for path in (_MODEL, _VERSION)),
    *(
        Route(
            "POST",
            f"{path}/infer",
            protocol.served_elsewhere,
            InferRequest,
            InferResponse,
            takes=(*WIRE, ""),
            gives=WIRE,
        )
        for path in (_MODEL, _VERSION)
    ),
]
