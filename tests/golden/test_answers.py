"""Answers do not depend on their company, their order, the entrance they came through, or the implementation."""

import csv
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from lectern.model import LoadedModel
from lectern.models import shared
from lectern.pipeline import answer
from lectern.release import Release
from lectern.settings import Settings
from model_store.build.encoder import float_encoder
from model_store.build.golden import REFERENCE_TOLERANCE, read_reference
from model_store.build.grader import cross_graph
from model_store.build.grading import Runs, int8_experts, read_grader
from model_store.build.merge import read_adapter
from model_store.catalogue import read_model
from model_store.grader_figures import credit_of
from model_store.recipes.grader.blend import blended
from model_store.sources import base_folder


@pytest.fixture(scope="session")
def requests() -> list[dict[str, Any]]:
    """The sample class."""
    with Path("examples/class.csv").open(encoding="utf-8", newline="") as file:
        return [
            {"question": row["question"], "references": row["reference"].split("||"), "answer": row["answer"]}
            for row in csv.DictReader(file)
        ]


def test_alone_in_any_batch_and_in_any_order_to_the_last_bit(release: Release, requests: list[dict[str, Any]]) -> None:
    from functions.grading.handler import app, handler

    client = TestClient(app)
    alone = [client.post("/v1/grade", json=request).json()["probabilities"] for request in requests]
    for seed in range(3):
        order = random.Random(seed).sample(range(len(requests)), len(requests))
        results = handler({"Items": [requests[i] for i in order]}, None)["Items"]
        assert [result["probabilities"] for result in results] == [alone[i] for i in order]


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_on_any_number_of_threads_to_the_last_bit(
    release: Release, requests: list[dict[str, Any]], threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    from functions.grading.handler import handler

    alone = [handler(request, None)["probabilities"] for request in requests]
    monkeypatch.setattr("lectern.items.settings", lambda: Settings(environment="local", threads=threads))
    assert [result["probabilities"] for result in handler({"Items": requests}, None)["Items"]] == alone


def test_items_that_ask_for_the_same_are_answered_once(
    release: Release, requests: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    from functions.grading.handler import handler

    asked: list[Any] = []

    def counted(*given: Any) -> Any:
        asked.append(given[1])
        return answer(*given)

    monkeypatch.setattr("lectern.items.answer", counted)
    one, other = requests[0] | {"version": "1.0.0"}, requests[1]
    items = [
        one | {"id": "a", "student_id": "x"},
        one | {"id": "b", "student_id": "y"},
        other,
        other | {"student_id": "x"},
    ]
    results = handler({"Items": [*items, "none"]}, None)["Items"]
    assert len(asked) == 3, "without a version a canary may choose by the student"
    assert [result.get("id") for result in results] == ["a", "b", None, None, None]
    assert results[0]["probabilities"] == results[1]["probabilities"] != results[2]["probabilities"]
    assert "error" in results[4]


def test_the_command_line_gives_what_http_gives(
    release: Release, requests: list[dict[str, Any]], tmp_path: Path
) -> None:
    from functions.grading.handler import app
    from infra.local.grade import grade_file

    grade_file(Path("examples/class.csv"), tmp_path, None, lambda *_: None)
    with (tmp_path / "grades.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    client = TestClient(app)
    for row, request in zip(rows, requests, strict=True):
        answer = client.post("/v1/grade", json=request | {"max_score": float(row["max_score"])}).json()
        assert (row["label"], row["score"], row["confidence"], row["needs_review"]) == (
            answer["label"],
            repr(answer["score"]),
            repr(answer["confidence"]),
            str(answer["needs_review"]).lower(),
        )


@pytest.mark.parametrize("name", ["grading", "grading-small"])
def test_the_fp32_cross_encoder_gives_the_outputs_of_transformers(name: str) -> None:
    model = read_model(name)
    base = base_folder(model.base)
    grader = read_grader(model, base)
    reference = read_reference(model.adapter)
    encoder = float_encoder(base, grader.depth).SerializeToString()
    found = Runs(encoder, cross_graph(grader).SerializeToString()).answers(reference)
    for row, other in zip(found, reference, strict=True):
        assert np.allclose(row.logits, other.logits, atol=REFERENCE_TOLERANCE)


def test_the_golden_vectors_are_the_experts_blended(release: Release) -> None:
    """The graph's own blend against numpy's, on the inputs that transformers answered."""
    model = read_model("grading")
    blend = np.array(read_adapter(model.adapter).facts["blend"])
    reference, vectors = read_reference(model.adapter), release.manifest.golden.vectors
    assert [vector.input_ids for vector in vectors] == [row.input_ids for row in reference]
    assert max(len(vector.input_ids) for vector in vectors) > 80
    experts = Runs(*int8_experts(model, base_folder(model.base))).answers(reference)
    for vector, said in zip(vectors, np.array([row.logits for row in experts]), strict=True):
        logits = blended(blend, said[None, :3], said[None, 3:6], said[None, 7:9])[0]
        assert np.allclose([*vector.logits[:3], vector.logits[4]], [*logits, said[7]], atol=1e-3)
        assert np.clip(vector.logits[3], 0, 1) == pytest.approx(credit_of(said[None], blend)[0], abs=1e-3)


def test_reference_tokens_are_those_of_this_tokenizer(release: Release) -> None:
    """The recipe's tokens, made in another environment, against the function's own."""
    from functions.grading.schemas import GradeRequest
    from functions.grading.task import encode
    from model_store.recipes.golden import GOLDEN

    model: LoadedModel = shared().get(shared().resolve("grading", None))
    for texts, vector in zip(GOLDEN, release.manifest.golden.vectors, strict=True):
        question, reference, answer = texts
        request = GradeRequest(question=question, references=[reference], answer=answer)
        (row,) = encode(request, model.tokenizer, release.manifest)
        assert (tuple(row.input_ids), tuple(row.token_type_ids)) == (vector.input_ids, vector.token_type_ids)
