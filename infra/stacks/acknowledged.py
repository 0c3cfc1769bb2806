"""Findings of cdk-nag's AwsSolutions that stay, each by its exact id and with its reason.

`{prefix}` is the deployment's, `{name}` every function's; ids of exports hold CloudFormation's logical ids.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from aws_cdk import Acknowledgment, App, Validations
from constructs import IConstruct

from infra.layout import Layout
from infra.settings import Deployment
from infra.stacks.permissions import Grant, grants, read_uploads, releases, tenants_objects
from infra.stacks.wildcards import WILDCARDS
from model_store.catalogue import HEAVY

_MODELS = "{prefix}-storage:ExportsOutputFnGetAttModelsC55D3500ArnC820EBA0"
_DATA = "{prefix}-storage:ExportsOutputFnGetAttData666C94C7Arn0D7E21B7"
_HERE = "<AWS::Region>:<AWS::AccountId>"

_ON_RELEASES = ("functions/Releases/Role", "functions/TakingBack/Role")
_FUNCTION = "functions/{name}/Role"
_ALL_FUNCTIONS = (_FUNCTION, "functions/{name}/Check/Role", *_ON_RELEASES)


@dataclass(frozen=True)
class Acknowledged:
    """A rule, or one finding of a rule, at constructs given by their paths below the prefix."""

    rule: str
    reason: str
    at: tuple[str, ...]
    needing: Grant | None = None
    """Only functions that are granted this are meant by `{name}`."""


def _wildcard(kind: str, resource: str, *at: str, needing: Grant | None = None) -> Acknowledged:
    return Acknowledged(f"AwsSolutions-IAM5[Resource::{resource}]", WILDCARDS[kind].reason, at, needing)


def _streams(group: str, at: str) -> Acknowledged:
    return _wildcard("log streams", f"arn:<AWS::Partition>:logs:{_HERE}:log-group:{group}:*", at)


def _named_later(service: str, rest: str, *at: str) -> Acknowledged:
    return _wildcard("named later", f"arn:<AWS::Partition>:{service}:{_HERE}:{rest}", *at)


ACKNOWLEDGED = (
    _wildcard("no resource", "*", *_ALL_FUNCTIONS, "functions/Shifting", "batch/Role", "heavy/Role"),
    _wildcard("objects", f"{_MODELS}/releases/*", _FUNCTION, *_ON_RELEASES, "heavy/Role", needing=releases),
    _wildcard("objects", f"{_MODELS}/aliases/*", _FUNCTION, *_ON_RELEASES, "heavy/Role", needing=releases),
    _wildcard("objects", f"{_DATA}/tenants/*", _FUNCTION, "batch/Role", needing=tenants_objects),
    _wildcard("objects", f"{_DATA}/tenants/*/uploads/*", _FUNCTION, needing=read_uploads),
    _wildcard("objects", f"{_DATA}/tenants/*/incoming/*", _FUNCTION, needing=read_uploads),
    _streams("/lectern/{prefix}/{name}", "functions/{name}/Role"),
    _streams("/lectern/{prefix}/{name}-check", "functions/{name}/Check/Role"),
    _streams("/lectern/{prefix}/publishing", "functions/Releases/Role"),
    _streams("/lectern/{prefix}/taking-back", "functions/TakingBack/Role"),
    _streams("/aws/sagemaker/Endpoints/{prefix}-heavy", "heavy/Role"),
    *(_streams(f"/aws/sagemaker/InferenceComponents/{{prefix}}-heavy-{model}", "heavy/Role") for model in HEAVY),
    _named_later("lambda", "function:{prefix}-{name}:*", "functions/{name}/Check/Role"),
    _named_later("states", "execution:{prefix}-jobs:*", "functions/jobs/Role", "batch/Role"),
    _named_later("scheduler", "schedule/{prefix}-schedules/*", "functions/jobs/Role"),
    Acknowledged(
        "AwsSolutions-SMG4",
        "CloudFormation hands the secret to CloudFront and to the functions: it changes by a deployment alone.",
        ("storage/EdgeSecret",),
    ),
    Acknowledged("AwsSolutions-SQS3", "This is the queue of dead letters.", ("data/DeadLetters",)),
    Acknowledged(
        "AwsSolutions-L1",
        "The layer's compiled wheels are those of Python 3.13, so the runtime moves together with them.",
        (
            *("functions/{name}/Function", "functions/{name}/Check/Function"),
            *("functions/Releases/Function", "functions/TakingBack/Function"),
        ),
    ),
    Acknowledged(
        "AwsSolutions-COG2",
        "Pupils may have no second device; a second factor is there for whoever turns it on.",
        ("api/SignIn/Pool",),
    ),
    Acknowledged(
        "AwsSolutions-COG8",
        "The Plus plan is paid per user; nobody signs up alone, and passwords are long.",
        ("api/SignIn/Pool",),
    ),
    Acknowledged(
        "AwsSolutions-APIG4",
        "Health is asked for by monitors without a token; the answer names models and their versions alone.",
        ("api/Api/GET--healthz", "api/Api/GET--v2--health--live", "api/Api/GET--v2--health--ready"),
    ),
    Acknowledged(
        "AwsSolutions-CFR1", "Where its schools are is the operator's to say.", ("api/Distribution", "web/Distribution")
    ),
    Acknowledged(
        "AwsSolutions-CFR3",
        "CloudFront's logs hold addresses and queries, which name students; the API's own log has routes without them.",
        ("api/Distribution", "web/Distribution"),
    ),
    Acknowledged(
        "AwsSolutions-CFR4",
        "CloudFront's own certificate knows no least version; a domain with its own certificate gets TLS 1.2.",
        ("api/Distribution", "web/Distribution"),
    ),
)


def acknowledge(app: App, deployment: Deployment, layout: Layout) -> None:
    """Tell cdk-nag; what this deployment has not (the GPU endpoint, say) is left out."""
    for path, rule, reason in expanded(deployment.prefix, layout):
        construct = _find(app, path)
        if construct:
            Validations.of(construct).acknowledge(Acknowledgment(id=rule, reason=reason))


def expanded(prefix: str, layout: Layout) -> Iterator[tuple[str, str, str]]:
    """Path, exact id and reason of each."""
    for entry in ACKNOWLEDGED:
        for at in entry.at:
            for name in _meant(entry, layout) if "{name}" in at + entry.rule else ("",):
                path, rule = (text.replace("{name}", name).replace("{prefix}", prefix) for text in (at, entry.rule))
                yield f"{prefix}-{path}", rule, entry.reason


def _meant(entry: Acknowledged, layout: Layout) -> Iterator[str]:
    for name in layout.functions:
        if entry.needing is None or entry.needing in grants(layout.tasks(name)):
            yield name


def _find(app: App, path: str) -> IConstruct | None:
    found: IConstruct | None = app
    for part in path.split("/"):
        found = found.node.try_find_child(part) if found else None
    return found
