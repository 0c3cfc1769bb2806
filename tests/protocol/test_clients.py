"""Clients that nobody here wrote: Triton's own, over HTTP and over gRPC, against the application in a real server."""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from lectern.directory import Directory
from lectern.settings import settings
from lectern.store import open_store
from tests.patience import PATIENCE
from tests.protocol.conftest import IDS, TEXT

triton = pytest.importorskip("tritonclient.utils", reason="tritonclient[http,grpc] is not installed")


@pytest.fixture(scope="module", params=["http", "grpc"])
def wire(request: pytest.FixtureRequest, port: int) -> Iterator[tuple[Any, Any]]:
    """The client's module, and a client."""
    if request.param == "http":
        import tritonclient.http as http

        with http.InferenceServerClient(f"127.0.0.1:{port}", network_timeout=PATIENCE) as client:
            yield http, client
        return
    import tritonclient.grpc as grpc

    from infra.local.rpc.server import grpc_server

    directory = Directory(open_store(settings().store), settings())
    with grpc_server(0, lambda: directory) as bound, grpc.InferenceServerClient(f"127.0.0.1:{bound}") as client:
        yield grpc, client


def ids(module: Any, rows: Any, name: str = "input_ids") -> Any:
    values = np.array(rows, np.int64)
    found = module.InferInput(name, list(values.shape), "INT64")
    found.set_data_from_numpy(values)
    return found


def text(module: Any, value: bytes, name: str = "text") -> Any:
    found = module.InferInput(name, [1], "BYTES")
    found.set_data_from_numpy(np.array([value], dtype=object))
    return found


def test_the_server_and_its_models(wire: tuple[Any, Any]) -> None:
    module, client = wire
    assert client.is_server_live() and client.is_model_ready("sentiment") and client.is_model_ready("bloom", "1.0.0")
    assert not client.is_model_ready("none") and not client.is_model_ready("sentiment", "9.9.9")
    as_json = {"as_json": True} if module.__name__.endswith("grpc") else {}
    assert client.get_server_metadata(**as_json)["name"] == "lectern"
    found = client.get_model_metadata("sentiment", **as_json)
    assert (found["name"], found["platform"]) == ("sentiment", "onnxruntime_onnx")
    assert {"name": "logits", "datatype": "FP32"}.items() <= found["outputs"][0].items()
    assert [int(size) for size in found["outputs"][0]["shape"]] == [-1, 2]


def test_logits(wire: tuple[Any, Any], client: Any) -> None:
    module, remote = wire
    result = remote.infer("sentiment", [ids(module, [IDS, IDS])], request_id="a-1")
    logits = result.as_numpy("logits")
    assert (logits.shape, logits.dtype) == ((2, 2), np.float32)
    shape = {"name": "input_ids", "datatype": "INT64", "shape": [1, 6], "data": IDS}
    own = client.post("/v2/models/sentiment/infer", json={"inputs": [shape]}).json()
    assert logits[0].tolist() == pytest.approx(own["outputs"][0]["data"], abs=1e-6)
    response = result.get_response()
    told = response if isinstance(response, dict) else {"id": response.id, "model_version": response.model_version}
    assert (told["id"], told["model_version"]) == ("a-1", "1.0.0")


def test_texts_and_an_output_that_is_asked_for(wire: tuple[Any, Any]) -> None:
    module, client = wire
    outputs = [module.InferRequestedOutput("response")]
    result = client.infer("sentiment", [text(module, TEXT.encode())], model_version="1.0.0", outputs=outputs)
    (answer,) = result.as_numpy("response")
    assert json.loads(answer)["model"]["name"] == "sentiment"


def test_json_instead_of_bytes(wire: tuple[Any, Any]) -> None:
    module, client = wire
    if module.__name__.endswith("grpc"):
        pytest.skip("over gRPC this client sends bytes alone")
    given = module.InferInput("text", [1], "BYTES")
    given.set_data_from_numpy(np.array([TEXT], dtype=object), binary_data=False)
    outputs = [module.InferRequestedOutput("response", binary_data=False)]
    (answer,) = client.infer("sentiment", [given], outputs=outputs).as_numpy("response")
    assert json.loads(answer)["label"] in ("negative", "positive")


@pytest.mark.parametrize(
    ("model", "version", "name", "status", "said"),
    [
        ("none", "", "input_ids", ("404", "NOT_FOUND"), "No function here answers for this model."),
        ("sentiment", "9.9.9", "input_ids", ("404", "NOT_FOUND"), "has no version 9.9.9"),
        ("sentiment", "", "zebra", ("400", "INVALID_ARGUMENT"), "the inputs are input_ids"),
    ],
)
def test_errors(wire: tuple[Any, Any], model: str, version: str, name: str, status: tuple[str, str], said: str) -> None:
    module, client = wire
    with pytest.raises(triton.InferenceServerException) as raised:
        client.infer(model, [ids(module, [IDS], name)], model_version=version)
    assert said in raised.value.message()
    assert raised.value.status().removeprefix("StatusCode.") in status


def test_a_text_that_is_no_utf_8(wire: tuple[Any, Any]) -> None:
    module, client = wire
    with pytest.raises(triton.InferenceServerException, match="not UTF-8"):
        client.infer("sentiment", [text(module, b"a\xff")])
