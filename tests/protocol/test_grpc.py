"""The service over gRPC, by its own messages: values instead of bytes, and what can't be served."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from lectern.directory import Directory
from lectern.settings import settings
from lectern.store import open_store
from tests.protocol.conftest import IDS, TEXT

grpc = pytest.importorskip("grpc", reason="grpcio is not installed")

Infer = Callable[..., Any]


@pytest.fixture(scope="module")
def infer(api: Any) -> Iterator[Infer]:
    """ModelInfer with a request's fields."""
    from infra.local.rpc.schema import SERVICE, message
    from infra.local.rpc.server import grpc_server

    directory = Directory(open_store(settings().store), settings())
    with grpc_server(0, lambda: directory) as port, grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        call = channel.unary_unary(
            f"/{SERVICE}/ModelInfer",
            request_serializer=lambda request: request.SerializeToString(),
            response_deserializer=message("ModelInferResponse").FromString,
        )

        def asked(inputs: list[dict[str, Any]], timeout: float = 60, **fields: Any) -> Any:
            request = message("ModelInferRequest")(model_name="sentiment", inputs=inputs, **fields)
            return call(request, timeout=timeout)

        yield asked


def ids(**contents: Any) -> dict[str, Any]:
    return {"name": "input_ids", "datatype": "INT64", "shape": [1, 6], "contents": contents}


def text(*values: bytes, **changes: Any) -> dict[str, Any]:
    contents = {"bytes_contents": values}
    return {"name": "text", "datatype": "BYTES", "shape": [len(values)], "contents": contents} | changes


def test_values_in_values_out(infer: Infer) -> None:
    found = infer([ids(int64_contents=IDS)], id="a-1", outputs=[{"name": "logits"}])
    (output,) = found.outputs
    assert (found.id, list(output.shape), len(output.contents.fp32_contents)) == ("a-1", [1, 2], 2)
    assert not found.raw_output_contents
    (answer,) = infer([text(TEXT.encode())]).outputs[0].contents.bytes_contents
    assert json.loads(answer)["model"]["version"] == "1.0.0"


@pytest.mark.parametrize(
    ("inputs", "fields", "said"),
    [
        ([], {}, "There must be 1 to 16 inputs; there are 0"),
        ([ids(int64_contents=IDS)] * 2, {}, "the same name"),
        ([ids(int64_contents=IDS[1:])], {}, "asks for 6 values; there are 5"),
        ([ids(int_contents=IDS)], {}, "asks for 6 values; there are 0"),
        ([ids() | {"datatype": "FP16"}], {}, "should be 'BYTES', 'FP32', 'INT32' or 'INT64'"),
        ([ids() | {"shape": [-1, 6]}], {}, "greater than or equal to 0"),
        ([ids(int64_contents=IDS)], {"raw_input_contents": [b"", b""]}, "1 inputs, but the bytes of 2"),
        ([ids()], {"raw_input_contents": [b"123"]}, "asks for 48 bytes; there are 3"),
        ([text(b"a\xff")], {}, "not UTF-8"),
        ([text(b"a", shape=[2])], {}, "asks for 2 values; there are 1"),
    ],
)
def test_what_can_not_be_served(infer: Infer, inputs: list[dict[str, Any]], fields: dict[str, Any], said: str) -> None:
    with pytest.raises(grpc.RpcError) as raised:
        infer(inputs, **fields)
    assert raised.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert said in raised.value.details()


def test_too_much_and_too_late(infer: Infer) -> None:
    with pytest.raises(grpc.RpcError) as raised:
        infer([text(b"a" * 5_000_001)])
    assert raised.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    with pytest.raises(grpc.RpcError) as raised:
        infer([text(TEXT.encode())], timeout=0.0001)
    assert raised.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED


def test_a_port_that_somebody_has(api: Any) -> None:
    from infra.local.rpc.server import grpc_server

    with grpc_server(0) as port, pytest.raises(OSError, match="port"), grpc_server(port):
        pass
