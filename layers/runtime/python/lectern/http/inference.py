"""POST /v2/models/{model}/infer, by the live version or by one that the path names, for each model of a task."""

from collections.abc import Callable

from lectern.http.api import Asked, Raw, Route
from lectern.models import Models
from lectern.protocol import BASE, BYTES, JSON, WIRE
from lectern.protocol.body import HEADER, read, write
from lectern.protocol.documents import InferRequest, InferResponse
from lectern.protocol.infer import Inference, infer
from lectern.task import Task


def inference_routes(task: Task, models: Callable[[], Models]) -> list[Route]:
    """The routes of a task's models."""
    return [route for model in task.names for route in _routes(task, model, models)]


def _routes(task: Task, model: str, models: Callable[[], Models]) -> list[Route]:
    def act(asked: Asked) -> Raw:
        with asked.call.stage("read"):
            request, tensors = read(asked.body, asked.headers)
        outputs = [output.name for output in request.outputs or ()]
        inference = Inference(model, asked.path.get("version"), tensors, outputs)
        found = infer(task, inference, asked.call, models())
        content, json_size = write(request, found.model, found.version, found.tensors, request.id)
        headers = {} if json_size is None else {HEADER: str(json_size)}
        return Raw(content, JSON if json_size is None else BYTES, headers=headers)

    paths = (f"{BASE}/models/{model}/infer", f"{BASE}/models/{model}/versions/{{version}}/infer")
    return [Route("POST", path, act, InferRequest, InferResponse, takes=(*WIRE, ""), gives=WIRE) for path in paths]
