"""An environment whose light tasks are served by one function."""

import json
import re
import zipfile
from pathlib import Path
from typing import Any, Literal

import pytest
from cfnlint.config import ConfigMixIn
from cfnlint.runner import Runner
from pydantic import ValidationError

from infra.app import compose
from infra.artifacts import ROOT, Artifacts
from infra.choices import read_functions
from infra.layout import layout_of
from infra.local.models_republish import _serving
from infra.routes import routes_of
from infra.settings import Deployment
from infra.text import TextSettings
from lectern.settings import Settings
from tests.infra.conftest import WHOLE, Assembly, Resource, synthesise
from tests.infra.test_checks import linted
from tests.infra.test_functions import flat, listed, statements

from aws_cdk import App  # isort: skip

TASKS = ("classify", "sentiment", "roles", "summarize", "answer", "translate")
TOGETHER = WHOLE.model_copy(update={"text": TextSettings(tasks=TASKS, preload=("sentiment",))})
LAYOUT = layout_of(TOGETHER, read_functions())


@pytest.fixture(scope="module")
def together(artifacts: Artifacts, tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    return synthesise(TOGETHER, artifacts, tmp_path_factory.mktemp("together"))


def named(assembly: Assembly) -> dict[str, Resource]:
    """Every function of functions/, by its folder."""
    found = assembly.resources("AWS::Lambda::Function", "functions").values()
    handlers = {str(resource["Properties"]["Handler"]): resource for resource in found}
    return {handler.split(".")[1]: found for handler, found in handlers.items() if handler.startswith("functions.")}


def allowed(assembly: Assembly, name: str) -> set[str]:
    """What a function may do: actions with what they reach; its own log has its own name."""
    pattern = re.compile(rf"functions/{name}Role\w{{8}}")
    found = [statement for id_, statement in statements(assembly) if pattern.fullmatch(id_)]
    reach = {
        f"{action} {flat(resource)}"
        for statement in found
        for action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
    }
    assert reach
    return {text.replace(f"lectern-whole/{name}:", "lectern-whole/ITS-OWN:") for text in reach}


def test_the_tasks_have_one_function_and_all_others_their_own(together: Assembly) -> None:
    assert named(together).keys() == {*read_functions()} - {*TASKS} | {"text"}
    assert LAYOUT.functions.keys() == named(together).keys()


def test_without_the_choice_nothing_changes() -> None:
    layout = layout_of(WHOLE, read_functions())
    assert layout.functions == read_functions()
    assert all(layout.home(name) == name and layout.tasks(name) == (name,) for name in layout.rows)


def test_every_route_is_there_and_leads_to_its_tasks_function(together: Assembly) -> None:
    routes = {r["Properties"]["RouteKey"]: r for r in together.resources("AWS::ApiGatewayV2::Route").values()}
    owners = routes_of(read_functions())
    assert routes.keys() == owners.keys()
    leads = {key: json.dumps(route["Properties"]["Target"]) for key, route in routes.items()}
    there = {leads[key] for key, name in owners.items() if name in TASKS}
    assert len(there) == 1
    assert not there & {leads[key] for key, name in owners.items() if name not in TASKS}
    (stage,) = together.resources("AWS::ApiGatewayV2::Stage").values()
    limits = {key: limit["ThrottlingRateLimit"] for key, limit in stage["Properties"]["RouteSettings"].items()}
    assert limits == {key: read_functions()[name].rate for key, name in owners.items()}, "each task's own"


def test_it_may_do_what_its_tasks_may_and_nothing_else(together: Assembly, whole: Assembly) -> None:
    apart = {name: allowed(whole, name) for name in TASKS}
    assert allowed(together, "text") == set.union(*apart.values())
    assert allowed(together, "grading") == allowed(whole, "grading")


def test_its_code_is_that_of_its_tasks(together: Assembly) -> None:
    key = named(together)["text"]["Properties"]["Code"]["S3Key"]
    with zipfile.ZipFile(together.folder / f"asset.{key}") as file:
        folders = {entry.split("/")[1] for entry in file.namelist() if entry.count("/") == 2}
    assert folders == {"text", *TASKS}


def test_its_variables_are_settings(together: Assembly, whole: Assembly) -> None:
    properties = named(together)["text"]["Properties"]
    variables = properties["Environment"]["Variables"]
    own = {name: value for name, value in variables.items() if name not in common(whole)}
    assert own.keys() == {"LECTERN_TASKS", "LECTERN_PRELOAD", "LECTERN_PRELOAD_TASKS", "LECTERN_MODELS_MB"}
    typed = {name.removeprefix("LECTERN_").lower(): json.loads(value) for name, value in own.items()}
    found = Settings(**typed)
    assert (found.tasks, found.preload, found.preload_tasks, found.models_mb) == (TASKS, False, ("sentiment",), 768)
    assert (properties["MemorySize"], properties["Timeout"]) == (1769, 30)
    assert properties["SnapStart"] == {"ApplyOn": "PublishedVersions"}
    assert {name: value for name, value in variables.items() if name not in own} == common(whole) | {
        name: variables[name] for name in common(whole)
    }


def common(whole: Assembly) -> dict[str, Any]:
    """What every function is told."""
    variables: dict[str, Any] = named(whole)["sentiment"]["Properties"]["Environment"]["Variables"]
    return variables


def test_faults_reviews_and_refused_releases_are_told_apart_by_task(together: Assembly, whole: Assembly) -> None:
    heard: dict[str, set[str]] = {}
    for resource in together.resources("AWS::CloudWatch::Alarm").values():
        properties = resource["Properties"]
        stats = [found["MetricStat"]["Metric"] for found in properties.get("Metrics", ()) if "MetricStat" in found]
        for metric in [properties, *stats]:
            where = {found["Name"]: found["Value"] for found in metric.get("Dimensions", ())}
            if "service" in where:
                heard.setdefault(metric["MetricName"], set()).add(where["service"])
    assert heard["Faults"] == {*read_functions()}
    assert heard["NeedsReview"] == heard["Answers"] == {"classify", "essays", "grading", "sentiment"}
    filters = together.resources("AWS::Logs::MetricFilter", "watch").values()
    patterns = [resource["Properties"]["FilterPattern"] for resource in filters]
    for name in TASKS:
        assert sum(f'$.service = "{name}" && ' in pattern for pattern in patterns) == 1
    assert len(filters) == len(whole.resources("AWS::Logs::MetricFilter", "watch"))


def test_a_canary_is_taken_back_by_alarms_of_its_own_task_and_of_the_function(together: Assembly) -> None:
    rules = together.resources("AWS::Events::Rule", "watch")
    (sentiment,) = [rule for id_, rule in rules.items() if id_.startswith("watch/Alarmsentiment")]
    alarms = json.dumps(sentiment["Properties"]["EventPattern"]["resources"])
    for name in ("textErrors", "textSlow", "textThrottles", "textFaultssentiment", "SelfTestsentiment"):
        assert name in alarms, name
    assert "Faultsroles" not in alarms and "SelfTestroles" not in alarms


def test_all_its_alarms_stop_a_deployment(together: Assembly) -> None:
    groups = together.resources("AWS::CodeDeploy::DeploymentGroup").values()
    (group,) = [r["Properties"] for r in groups if r["Properties"]["DeploymentGroupName"] == "lectern-whole-text"]
    assert len(group["AlarmConfiguration"]["Alarms"]) == 3 + len(TASKS)


def test_cdk_nag_and_cfn_lint_find_nothing(together: Assembly) -> None:
    assert together.findings == []
    rules = Runner(ConfigMixIn()).rules
    for name in ("functions", "api", "watch"):
        assert linted(json.dumps(together.templates[name]), rules) == [], name


@pytest.mark.parametrize("routes", ["text", "own"])
def test_on_the_way_nothing_goes_that_a_stack_still_refers_to(
    routes: Literal["text", "own"], together: Assembly, whole: Assembly, artifacts: Artifacts, tmp_path: Path
) -> None:
    """CloudFormation refuses to take an export away that another stack imports, and deploys that stack later."""
    text = TextSettings(tasks=TASKS, both=True, routes=routes)
    app = App(context=json.loads((ROOT / "cdk.json").read_text())["context"], outdir=str(tmp_path / "out"))
    compose(app, WHOLE.model_copy(update={"text": text}), artifacts)
    app.synth()
    found = {
        file.name.split(".")[0].removeprefix("lectern-whole-"): json.loads(file.read_text())
        for file in (tmp_path / "out").glob("*.template.json")
    }
    exported = {output["Export"]["Name"] for output in found["functions"]["Outputs"].values() if "Export" in output}
    for before in (together, whole):
        imported = re.findall(r"lectern-whole-functions:Exports\w+", json.dumps(list(before.templates.values())))
        assert set(imported) <= exported
    targets = re.findall(r"ExportsOutputRef(\w+?)Live\w+", json.dumps(found["api"]))
    assert ("text" in targets, "roles" in targets) == (routes == "text", routes == "own")


def test_search_can_come_along_where_there_is_memory_for_collections() -> None:
    text = TextSettings(tasks=("search", "answer"), models_mb=512)
    layout = layout_of(WHOLE.model_copy(update={"text": text}), read_functions())
    assert layout.home("search") == "text"
    assert layout.functions["text"].models == ("search", "answer")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"tasks": ("grading",)}, r"text can't serve grading; it can serve answer, classify"),
        ({"tasks": ("roles",), "preload": ("answer",)}, "preload: answer is not among the tasks"),
        ({"tasks": ("roles", "roles")}, "each but once"),
        ({"tasks": ("roles",), "memory": 1024}, "768 MB of models need a memory of 1068 MB"),
        ({"tasks": ("search",), "models_mb": 1000}, "need a memory of 1900 MB"),
        ({"tasks": ("roles",), "routes": "own"}, "only while `both` are there"),
        ({"models_mb": 0}, "greater than or equal to 1"),
        ({"task": ("roles",)}, "task"),
    ],
)
def test_choices_that_cannot_be_are_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Deployment.model_validate({"name": "dev", "region": "eu-central-1", "monthly_budget": 10, "text": change})


def test_republish_finds_the_function_of_a_model() -> None:
    assert [found.name for found in _serving(TOGETHER, "bloom", object())] == ["lectern-whole-text"]
    assert [found.name for found in _serving(TOGETHER, "grading", object())] == ["lectern-whole-grading"]


def test_the_same_tasks_are_the_same_zip(tmp_path: Path) -> None:
    one, other = (Artifacts(zips=tmp_path / name).function("text", TASKS) for name in ("one", "other"))
    assert Path(one).read_bytes() == Path(other).read_bytes()
