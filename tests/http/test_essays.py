"""POST /v1/essays/score: scores, scales, prompts, and every kind of bad input, as a mobile app meets them."""

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from lectern.release import Release
from tests.http.test_grade import problem

Score = Callable[..., Any]

ESSAY = (
    "Dear editor, I believe that computers have a good effect on people. First, they teach hand-eye coordination, "
    "which is a skill that doctors and pilots need every day. Second, they let people learn about faraway places and "
    "talk online with friends who live in other countries. Some experts say that people spend too much time on their "
    "computers and too little exercising, enjoying nature, and interacting with family. However, a computer can help "
    "people to plan a trip or to find a park near home. In conclusion, computers benefit our society, and I hope that "
    "your readers agree with me that they should use them wisely. "
)
STORY = (
    "My grandmother keeps bees behind the old mill. Every June she lifts the lids slowly, so that none is frightened, "
    "and shows me how the workers dance. I asked her once why she never wears gloves. She laughed and said that hurry "
    "stings more than bees do. When the honey ran in the summer of the flood, we saved eleven hives by carrying them "
    "up the hill at night, and I have never been so tired or so proud. "
)
SCALE = {"min": 2, "max": 12}
REQUEST = {"essay": ESSAY * 3, "scale": SCALE}


@pytest.fixture(scope="session")
def client(essays_release: Release) -> TestClient:
    from functions.essays.handler import app

    return TestClient(app, raise_server_exceptions=False)


@pytest.fixture
def score(client: TestClient) -> Score:
    """POST /v1/essays/score with fields changed."""

    def post(**changes: Any) -> Any:
        return client.post("/v1/essays/score", json=REQUEST | changes)

    return post


def test_a_score(score: Score, essays_release: Release) -> None:
    response = score()
    body = response.json()
    assert response.status_code == 200, body
    assert 2 <= body["score"] <= 12
    assert body["score"] == round(body["score"])
    assert 0 < body["confidence"] < 1
    assert body["tolerance"] == 1
    assert body["known_prompt"] == "asap-aes/1"
    assert body["traits"] == {}
    assert body["model"] == {"name": "essays", "version": "1.0.0", "digest": essays_release.digest}
    assert body["request_id"]


@pytest.mark.parametrize("essay", ["", "   ", "\n\t\r\n", "\u200b\u200d\ufeff", "\x00\x07"])
def test_a_blank_essay_gets_the_lowest_score_without_asking_the_model(score: Score, essay: str) -> None:
    body = score(essay=essay).json()
    assert (body["score"], body["confidence"], body["needs_review"], body["traits"]) == (2, 1, False, {})


def test_a_better_essay_gets_more(score: Score) -> None:
    poor = "computer are good becuase they are fun and i like they are good and fun."
    assert score(essay=poor, prompt="asap-aes/1").json()["score"] < score(prompt="asap-aes/1").json()["score"]


def test_a_score_is_the_same_part_of_any_scale(score: Score) -> None:
    fine = score(scale={"min": 0, "max": 1, "step": 0.001}).json()["score"]
    assert score(scale={"min": 0, "max": 1000}).json()["score"] == pytest.approx(1000 * fine, abs=0.51)
    assert score(scale={"min": -50, "max": 50, "step": 0.1}).json()["score"] == pytest.approx(
        100 * fine - 50, abs=0.051
    )
    assert score(scale={"min": 0, "max": 1}).json()["score"] == pytest.approx(fine, abs=0.0051)


def test_finer_steps_are_held_to_a_finer_tolerance(score: Score) -> None:
    whole, fine = score(scale={"min": 0, "max": 3}).json(), score(scale={"min": 0, "max": 3, "step": 0.1}).json()
    assert (whole["tolerance"], fine["tolerance"]) == (1, pytest.approx(0.3))
    assert fine["confidence"] < whole["confidence"]


def test_an_unknown_prompt_is_scored_with_less_confidence_and_says_so(score: Score) -> None:
    known, unknown = score().json(), score(essay=STORY * 3).json()
    assert unknown["known_prompt"] is None
    assert unknown["confidence"] < known["confidence"] - 0.05
    assert unknown["needs_review"] is True
    assert any("none that the model was trained on" in warning for warning in unknown["warnings"])


def test_traits_where_the_prompts_readers_scored_them(score: Score) -> None:
    seven, eight = score(prompt="asap-aes/7").json()["traits"], score(prompt="asap-aes/8").json()["traits"]
    assert set(seven) == {"ideas", "organization", "style", "conventions"}
    assert len(eight) == 6
    assert all(trait["min"] <= trait["score"] <= trait["max"] == 3 for trait in seven.values())
    assert all(1 == trait["min"] <= trait["score"] <= trait["max"] == 6 for trait in eight.values())


def test_an_essay_to_another_prompt_than_was_said_is_reviewed(score: Score) -> None:
    body = score(prompt="asap-aes/6").json()
    assert body["known_prompt"] == "asap-aes/6"
    assert body["needs_review"] is True
    assert any("does not read like" in warning for warning in body["warnings"])


def test_an_essay_beside_the_prompts_text_is_reviewed(score: Score) -> None:
    about = "Write a letter to your local newspaper about the effects that computers have on people."
    beside = "Describe the chemical reactions of alkali metals with cold water and name their products."
    assert not any("about the prompt" in warning for warning in score(prompt=about).json()["warnings"])
    body = score(prompt=beside).json()
    assert body["needs_review"] is True
    assert any("about the prompt" in warning for warning in body["warnings"])


def test_the_error_budget_decides_what_is_reviewed(score: Score) -> None:
    assert score(error_budget=0).json()["needs_review"] is True
    assert score(error_budget=1, essay=STORY * 3).json()["needs_review"] is False


@pytest.mark.parametrize(
    "essay",
    [
        "Компьютеры помогают людям учиться и общаться с друзьями. " * 10,
        "计算机帮助人们学习。" * 20,
        "😀😀😀☀️" * 20,
        "asdkj qwpoei zmxnc vbqwe lkjas dpoiqwe mnzxcv " * 10,
        "good " * 400,
        "x",
        "?!",
        "\ufffd\ufffd",
    ],
)
def test_what_is_no_essay_is_scored_and_reviewed(score: Score, essay: str) -> None:
    body = score(essay=essay)
    assert body.status_code == 200
    assert body.json()["needs_review"] is True


@pytest.mark.parametrize("essay", ["é\u0301" * 50, "nu\x00ll", "[SEP] [CLS]", "a" * 3000, "👍 fine"])
def test_odd_text_is_scored(score: Score, essay: str) -> None:
    assert score(essay=essay).status_code == 200


def test_a_long_essay_is_read_whole(score: Score) -> None:
    """What comes after many windows still counts."""
    long = ESSAY * 40
    one, other = score(essay=long + STORY * 4), score(essay=long + ESSAY * 4)
    assert one.status_code == other.status_code == 200
    fine = {"min": 0, "max": 1, "step": 0.0001}
    assert score(essay=long + STORY * 9, scale=fine).json() != score(essay=long + ESSAY * 9, scale=fine).json()


def test_an_absurd_size_is_refused_with_both_numbers(score: Score) -> None:
    document = problem(score(essay="a" * 100_001), 422, "invalid-request")
    assert document["errors"][0]["loc"] == ["essay"]
    assert "100000" in document["errors"][0]["msg"]
    assert "100001" in document["errors"][0]["msg"]


def test_more_windows_than_a_request_may_have(score: Score) -> None:
    document = problem(score(essay="? " * 40_000), 422, "invalid-request")
    assert "windows with the prompt; the limit is 120" in document["errors"][0]["msg"]


@pytest.mark.parametrize(
    ("scale", "loc"),
    [
        ({"min": 5, "max": 5}, ["scale"]),
        ({"min": 6, "max": 5}, ["scale"]),
        ({"min": 0, "max": 10, "step": 0}, ["scale"]),
        ({"min": 0, "max": 10, "step": 11}, ["scale"]),
        ({"min": 0, "max": 10, "step": -1}, ["scale"]),
        ({"min": 0}, ["scale", "max"]),
        ({"min": "0", "max": 10}, ["scale", "min"]),
        ({"min": 0, "max": 1e300}, ["scale", "max"]),
        ([0, 10], ["scale"]),
        (None, ["scale"]),
    ],
)
def test_a_scale_that_is_none(score: Score, scale: Any, loc: list[str]) -> None:
    assert problem(score(scale=scale), 422, "invalid-request")["errors"][0]["loc"] == loc


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_a_scale_that_is_not_a_number(client: TestClient, number: str) -> None:
    body = '{"essay": "x", "scale": {"min": 0, "max": ' + number + "}}"
    response = client.post("/v1/essays/score", content=body, headers={"Content-Type": "application/json"})
    assert response.status_code in (400, 422)
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "changes",
    [{"explain": 1}, {"tier": "heavy"}, {"prompt": ""}, {"prompt": 3}, {"essay": None}, {"error_budget": 2}],
)
def test_other_fields_that_can_not_be_accepted(score: Score, changes: dict[str, Any]) -> None:
    problem(score(**changes), 422, "invalid-request")


def test_a_version_that_is_not_there(score: Score) -> None:
    problem(score(version="9.9.9"), 404, "unknown-release")


def test_items_of_a_batch_are_scored_as_alone(client: TestClient) -> None:
    from functions.essays.handler import handler

    alone = client.post("/v1/essays/score", json=REQUEST).json()
    poison: dict[str, Any] = REQUEST | {"essay": 7, "id": "bad"}
    first, second = handler({"Items": [REQUEST | {"id": "a"}, poison]}, None)["Items"]
    assert (first["id"], first["score"], first["confidence"]) == ("a", alone["score"], alone["confidence"])
    assert second["error"]["errors"][0]["loc"] == ["essay"]


def test_health(client: TestClient) -> None:
    assert client.get("/healthz").json()["model"] == "essays"
