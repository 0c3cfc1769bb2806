"""Bad input: a clear message, before anything is created."""

import json
import shutil
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from infra.app import main
from infra.artifacts import Artifacts
from infra.choices import read_deployment, read_functions
from infra.errors import DeploymentError
from infra.routes import routes_of
from infra.settings import Deployment, HeavySettings, regions
from model_store.catalogue import HEAVY

GOOD: dict[str, Any] = {"name": "dev", "region": "eu-central-1", "monthly_budget": 10}
IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/heavy:1"


@pytest.mark.parametrize("name", ["dev", "stage", "prod"])
def test_the_environments_that_come_with_lectern_are_possible(name: str) -> None:
    assert read_deployment(name).prefix == f"lectern-{name}"
    assert not read_deployment(name).heavy.enabled, "a new account has no quota for GPU instances"


def test_an_unknown_environment_is_told_with_those_that_are_known() -> None:
    with pytest.raises(DeploymentError, match=r"no environment 'production'.*dev, stage, prod"):
        read_deployment("production")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"monthly_budget": 0}, "greater than 0"),
        ({"alias": "candidate"}, "no model has an alias 'candidate' after the first deployment"),
        ({"models": {"grading": "grading-tiny"}}, "grading-tiny"),
        ({"models": {"grading": "grading-small"}}, "grading-small would have no release"),
        ({"releases": ("spelling",)}, "spelling"),
        ({"domain": "api.example.org"}, "come together"),
        ({"domain": "a.example.org", "certificate": "arn:aws:acm:eu-west-1:123456789012:certificate/1"}, "us-east-1"),
        ({"alarm_emails": ("nobody",)}, "alarm_emails"),
        ({"regoin": "eu-west-1"}, "regoin"),
        ({"log_days": 31}, "log_days"),
        ({"account": "12345"}, "account"),
    ],
)
def test_settings_that_cannot_be_are_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Deployment(**GOOD | change)


def test_an_instance_that_the_region_lacks_is_told_with_those_that_it_has() -> None:
    heavy = HeavySettings(enabled=True, image=IMAGE, instance="ml.g6.xlarge")
    with pytest.raises(ValidationError, match=r"il-central-1 has no ml.g6.xlarge; it has ml.g5.xlarge"):
        Deployment(**GOOD | {"region": "il-central-1", "heavy": heavy})
    with pytest.raises(ValidationError, match=r"mx-central-1 has no ml.g6.xlarge, nor another"):
        Deployment(**GOOD | {"region": "mx-central-1", "heavy": heavy})
    assert Deployment(**GOOD | {"region": "il-central-1", "heavy": heavy.model_copy(update={"enabled": False})})


@pytest.mark.parametrize("models", [(), ("grading",), ("grading-large", "grading-large")])
def test_an_endpoint_serves_models_that_are_for_one_each_once(models: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError):
        HeavySettings.model_validate({"models": models})
    assert HeavySettings(models=HEAVY).most_instances == 2 * len(HEAVY)


def test_an_endpoint_needs_an_image() -> None:
    with pytest.raises(ValidationError, match="image must be the ECR URI"):
        HeavySettings(enabled=True)


def test_the_table_of_regions_is_cfn_lints() -> None:
    place = "data/schemas/extensions/aws_sagemaker_hosting/instancetype_enum.json"
    known = json.loads(files("cfnlint").joinpath(place).read_text())
    for region, instances in regions().items():
        assert set(instances) <= set(known[region]["enum"]), region
    assert "ml.g6.xlarge" in regions()["eu-central-1"]


def test_a_new_folder_without_settings_fails(tmp_path: Path) -> None:
    for name in (*read_functions(), "spelling", "text"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "handler.py").touch()
    with pytest.raises(DeploymentError, match=r"functions.toml has no settings for functions/spelling"):
        read_functions(tmp_path)
    shutil.rmtree(tmp_path / "grading")
    shutil.rmtree(tmp_path / "spelling")
    with pytest.raises(DeploymentError, match="settings for grading, which functions/ has not"):
        read_functions(tmp_path)


def test_a_route_of_two_functions_needs_an_owner() -> None:
    rows = read_functions()
    rows["models"] = rows["models"].model_copy(update={"owns": ()})
    with pytest.raises(DeploymentError, match=r"GET /healthz is a route of .*classify and .*grading and "):
        routes_of(rows)


def test_missing_layers_and_releases_are_told_with_what_makes_them(tmp_path: Path) -> None:
    nothing = Artifacts({"runtime": tmp_path / "runtime.zip"}, tmp_path, tmp_path)
    with pytest.raises(DeploymentError, match=r"the layer runtime is no zip at .*runtime.zip; `make layers`"):
        nothing.layer("runtime")
    (tmp_path / "runtime.zip").write_bytes(b"half a zip")
    with pytest.raises(DeploymentError, match="is no zip"):
        nothing.layer("runtime")
    with pytest.raises(DeploymentError, match=r"no built release of grading.*`make releases`"):
        nothing.release("grading")


def test_the_same_code_is_the_same_zip(tmp_path: Path) -> None:
    one, other = (Artifacts(zips=tmp_path / name).function("jobs") for name in ("one", "other"))
    assert Path(one).read_bytes() == Path(other).read_bytes()


@pytest.mark.parametrize(("name", "message"), [("production", "no environment 'production'"), ("dev", "make layers")])
def test_the_command_says_in_one_line_why_it_stops(
    name: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["app", name])
    monkeypatch.setattr("infra.app.Artifacts", lambda: Artifacts({"runtime": tmp_path / "runtime.zip"}))
    with pytest.raises(SystemExit, match=message) as stopped:
        main()
    assert "\n" not in str(stopped.value.code)
