"""The workflow that comes with Lectern."""

import re

import yaml

from infra.artifacts import ROOT

WORKFLOW = ROOT / "examples/deploy.yml"


def test_every_action_is_pinned_by_its_commit() -> None:
    used = re.findall(r"uses: (.*)", WORKFLOW.read_text("utf-8"))
    assert len(used) == 6
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line) for line in used), used


def test_it_deploys_by_a_role_after_the_checks_and_has_few_rights() -> None:
    workflow = yaml.safe_load(WORKFLOW.read_text("utf-8"))
    assert workflow["permissions"] == {"contents": "read"}
    deploy = workflow["jobs"]["deploy"]
    assert deploy["needs"] == "check" and deploy["permissions"] == {"contents": "read", "id-token": "write"}
    assert "secrets." not in WORKFLOW.read_text("utf-8")


def test_the_command_is_the_one_that_reads_these_stacks() -> None:
    """The registry's newest can't read this library's assembly."""
    texts = [WORKFLOW.read_text("utf-8"), (ROOT / "docs/operate.md").read_text("utf-8")]
    assert all("aws-cdk@2.1148.1" in text for text in texts)
