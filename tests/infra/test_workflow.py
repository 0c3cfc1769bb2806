"""What is beside the stacks: the workflow that comes with Lectern, and the audit."""

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


def test_every_rule_that_the_audit_leaves_out_has_its_reason_and_the_tool_its_version() -> None:
    left_out = yaml.safe_load((ROOT / "infra/audit.yaml").read_text("utf-8"))["skip-check"]
    explained = re.findall(r"^\| (CKV_AWS_\d+), ", (ROOT / "docs/operate.md").read_text("utf-8"), re.MULTILINE)
    assert explained == left_out and len(left_out) <= 10
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert re.search(r"^CHECKOV_VERSION := \d+\.\d+\.\d+$", makefile, re.MULTILINE)
    assert "checkov==$(CHECKOV_VERSION)" in makefile
