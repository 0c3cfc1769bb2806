"""POST /v1/embed."""

import numpy as np
import pytest
from starlette.testclient import TestClient

from lectern.release import Release
from tests.search.conftest import Ask


def embedded(ask: Ask, *texts: str) -> np.ndarray:
    return np.array(ask("POST", "/v1/embed", {"texts": list(texts)})["vectors"])


def test_a_vector_of_length_1_for_each_text_in_order(ask: Ask, search_release: Release) -> None:
    body = ask("POST", "/v1/embed", {"texts": ["Ice floats on water.", "Rome fell."]})
    vectors = np.array(body["vectors"])
    assert vectors.shape == (2, 384)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1], abs=1e-5)
    assert body["model"] == {"name": "search", "version": "1.0.0", "digest": search_release.digest}
    assert body["warnings"] == []


def test_what_means_the_same_is_nearer(ask: Ask) -> None:
    ice, same, other = embedded(ask, "Ice floats on water.", "Frozen water does not sink.", "The emperor of Rome.")
    assert ice @ same > ice @ other + 0.3


def test_a_text_has_the_same_vector_in_any_company(ask: Ask) -> None:
    alone = embedded(ask, "Ice floats.")[0]
    assert (embedded(ask, "Another text, far longer than that one is.", "Ice floats.")[1] == alone).all()


def test_a_long_text_is_read_to_its_end_and_says_so(ask: Ask) -> None:
    head = "The emperor ruled over Rome for many years. " * 60
    body = ask("POST", "/v1/embed", {"texts": ["Rome.", head + "Ice floats on water. " * 60]})
    assert body["warnings"] == ["texts.1 was read in 4 windows; its vector is their mean."]
    whole, front = np.array(body["vectors"])[1], embedded(ask, head)[0]
    ice = embedded(ask, "Ice floats on water.")[0]
    assert whole @ ice > front @ ice + 0.2


def test_a_script_that_the_model_does_not_know_is_told(ask: Ask) -> None:
    body = ask("POST", "/v1/embed", {"texts": ["Ice floats.", "Лёд плавает на воде, потому что он легче."]})
    assert body["warnings"] == ["texts.1 is mostly in a script or in characters that the model does not know."]


@pytest.mark.parametrize(
    ("texts", "place", "message"),
    [
        ([], ["texts"], "at least 1"),
        (["a"] * 10_000, ["texts"], "at most 100 items after validation, not 10000"),
        (["a" * 1_000_000], ["texts", 0], "at most 20000 characters; it has 1000000"),
        (["fine", " \u200b\n"], ["texts", 1], "is blank"),
        (["fine", 3], ["texts", 1], "string"),
        ("fine", ["texts"], "valid array"),
        (["many words and more " * 900] * 90, ["texts"], "windows together; the limit is 300"),
    ],
)
def test_bad_texts_are_named_with_the_limit(ask: Ask, texts: object, place: list[object], message: str) -> None:
    body = ask("POST", "/v1/embed", {"texts": texts}, status=422)
    assert body["errors"][0]["loc"] == place
    assert message in body["errors"][0]["msg"]


def test_a_body_over_the_limit_is_413(client: TestClient) -> None:
    answer = client.post("/v1/embed", json={"texts": ["a" * 5_100_000]})
    assert answer.status_code == 413
    assert "5,000,000" in answer.json()["detail"]
