"""Whatever is wrong with a request is told in the protocol's way, and repeats nothing of it."""

import json
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from lectern.release import Release
from tests.http.conftest import REQUEST
from tests.protocol.conftest import IDS, TEXT, Ask, packed, tensor, texts, tokens
from tests.protocol.test_infer import binary, golden

TOKENS = tokens(IDS)["inputs"]
ZEROS = tensor("token_type_ids", "INT32", [1, 6], [0] * 6)


def given(*inputs: dict[str, Any]) -> dict[str, Any]:
    return {"inputs": list(inputs)}


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({}, "inputs: Field required"),
        ({"inputs": []}, "at least 1 item"),
        ({"inputs": "zebra"}, "valid array"),
        ([], "should be an object"),
        (tokens(IDS, zebra=1), "unknown field"),
        (tokens(IDS, id="x" * 201), "at most 200 characters; it has 201"),
        (given(tensor("zebra", "INT64", [1, 1], [1])), "a name that the model does not know; the inputs are input_ids"),
        (given(ZEROS), "input_ids is missing"),
        (given(*TOKENS, *TOKENS), "Two inputs have the same name"),
        (given(tensor("input_ids", "FP64", [1, 1], [1])), "should be 'BYTES', 'FP32', 'INT32' or 'INT64'"),
        (given(tensor("input_ids", "FP32", [1, 1], [1.5])), "input_ids must be INT32 or INT64"),
        (given(tensor("input_ids", "BYTES", [1, 1], ["zebra"])), "input_ids must be INT32 or INT64"),
        (given(tensor("input_ids", "INT64", [6], IDS)), "must have the shape [rows, columns]"),
        (given(tensor("input_ids", "INT64", [1, 1, 6], IDS)), "must have the shape [rows, columns]"),
        (given(tensor("input_ids", "INT64", [1, 7], IDS)), "The shape asks for 7 values; there are 6"),
        (given(tensor("input_ids", "INT64", [2, 3], [IDS[:2], IDS[2:]])), "asks for 3 values; there are 2"),
        (given(tensor("input_ids", "INT64", [-1, 6], IDS)), "greater than or equal to 0"),
        (given(tensor("input_ids", "INT64", [0, 6], [])), "1 to 100 rows; there are 0"),
        (given(tensor("input_ids", "INT64", [1, 0], [])), "1 to 256 tokens; these have 0"),
        (given(tensor("input_ids", "INT64", [1, 257], [101] * 257)), "1 to 256 tokens; these have 257"),
        (given(tensor("input_ids", "INT64", [101, 1], [101] * 101)), "1 to 100 rows; there are 101"),
        (given(tensor("input_ids", "INT64", [2**20, 2**20], [])), "values; the limit is 1,000,000"),
        (given(tensor("input_ids", "INT64", [1, 1], [2**63])), "no integer of 64 bits"),
        (given(tensor("input_ids", "INT32", [1, 1], [2**31])), "no integer of 32 bits"),
        (given(tensor("input_ids", "INT32", [1, 1], [True])), "must be such numbers"),
        (given(tensor("input_ids", "INT32", [1, 1], [1.0])), "must be such numbers"),
        (given(tensor("input_ids", "INT32", [1, 1], [None])), "must be such numbers"),
        (given(tensor("input_ids", "INT32", [1, 2], [1, ["zebra" * 1000]])), "must be such numbers"),
        (given(tensor("input_ids", "INT32", [1, 1], [30522])), "tokens from 0 to 30521"),
        (given(tensor("input_ids", "INT32", [1, 1], [-1])), "tokens from 0 to 30521"),
        (given(*TOKENS, tensor("token_type_ids", "INT32", [1, 6], [2] * 6)), "token_type_ids must be from 0 to 1"),
        (given(*TOKENS, tensor("token_type_ids", "INT32", [1, 6], [1, 0] * 3)), "must not go down"),
        (given(*TOKENS, tensor("token_type_ids", "INT32", [1, 5], [0] * 5)), "another shape than input_ids"),
        (given(*TOKENS, tensor("attention_mask", "INT32", [1, 6], [0] * 6)), "1 for the tokens of a row and then 0"),
        (given(*TOKENS, tensor("attention_mask", "INT32", [1, 6], [1, 0] * 3)), "1 for the tokens of a row"),
        (given(*TOKENS, tensor("attention_mask", "INT32", [1, 6], [2] * 6)), "1 for the tokens of a row"),
        (given({"name": "input_ids", "datatype": "INT32", "shape": [1, 1]}), "neither data nor the parameter"),
        (given({**TOKENS[0], "parameters": {"binary_data_size": 8}}), "both data and the parameter"),
        (tokens(IDS, outputs=[{"name": "response"}]), "the only output is logits"),
        (texts(TEXT) | {"outputs": [{"name": "zebra"}]}, "the only output is response"),
        (given(*texts(TEXT)["inputs"], *TOKENS), "comes alone"),
        (given(tensor("text", "INT32", [1], [1])), "text must be BYTES of the shape [n]"),
        (given(tensor("text", "BYTES", [1, 1], [TEXT])), "text must be BYTES of the shape [n]"),
        (given(tensor("text", "BYTES", [0], [])), "n from 1 to 16"),
        (texts(*[TEXT] * 17), "n from 1 to 16"),
        (texts(TEXT, " "), "Element 1 of text: 1 of the request's fields can't be accepted. text: is blank"),
        (texts("zebra" * 5000), "at most 20000 characters; it has 25000"),
        (texts('{"text": "zebra"', name="request"), "Element 0 of request: The body is not JSON"),
        (texts("[]", name="request"), "should be an object"),
        (texts('{"text": "zebra", "version": "9.9.9"}', name="request"), "another version than 1.0.0"),
    ],
)
def test_a_request_that_can_not_be_served(ask: Ask, document: Any, said: str) -> None:
    error = ask("sentiment", document, 400)["error"]
    assert said in error
    assert "zebra" not in error


def test_what_other_models_refuse(ask: Ask, client: TestClient, release: Release) -> None:
    assert "takes no plain text" in ask("grading", texts(TEXT), 400)["error"]
    heavy = texts(json.dumps(REQUEST | {"tier": "heavy"}), name="request")
    assert "Another tier" in ask("grading", heavy, 400)["error"]
    other = texts(json.dumps({"text": "Why?", "scheme": "question-type"}), name="request")
    assert "another model than bloom" in ask("bloom", other, 400)["error"]
    assert "scheme" in ask("sentences", texts(TEXT), 404)["error"], "no scheme of this name"
    whole = golden(release.manifest.golden.vectors[0])
    features = next(json.dumps(one["data"]) for one in whole["inputs"] if one["name"] == "features")
    sent = {"Content-Type": "application/json"}
    for number, said in (("1e400", "32 bits"), ("1e39", "32 bits"), ("NaN", "not a finite number"), ('"1"', "such")):
        body = json.dumps(whole).replace(features, f"[[{', '.join([number] * 11)}]]")
        answer = client.post("/v2/models/grading/infer", content=body, headers=sent)
        assert answer.status_code == 400 and said in answer.json()["error"], number
    no_hashes = {"inputs": [one for one in whole["inputs"] if one["name"] != "hashes"]}
    assert "hashes is missing" in ask("grading", no_hashes, 400)["error"]
    outside = [
        one | {"data": [[2**30] * one["shape"][1]]} if one["name"] == "hashes" else one for one in whole["inputs"]
    ]
    assert "can't compute" in ask("grading", {"inputs": outside}, 400)["error"], "the graph's own table is smaller"


def test_a_model_that_was_never_published_and_one_that_nobody_serves(ask: Ask) -> None:
    assert ask("grading-small", tokens(IDS), 404)["error"] == "The model grading-small has no alias live."
    assert "No function" in ask("zebra", tokens(IDS), 404)["error"]


SIZED = {"name": "input_ids", "datatype": "INT64", "shape": [1, 6], "parameters": {"binary_data_size": 48}}
DATA = np.array([IDS], "<i8").tobytes()


@pytest.mark.parametrize(
    ("document", "rest", "said"),
    [
        (given(SIZED), DATA[:-1], "binary_data_size is 48; the body ends after 47 bytes"),
        (given(SIZED), b"", "the body ends after 0 bytes"),
        (given(SIZED), DATA + b"!", "1 bytes more than its inputs say"),
        (given(SIZED | {"shape": [1, 5]}), DATA, "asks for 40 bytes; there are 48"),
        (given(SIZED | {"shape": [2**31 - 1] * 4}), DATA, "the limit is 1,000,000"),
        (given(SIZED | {"parameters": {"binary_data_size": "48"}}), DATA, "must be a number of bytes"),
        (given(SIZED | {"parameters": {"binary_data_size": -1}}), DATA, "must be a number of bytes"),
        (given(SIZED | {"parameters": {"binary_data_size": True}}), DATA, "must be a number of bytes"),
        (given(SIZED | {"parameters": {}}), DATA, "neither data nor"),
        (given(*TOKENS), DATA, "48 bytes more"),
    ],
)
def test_bytes_that_are_not_what_was_announced(client: TestClient, document: Any, rest: bytes, said: str) -> None:
    answer = binary(client, document, rest)
    assert answer.status_code == 400
    assert said in answer.json()["error"]


@pytest.mark.parametrize(
    ("data", "count", "said"),
    [
        (packed(b"a\xff"), 1, "Element 0 of text: It is not UTF-8: byte 1"),
        (packed(b"a")[:-1], 1, "cut off"),
        (b"\x01\x00", 1, "cut off"),
        (b"\xff\xff\xff\xff", 1, "cut off"),
        (packed(b"a", b"b"), 1, "asks for 1 values; there are 2"),
        (b"", 1, "asks for 1 values; there are 0"),
    ],
)
def test_texts_in_bytes(client: TestClient, data: bytes, count: int, said: str) -> None:
    one = {"name": "text", "datatype": "BYTES", "shape": [count], "parameters": {"binary_data_size": len(data)}}
    answer = binary(client, given(one), data)
    assert answer.status_code == 400
    assert said in answer.json()["error"]


@pytest.mark.parametrize("size", ["", "x", "-1", "1e3", "²", "99999", "9" * 40])
def test_a_header_that_is_no_size(client: TestClient, size: str) -> None:
    headers = {b"Inference-Header-Content-Length": size.encode(), b"Content-Type": b"application/octet-stream"}
    answer = client.post("/v2/models/sentiment/infer", content=json.dumps(tokens(IDS)), headers=headers)
    assert answer.status_code == 400
    assert "Inference-Header-Content-Length" in answer.json()["error"]


def test_sizes_without_the_header(client: TestClient) -> None:
    answer = client.post("/v2/models/sentiment/infer", json=given(SIZED))
    assert "does not say where bytes begin" in answer.json()["error"]


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 10_000, b'{"inputs": [NaN]}', b"null"])
def test_a_body_that_is_no_request(client: TestClient, body: bytes) -> None:
    answer = client.post("/v2/models/sentiment/infer", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert set(answer.json()) == {"error"}


def test_what_the_entrance_refuses(client: TestClient) -> None:
    def post(content: bytes, **headers: str) -> Any:
        return client.post("/v2/models/sentiment/infer", content=content, headers=headers)

    assert post(b" " * 5_000_001).status_code == 413
    assert post(b"{}", **{"Content-Type": "text/html"}).status_code == 415
    assert post(b"{}", **{"Content-Encoding": "gzip"}).status_code == 415
    late = post(json.dumps(tokens(IDS)).encode(), **{"X-Deadline-Ms": "0"})
    assert (late.status_code, set(late.json())) == (504, {"error"})
    assert late.headers["x-request-id"]
    assert client.get("/v2/models/sentiment/infer").status_code == 405
