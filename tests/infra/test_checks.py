"""Whole templates: cfn-lint, cdk-nag, and the list of what is created."""

import json
import os
from pathlib import Path

import pytest
from aws_cdk import App, Stack, Validations
from aws_cdk import aws_s3 as s3
from cdk_nag import AwsSolutionsChecks
from cfnlint.config import ConfigMixIn
from cfnlint.decode.decode import decode_str
from cfnlint.rules import Rules
from cfnlint.runner import Runner, run_template_by_data

from infra.choices import read_functions
from infra.layout import layout_of
from infra.stacks.acknowledged import ACKNOWLEDGED, expanded
from tests.infra.conftest import WHOLE, Assembly, nag_findings

SNAPSHOT = Path(__file__).parent / "resources.json"


def test_cdk_nag_finds_nothing_that_is_not_acknowledged(whole: Assembly) -> None:
    assert whole.findings == []


def test_cdk_nag_is_at_work(tmp_path: Path) -> None:
    app = App(outdir=str(tmp_path))
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    s3.Bucket(Stack(app, "Stack"), "Bucket")
    assert "AwsSolutions-S10 at Stack/Bucket/Resource" in nag_findings(app, tmp_path)


def test_acknowledgements_are_few_and_each_is_for_something_that_is_there(whole: Assembly) -> None:
    rules = {(entry.rule.split("[")[0], entry.reason) for entry in ACKNOWLEDGED}
    assert len(rules) <= 15
    paths = json.loads((whole.folder / "tree.json").read_text())["tree"]["children"]
    for path, rule, _ in expanded(WHOLE.prefix, layout_of(WHOLE, read_functions())):
        place = {"children": paths}
        for part in path.split("/"):
            place = place.get("children", {}).get(part) or {}
        assert place, f"{rule} is acknowledged at {path}, which is not there"


@pytest.fixture(scope="module")
def rules() -> Rules:
    """cfn-lint's, read once: `cfnlint.api.lint` reads them anew, which takes longer than most templates."""
    return Runner(ConfigMixIn()).rules


def linted(text: str, rules: Rules, region: str = WHOLE.region) -> list[str]:
    """W3005 is about dependencies that CDK says twice."""
    template, faults = decode_str(text)
    assert template and not faults
    found = run_template_by_data(template, ConfigMixIn(regions=[region], ignore_checks=["W3005"]), rules)
    return [f"{match.rule.id} {match.message}" for match in found]


def test_cfn_lint_finds_nothing(whole: Assembly, rules: Rules) -> None:
    assert len(rules) > 200
    for name, template in whole.templates.items():
        region = "us-east-1" if name == "edge" else WHOLE.region
        assert linted(json.dumps(template), rules, region) == [], name


def test_cfn_lint_reads_the_state_machine(whole: Assembly, rules: Rules) -> None:
    text = json.dumps(whole.templates["batch"]).replace('\\"Type\\": \\"Map\\"', '\\"Type\\": \\"Mapp\\"')
    assert [found.split()[0] for found in linted(text, rules)] == ["E3601"]


def test_what_is_created_is_what_was_agreed(whole: Assembly) -> None:
    """`LECTERN_SNAPSHOT=write pytest tests/infra/test_checks.py` writes the list anew; look at the difference."""
    found = {
        name: sorted(f"{resource['Type']} {id_}" for id_, resource in template["Resources"].items())
        for name, template in sorted(whole.templates.items())
    }
    # the id of a version or of a layer holds a digest of its code
    stable = {name: [_without_digest(line) for line in lines] for name, lines in found.items()}
    if os.environ.get("LECTERN_SNAPSHOT") == "write":
        SNAPSHOT.write_text(json.dumps(stable, indent=1) + "\n")
    assert stable == json.loads(SNAPSHOT.read_text())


def _without_digest(line: str) -> str:
    kind, id_ = line.split()
    return f"{kind} {id_[:-40]}" if kind in ("AWS::Lambda::Version", "AWS::Lambda::LayerVersion") else line
