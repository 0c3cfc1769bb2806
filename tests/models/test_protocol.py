"""What the Open Inference Protocol tells of the server and of its models."""

import pytest

from lectern import __version__
from lectern.release import Release
from model_store.release.retire import retire
from tests.models.conftest import Ask, Shelf, spoil


def test_the_server(ask: Ask) -> None:
    assert ask("/v2") == {"name": "lectern", "version": __version__, "extensions": ["binary_tensor_data"]}
    assert ask("/v2/health/live") == {"live": True}


def test_ready_is_when_all_releases_are(shelf: Shelf, ask: Ask, now: list[float]) -> None:
    assert "error" in ask("/v2/health/ready", 404)
    shelf.publish("grading", "1.0.0", live="1.0.0")
    assert ask("/v2/health/ready") == {"ready": True}
    spoil(shelf.store, "releases/grading/1.0.0/manifest.json")
    now[0] = 31
    assert "manifest" in ask("/v2/health/ready", 503)["error"]


def test_a_model(shelf: Shelf, ask: Ask) -> None:
    shelf.publish("grading", "1.0.0", "1.0.1", "1.0.2", live="1.0.1")
    retire(shelf.store, shelf.signer.public_key(), "grading", "1.0.0", "tests")
    found = ask("/v2/models/grading")
    assert (found["name"], found["versions"], found["platform"]) == (
        "grading",
        ["1.0.2", "1.0.1"],
        "onnxruntime_onnx",
    )
    inputs = {tensor["name"]: (tensor["datatype"], tensor["shape"]) for tensor in found["inputs"]}
    assert inputs["input_ids"] == inputs["token_type_ids"] == ("INT32", [-1, -1])
    assert inputs["request"] == inputs["text"] == ("BYTES", [-1])
    assert "features" not in inputs, "this graph has none"
    outputs = {tensor["name"]: (tensor["datatype"], tensor["shape"]) for tensor in found["outputs"]}
    assert outputs == {"logits": ("FP32", [-1, 3]), "response": ("BYTES", [-1])}
    assert ask("/v2/models/grading/versions/1.0.2") == found
    assert set(found) == {"name", "versions", "platform", "inputs", "outputs"}, "what the protocol has, nothing else"


def test_the_embedded_grader_has_features(release: Release) -> None:
    from lectern.protocol.described import tensors

    inputs, outputs = tensors(release.manifest)
    shapes = {tensor.name: tensor.shape for tensor in inputs}
    assert (shapes["features"], shapes["hashes"]) == ([-1, 11], [-1, -1])
    assert outputs[0].shape == [-1, 5], "three labels, points, and whether the question is known"


def test_a_model_and_a_version_are_ready(shelf: Shelf, ask: Ask) -> None:
    shelf.publish("grading", "1.0.0", "1.0.1", live="1.0.1")
    for path in ("/v2/models/grading/ready", "/v2/models/grading/versions/1.0.0/ready"):
        assert ask(path) == {"name": "grading", "ready": True}


@pytest.mark.parametrize("rest", ["", "/ready"])
@pytest.mark.parametrize("model", ["none", "grading/versions/9.9.9", "grading/versions/x_y", "grading/versions/%00"])
def test_what_does_not_exist(shelf: Shelf, ask: Ask, model: str, rest: str) -> None:
    shelf.publish("grading", "1.0.0", live="1.0.0")
    assert set(ask(f"/v2/models/{model}{rest}", 404)) == {"error"}


def test_a_retired_version_is_not_ready(shelf: Shelf, ask: Ask) -> None:
    shelf.publish("grading", "1.0.0", "1.0.1", live="1.0.1")
    retire(shelf.store, shelf.signer.public_key(), "grading", "1.0.0", "tests")
    assert "retired" in ask("/v2/models/grading/versions/1.0.0/ready", 404)["error"]


def test_what_no_function_serves(ask: Ask) -> None:
    for path in ("/v2/models/none/infer", "/v2/models/none/versions/1/infer"):
        assert "No function" in ask(path, 404, "POST")["error"]
    assert set(ask("/v2/none", 404)) == {"error"}
    assert set(ask("/v2", 405, "POST")) == {"error"}
    assert ask("/v1/none", 404)["type"] == "about:blank", "problem documents elsewhere"
