"""An alarm goes off: a model's canary ends, a fresh promotion is taken back, and nothing happens twice."""

import json
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from infra.artifacts import TAKING_BACK, Artifacts
from infra.handlers import taking_back
from lectern.errors import Conflict
from lectern.manifest import Alias
from lectern.release import read_alias
from lectern.settings import settings
from lectern.store.s3 import S3Store
from model_store.release import alias as aliases
from model_store.release.alias import canary, history, promote, rollback
from model_store.release.publish import publish
from model_store.release.signing import Signer
from tests.infra.conftest import WHOLE, Assembly
from tests.release.tiny import tiny_build

ALARM = {"model": "grading", "alarm": "lectern-prod-grading-errors"}
OTHER = ALARM | {"alarm": "lectern-prod-grading-faults"}
SIXTEEN_MINUTES = timedelta(minutes=16)


@pytest.fixture
def store(s3_store: S3Store, signer: Signer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Store]:
    """1.0.0 is live, 1.1.0 and 1.2.0 are published."""
    for version in ("1.0.0", "1.1.0", "1.2.0"):
        publish(s3_store, signer, tiny_build(tmp_path / version), "grading", version)
    promote(s3_store, signer.public_key(), "grading", "1.0.0", "live", "the first")
    monkeypatch.setenv("LECTERN_STORE", f"s3://{s3_store._bucket}")
    monkeypatch.setenv("LOGNAME", "alarm")
    settings.cache_clear()
    yield s3_store
    settings.cache_clear()


def live(store: S3Store) -> Alias:
    return read_alias(store, "grading", "live")


def told(store: S3Store) -> list[tuple[str, str | None]]:
    """The alias's history, newest first: its version and its canary's."""
    states = history(store, "grading", "live")
    return [(state.version, state.canary.version if state.canary else None) for state in states]


def test_a_canary_ends_once_and_the_history_says_why(store: S3Store, signer: Signer) -> None:
    canary(store, signer.public_key(), "grading", "1.1.0", 0.1, "live", "a tenth")
    for event in (ALARM, OTHER, ALARM):
        taking_back.handler(event, None)
    assert told(store) == [("1.0.0", None), ("1.0.0", "1.1.0"), ("1.0.0", None)]
    assert (live(store).by, live(store).reason) == ("alarm", "alarm lectern-prod-grading-errors")


def test_a_fresh_promotion_is_taken_back_once(store: S3Store, signer: Signer) -> None:
    promote(store, signer.public_key(), "grading", "1.1.0", "live", "good")
    promote(store, signer.public_key(), "grading", "1.2.0", "live", "better")
    for event in (ALARM, OTHER):
        taking_back.handler(event, None)
    assert told(store)[0] == ("1.1.0", None) and len(told(store)) == 4, "no further back"


def test_an_older_promotion_stays(store: S3Store, signer: Signer, monkeypatch: pytest.MonkeyPatch) -> None:
    promote(store, signer.public_key(), "grading", "1.1.0", "live", "good")
    monkeypatch.setattr(taking_back, "FRESH", taking_back.FRESH - SIXTEEN_MINUTES)
    taking_back.handler(ALARM, None)
    assert live(store).version == "1.1.0"


def test_the_first_version_and_one_that_was_rolled_back_to_stay(store: S3Store, signer: Signer) -> None:
    taking_back.handler(ALARM, None)
    assert told(store) == [("1.0.0", None)], "there is nothing before it"
    promote(store, signer.public_key(), "grading", "1.1.0", "live", "good")
    promote(store, signer.public_key(), "grading", "1.2.0", "live", "better")
    rollback(store, signer.public_key(), "grading", "live", "by hand")
    taking_back.handler(ALARM, None)
    assert live(store).version == "1.1.0", "who rolled back meant that version"


def test_a_canary_of_a_fresh_promotion_ends_and_the_promotion_stays(store: S3Store, signer: Signer) -> None:
    promote(store, signer.public_key(), "grading", "1.1.0", "live", "good")
    canary(store, signer.public_key(), "grading", "1.2.0", 0.1, "live", "a tenth")
    for event in (ALARM, OTHER):
        taking_back.handler(event, None)
    assert (live(store).version, live(store).canary) == ("1.1.0", None)


@pytest.mark.parametrize("what", ["canary", "promotion"])
def test_two_alarms_at_once_change_it_once(
    what: str, store: S3Store, signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other one comes in between the first one's look and its write."""
    promote(store, signer.public_key(), "grading", "1.1.0", "live", "good")
    if what == "canary":
        canary(store, signer.public_key(), "grading", "1.2.0", 0.1, "live", "a tenth")
    before = len(told(store))

    def interrupted(*arguments: Any) -> list[Alias]:
        seen = list(history(*arguments))
        monkeypatch.setattr(aliases, "history", history)
        taking_back.handler(OTHER, None)
        return seen

    monkeypatch.setattr(aliases, "history", interrupted)
    taking_back.handler(ALARM, None)
    assert len(told(store)) == before + 1
    assert live(store).reason == f"alarm {OTHER['alarm']}"


def test_what_goes_on_changing_is_an_error_for_the_dead_letters(
    store: S3Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[str] = []

    def busy(*arguments: Any) -> None:
        tries.append(arguments[2])
        raise Conflict("moved meanwhile")

    monkeypatch.setattr(taking_back, "take_back", busy)
    with pytest.raises(Conflict):
        taking_back.handler(ALARM, None)
    assert tries == ["grading"] * 3


def test_a_model_without_an_alias_is_left_alone(store: S3Store) -> None:
    taking_back.handler({"model": "essays", "alarm": "x"}, None)
    assert store.keys("aliases/essays/") == []


def test_the_zip_has_no_more_than_it_needs(tmp_path: Path) -> None:
    with zipfile.ZipFile(Artifacts(zips=tmp_path).zip("taking-back", TAKING_BACK)) as file:
        assert [name for name in file.namelist() if name.startswith("model_store/release/")] == [
            "model_store/release/__init__.py",
            "model_store/release/alias.py",
        ]


def test_each_models_alarms_and_no_others_call_it(whole: Assembly) -> None:
    rules = [rule["Properties"] for rule in whole.resources("AWS::Events::Rule", "watch").values()]
    assert len(rules) == len([*WHOLE.releases, *WHOLE.heavy.models])
    for rule in rules:
        (target,) = rule["Targets"]
        said = json.loads(target["InputTransformer"]["InputTemplate"].replace("<detail-alarmName>", '"name"'))
        assert said["alarm"] == "name" and rule["EventPattern"]["detail"] == {"state": {"value": ["ALARM"]}}
        assert "function:lectern-whole-taking-back" in json.dumps(target["Arn"])
        alarms = json.dumps(rule["EventPattern"]["resources"])
        served = dict.fromkeys(("question-type", "bloom", "sentences"), "classify") | {"summaries": "summarize"}
        if said["model"] in WHOLE.heavy.models:
            own = f"EndpointFaults{said['model'].replace('-', '')}"
            assert alarms.count(own) == len(rule["EventPattern"]["resources"]) == 1
            continue
        function = served.get(said["model"], said["model"])
        kinds = ["Errors", "Slow", "Throttles", "Faults", f"SelfTest{function}"]
        reviewed = function in ("classify", "essays", "grading", "sentiment")  # nobody reviews what is found
        kinds += [f"Review{function}"] * reviewed
        assert all(kind in alarms for kind in kinds) and len(rule["EventPattern"]["resources"]) == len(kinds)
        assert ("essays" if function == "grading" else "grading") not in alarms


def test_it_moves_aliases_and_signs_nothing(whole: Assembly) -> None:
    (role,) = [r for id_, r in whole.resources("AWS::IAM::Role", "functions").items() if "TakingBackRole" in id_]
    statements = role["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    said = json.dumps(statements)
    assert "kms:Sign" not in said and "lambda:" not in said and '"s3:DeleteObject"' not in said
    (writing,) = [json.dumps(s["Resource"]) for s in statements if "s3:PutObject" in s["Action"]]
    assert writing.count("/aliases/*") == 1 and "releases" not in writing
    functions = whole.resources("AWS::Lambda::Function", "functions").values()
    (own,) = [f["Properties"] for f in functions if f["Properties"]["FunctionName"] == "lectern-whole-taking-back"]
    assert own["Environment"]["Variables"]["LOGNAME"] == "alarm"
    rules = whole.resources("AWS::Lambda::Permission", "watch")
    assert {p["Properties"]["Principal"] for p in rules.values()} == {"events.amazonaws.com"}
    assert len(rules) == len([*WHOLE.releases, *WHOLE.heavy.models])
