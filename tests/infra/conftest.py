"""One synthesis of a whole deployment, with everything that can be switched on; all tests of this folder read it."""

import fcntl
import json
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from infra.app import compose
from infra.artifacts import ROOT, Artifacts
from infra.settings import Deployment, HeavySettings
from model_store.catalogue import HEAVY

from aws_cdk import App, Validations  # isort: skip
from cdk_nag import AwsSolutionsChecks

Resource = dict[str, Any]

WHOLE = Deployment(
    name="whole",
    region="eu-central-1",
    monthly_budget=10,
    alarm_emails=("ops@example.org",),
    origins=("https://console.example.org",),
    lock_days=30,
    protect=True,
    heavy=HeavySettings(
        enabled=True, image="123456789012.dkr.ecr.eu-central-1.amazonaws.com/lectern-heavy:1", models=HEAVY
    ),
)


@dataclass(frozen=True)
class Assembly:
    """Templates by stack, without the prefix; `folder` has their files."""

    folder: Path
    templates: dict[str, dict[str, Any]]
    findings: list[str]

    def resources(self, kind: str, stack: str = "") -> dict[str, Resource]:
        """Resources of a type, by stack and logical id."""
        return {
            f"{name}/{id_}": resource
            for name, template in self.templates.items()
            for id_, resource in template["Resources"].items()
            if resource["Type"] == kind and stack in ("", name)
        }


def make_artifacts(folder: Path) -> Artifacts:
    """Small files in the places of the real ones."""
    layers = {name: folder / f"{name}.zip" for name in ("dependencies", "runtime")}
    for name, path in layers.items():
        with zipfile.ZipFile(path, "w") as file:
            file.writestr(zipfile.ZipInfo(f"python/{name}.txt"), name)
    for model in WHOLE.releases:
        (folder / "releases" / model).mkdir(parents=True)
        (folder / "releases" / model / "description.json").write_text("{}")
    return Artifacts(layers, folder / "releases", folder / "zips")


def synthesise(deployment: Deployment, artifacts: Artifacts, folder: Path) -> Assembly:
    app = App(context=json.loads((ROOT / "cdk.json").read_text())["context"], outdir=str(folder))
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    compose(app, deployment, artifacts)
    nag_findings(app, folder)
    return read_assembly(deployment.prefix, folder)


def read_assembly(prefix: str, folder: Path) -> Assembly:
    """What was synthesised into a folder."""
    found = {file.name.split(".")[0]: json.loads(file.read_text()) for file in folder.glob("*.template.json")}
    templates = {name.removeprefix(f"{prefix}-"): template for name, template in found.items()}
    return Assembly(folder, templates, read_findings(folder))


def nag_findings(app: App, folder: Path) -> list[str]:
    """What cdk-nag finds in an application that has it as a plugin: `rule at path`."""
    try:
        app.synth()
    except Exception as error:  # jsii's own type; the report says more than it
        if "validation-report.json" not in str(error):
            raise
    return read_findings(folder)


def read_findings(folder: Path) -> list[str]:
    """cdk-nag's report."""
    report = json.loads((folder / "validation-report.json").read_text())
    violations = [found for plugin in report["pluginReports"] for found in plugin["violations"]]
    return [f"{v['ruleName']} at {at['constructPath']}" for v in violations for at in v["violatingConstructs"]]


@pytest.fixture(scope="session")
def artifacts(tmp_path_factory: pytest.TempPathFactory) -> Artifacts:
    return make_artifacts(tmp_path_factory.mktemp("artifacts"))


@pytest.fixture(scope="session")
def whole(artifacts: Artifacts, tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """Made once for all processes that run tests side by side."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", "alone")
    folder = tmp_path_factory.getbasetemp().parent / f"cdk-{run}-{os.getppid()}"
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if run != "alone" and (folder / "validation-report.json").exists():
            return read_assembly(WHOLE.prefix, folder)
        return synthesise(WHOLE, artifacts, folder)
