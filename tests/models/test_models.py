"""GET /v1/models, GET /v1/models/{name} and GET /healthz."""

import json
from pathlib import Path

import pytest

from model_store.release.alias import canary, promote
from model_store.release.retire import retire
from tests.http.test_events import CONTEXT, http_event
from tests.models.conftest import Ask, Shelf, spoil


def test_models_by_name_with_what_is_live(shelf: Shelf, ask: Ask) -> None:
    (first,) = shelf.publish("grading", "1.0.0", live="1.0.0")
    shelf.publish("essays", "1.0.0")
    one, other = ask("/v1/models")["models"]
    assert one == {"name": "essays", "task": None, "live": None, "digest": None, "canary": None}
    assert (other["name"], other["live"], other["task"]) == ("grading", "1.0.0", "grading")
    assert other["digest"] == first.digest


def test_a_store_with_nothing_in_it_has_no_models(ask: Ask) -> None:
    assert ask("/v1/models")["models"] == []


def test_a_model_with_its_versions_aliases_metrics_and_digests(shelf: Shelf, ask: Ask) -> None:
    releases = shelf.publish("grading", "1.9.0", "1.10.0", live="1.9.0")
    promote(shelf.store, shelf.signer.public_key(), "grading", "1.10.0", "candidate", "tests")
    canary(shelf.store, shelf.signer.public_key(), "grading", "1.10.0", 0.25, "live", "tests")
    found = ask("/v1/models/grading")
    assert [version["version"] for version in found["versions"]] == ["1.10.0", "1.9.0"], "numbers, not letters"
    assert [version["digest"] for version in found["versions"]] == [releases[1].digest, releases[0].digest]
    assert found["versions"][0]["metrics"]["set"] == {"macro_f1": 0.7, "ece": 0.04}
    assert found["versions"][0]["labels"] == ["correct", "contradictory", "incorrect"]
    assert found["aliases"]["live"]["canary"] == {"version": "1.10.0", "weight": 0.25}
    assert found["aliases"]["candidate"]["version"] == "1.10.0"
    assert found["cursor"] is None
    assert "golden" not in json.dumps(found) and "tests" not in json.dumps(found), "no reasons, no names"


def test_pages_of_versions(shelf: Shelf, ask: Ask) -> None:
    shelf.publish("grading", "1.0.0", "1.0.1", "1.0.2")
    first = ask("/v1/models/grading?limit=2")
    assert [version["version"] for version in first["versions"]] == ["1.0.2", "1.0.1"]
    second = ask(f"/v1/models/grading?limit=2&cursor={first['cursor']}")
    assert ([version["version"] for version in second["versions"]], second["cursor"]) == (["1.0.0"], None)
    for query in ("limit=0", "limit=101", "limit=x", "limit=²", "cursor=9.9.9", "cursor="):
        assert ask(f"/v1/models/grading?{query}", 422)["type"] == "urn:lectern:problem:invalid-request"


def test_a_retired_version_and_a_spoilt_one_hide_no_other(shelf: Shelf, ask: Ask) -> None:
    shelf.publish("grading", "1.0.0", "1.0.1", "1.0.2", live="1.0.2")
    retire(shelf.store, shelf.signer.public_key(), "grading", "1.0.0", "tests")
    spoil(shelf.store, "releases/grading/1.0.1/manifest.json")
    fine, spoilt, retired = ask("/v1/models/grading")["versions"]
    assert fine["digest"] and not fine["retired"] and fine["fault"] is None
    assert spoilt["digest"] is None and "signed" in spoilt["fault"]
    assert retired["retired"] and retired["digest"] is None


@pytest.mark.parametrize("name", ["none", "..", "a%00b", "%2e%2e%2fgrading", "x" * 65, "grading%2f1.0.0", "é"])
def test_a_model_that_is_none(shelf: Shelf, ask: Ask, name: str) -> None:
    shelf.publish("grading", "1.0.0", live="1.0.0")
    document = ask(f"/v1/models/{name}", 404)
    assert document["status"] == 404 and "xxxx" not in document["detail"]


def test_health_is_every_live_release(shelf: Shelf, ask: Ask) -> None:
    (release,) = shelf.publish("grading", "1.0.0", live="1.0.0")
    shelf.publish("essays", "1.0.0")
    found = ask("/healthz")
    assert (found["status"], found["models"]) == (
        "ready",
        {"grading": {"version": "1.0.0", "digest": release.digest}},
    ), "a model that nobody made live is not waited for"


def test_health_without_any_release_is_no_health(ask: Ask) -> None:
    assert ask("/healthz", 404)["type"] == "urn:lectern:problem:unknown-release"


def test_health_says_when_a_live_release_was_altered(shelf: Shelf, ask: Ask, now: list[float]) -> None:
    shelf.publish("grading", "1.0.0", live="1.0.0")
    ask("/healthz")
    spoil(shelf.store, "releases/grading/1.0.0/manifest.json")
    now[0] = 29
    assert ask("/healthz")["status"] == "ready", "anybody may ask: the store is not read every time"
    now[0] = 31
    assert ask("/healthz", 503)["type"] == "urn:lectern:problem:release-rejected"


def test_through_api_gateway(shelf: Shelf, ask: Ask) -> None:
    from functions.models.handler import handler

    shelf.publish("grading", "1.0.0", live="1.0.0")
    for path in ("/healthz", "/v1/models", "/v1/models/grading", "/v2", "/v2/models/grading/versions/1.0.0/ready"):
        answer = handler(http_event("", path=path, method="GET"), CONTEXT)
        assert answer["statusCode"] == 200, path


def test_no_other_event_is_taken(tmp_path: Path) -> None:
    from functions.models.handler import handler
    from lectern.errors import InvalidRequest

    with pytest.raises(InvalidRequest):
        handler({"Items": []}, CONTEXT)
