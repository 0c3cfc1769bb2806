"""POST /v2/models/{model}/infer: logits for tokens, the task's own answers for texts, as JSON and as bytes."""

import json
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from infra.choices import read_functions
from infra.local.tasks import tasks, tasks_by_model
from lectern.manifest import GoldenVector
from lectern.release import Release
from model_store.catalogue import EMBEDDED
from tests.http.conftest import REQUEST
from tests.protocol.conftest import IDS, TEXT, Ask, packed, tensor, texts, tokens


def output(found: dict[str, Any], name: str) -> Any:
    (one,) = found["outputs"]
    assert (one["name"], len(one["data"])) == (name, int(np.prod(one["shape"])))
    return np.array(one["data"]).reshape(one["shape"])


def golden(vector: GoldenVector) -> dict[str, Any]:
    length = len(vector.input_ids)
    inputs = [
        tensor(name, "INT32", [1, length], list(getattr(vector, name))) for name in ("input_ids", "token_type_ids")
    ]
    if vector.features:
        inputs.append(tensor("features", "FP32", [1, len(vector.features)], [list(vector.features)]))
    if vector.hashes:
        inputs.append(tensor("hashes", "INT32", [1, len(vector.hashes)], [list(vector.hashes)]))
    return {"inputs": inputs}


def test_golden_vectors_come_back(
    ask: Ask, release: Release, search_release: Release, text_releases: dict[str, Release]
) -> None:
    for name, found in {"grading": release, "search": search_release, **text_releases}.items():
        vectors, tolerance = found.manifest.golden.vectors, found.manifest.golden.tolerance
        for vector in vectors[:2]:
            logits = output(ask(name, golden(vector)), "logits")
            assert logits[0] == pytest.approx(vector.logits, abs=tolerance)


def test_every_embedded_model_has_an_address_and_every_function_says_which() -> None:
    assert set(EMBEDDED) <= tasks_by_model().keys()
    for name, row in read_functions().items():
        if task := tasks().get(name):
            assert set(row.models or (name,)) <= set(task.names), name


def test_rows_of_different_lengths_are_those_rows_alone(ask: Ask) -> None:
    short = [*IDS[:3], 102]
    padded = [*short, 0, 0]
    mask = [[1, 1, 1, 1, 0, 0], [1] * 6]
    both = {"inputs": [*tokens(padded, IDS)["inputs"], tensor("attention_mask", "INT32", [2, 6], mask)]}
    first, second = output(ask("sentiment", both), "logits")
    assert first.tolist() == output(ask("sentiment", tokens(short)), "logits")[0].tolist()
    assert second.tolist() == output(ask("sentiment", tokens(IDS)), "logits")[0].tolist()


def test_a_text_gets_the_tasks_own_answer(ask: Ask, client: TestClient) -> None:
    found = ask("sentiment", texts(TEXT, "Wonderful!"))
    assert (found["model_name"], found["model_version"]) == ("sentiment", "1.0.0")
    answers = [json.loads(text) for text in output(found, "response")]
    own = client.post("/v1/sentiment", json={"text": TEXT}).json()
    assert answers[0] | {"request_id": ""} == own | {"request_id": ""}
    assert [answer["label"] for answer in answers] == [own["label"], "positive"]


@pytest.mark.parametrize(
    ("model", "path", "fields"),
    [
        ("grading", "/v1/grade", REQUEST | {"explain": True}),
        ("bloom", "/v1/classify", {"text": "Define osmosis.", "scheme": "bloom"}),
        ("search", "/v1/embed", {"texts": ["Ice floats.", "Rome fell."]}),
    ],
)
def test_a_request_of_the_task_is_answered_as_at_its_own_path(
    ask: Ask, client: TestClient, model: str, path: str, fields: dict[str, Any]
) -> None:
    (answer,) = output(ask(model, texts(json.dumps(fields), name="request")), "response")
    own = client.post(path, json=fields).json()
    assert json.loads(answer) | {"request_id": ""} == own | {"request_id": ""}


def test_a_scheme_is_the_models_name(ask: Ask) -> None:
    for model in ("question-type", "bloom"):
        (answer,) = output(ask(model, texts("Who wrote Faust?")), "response")
        assert json.loads(answer)["model"]["name"] == model


def test_a_version_in_the_path(client: TestClient) -> None:
    answer = client.post("/v2/models/sentiment/versions/1.0.0/infer", json=texts(TEXT))
    assert (answer.status_code, answer.json()["model_version"]) == (200, "1.0.0")
    none = client.post("/v2/models/sentiment/versions/9.9.9/infer", json=texts(TEXT))
    assert (none.status_code, none.json()) == (404, {"error": "The model sentiment has no version 9.9.9."})


def test_an_id_comes_back_and_outputs_can_be_named(ask: Ask) -> None:
    found = ask("sentiment", tokens(IDS, id="a-1", outputs=[{"name": "logits"}]))
    assert found["id"] == "a-1"
    assert "id" not in ask("sentiment", tokens(IDS))


def binary(client: TestClient, document: dict[str, Any], rest: bytes, **headers: str) -> Any:
    head = json.dumps(document).encode()
    sent = {"Inference-Header-Content-Length": str(len(head)), "Content-Type": "application/octet-stream", **headers}
    return client.post("/v2/models/sentiment/infer", content=head + rest, headers=sent)


def test_bytes_in_and_bytes_out_are_the_numbers_of_json(client: TestClient, ask: Ask) -> None:
    data = np.array([IDS], "<i8").tobytes()
    given = {"name": "input_ids", "datatype": "INT64", "shape": [1, 6], "parameters": {"binary_data_size": len(data)}}
    answer = binary(client, {"inputs": [given], "parameters": {"binary_data_output": True}}, data)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/octet-stream")
    size = int(answer.headers["inference-header-content-length"])
    (told,) = json.loads(answer.content[:size])["outputs"]
    assert told == {"name": "logits", "datatype": "FP32", "shape": [1, 2], "parameters": {"binary_data_size": 8}}
    logits = np.frombuffer(answer.content[size:], "<f4")
    assert logits.tolist() == output(ask("sentiment", tokens(IDS)), "logits")[0].astype("<f4").tolist()


def test_an_output_says_for_itself_whether_it_comes_as_bytes(client: TestClient) -> None:
    data = packed(TEXT.encode(), "Süß.".encode())
    given = {"name": "text", "datatype": "BYTES", "shape": [2], "parameters": {"binary_data_size": len(data)}}
    wanted = [{"name": "response", "parameters": {"binary_data": False}}]
    answer = binary(client, {"inputs": [given], "outputs": wanted, "parameters": {"binary_data_output": True}}, data)
    assert answer.headers["content-type"] == "application/json"
    assert len(answer.json()["outputs"][0]["data"]) == 2
    mixed = {"inputs": [*tokens(IDS)["inputs"]], "outputs": [{"name": "logits", "parameters": {"binary_data": True}}]}
    assert len(binary(client, mixed, b"").content) > 8
