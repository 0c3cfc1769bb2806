"""Versions of functions that start with the live release: SnapStart's snapshots hold what was live when they were made.

A version of the same code and settings is published anew, under a variable that names the release, as Lambda makes none
where nothing has changed. CloudFormation knows nothing of it: `deployed` says which version it made itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infra.errors import DeploymentError
from infra.handlers.before_traffic import answers

VARIABLE = "LECTERN_SNAPSHOT"
LIVE = "live"

SAME = ("CodeSha256", "Layers", "Runtime", "Handler", "Architectures", "MemorySize", "Timeout", "Role", "SnapStart")
"""What must not differ between the version that is live and the one that is published in its place."""


@dataclass(frozen=True)
class Lambda:
    """One function, by a client of its account."""

    client: Any
    name: str

    def configuration(self, version: str = "$LATEST") -> dict[str, Any]:
        """What Lambda says of a version. Raises DeploymentError where its variables can't be read."""
        found: dict[str, Any] = self.client.get_function_configuration(FunctionName=self.name, Qualifier=version)
        if "Variables" not in found.get("Environment", {}):
            raise DeploymentError(
                f"the variables of {self.name} can't be read: kms:Decrypt on the key of the stack storage"
            )
        return found

    def alias(self) -> dict[str, Any]:
        """The alias `live`. Raises DeploymentError while its traffic is shifted."""
        found: dict[str, Any] = self.client.get_alias(FunctionName=self.name, Name=LIVE)
        if (found.get("RoutingConfig") or {}).get("AdditionalVersionWeights"):
            raise DeploymentError(f"a deployment of {self.name} is going on; wait until it is over")
        return found

    def move(self, alias: Mapping[str, Any], version: str) -> None:
        """Point `live` at a version, if nobody else moved it. Raises ClientError (PreconditionFailedException)."""
        self.client.update_alias(
            FunctionName=self.name, Name=LIVE, FunctionVersion=version, RevisionId=alias["RevisionId"]
        )


def variables(configuration: Mapping[str, Any]) -> dict[str, str]:
    """The variables of a version."""
    return dict(configuration["Environment"]["Variables"])


def republish(function: Lambda, release: str) -> str:
    """See that `live` is a version that was published for this release, such as `grading 1.1.0`; gives the version.

    Whatever interrupted it, it can be run again: what is done is not done twice, and what was live stays so until the
    new version has answered.

    Raises:
        DeploymentError: the live version is not what would be published, or the new one does not answer.
        ClientError, WaiterError: AWS refuses; somebody else moved the alias or changed the function meanwhile.
    """
    alias = function.alias()
    live, latest = function.configuration(alias["FunctionVersion"]), function.configuration()
    if variables(live).get(VARIABLE) == release:
        return str(alias["FunctionVersion"])
    if _told(live) != _told(latest):
        raise DeploymentError(f"{function.name} was changed and not deployed: its newest code or settings are not live")
    version = _publish(function, latest, release)
    arn, secret = f"{latest['FunctionArn'].removesuffix(':$LATEST')}:{version}", variables(latest)
    if not answers(function.client, arn, secret.get("LECTERN_EDGE_SECRET", "")):
        raise DeploymentError(f"version {version} of {function.name} does not answer; {LIVE} stays where it is")
    function.move(alias, version)
    return version


def sweep(function: Lambda, own: str) -> list[str]:
    """Delete versions that were republished and are live no more, as each is paid for; `own` is CloudFormation's."""
    kept = {"$LATEST", own, function.alias()["FunctionVersion"]}
    pages = function.client.get_paginator("list_versions_by_function").paginate(FunctionName=function.name)
    found = [version for page in pages for version in page["Versions"] if version["Version"] not in kept]
    gone = [v["Version"] for v in found if VARIABLE in v.get("Environment", {}).get("Variables", {})]
    for version in gone:
        function.client.delete_function(FunctionName=function.name, Qualifier=version)
    return gone


def undo(function: Lambda, own: str) -> None:
    """Point `live` at the version that CloudFormation made, so that a deployment starts from there."""
    alias = function.alias()
    if alias["FunctionVersion"] != own:
        function.move(alias, own)


def deployed(cloudformation: Any, stack: str, name: str) -> str:
    """The version of a function that CloudFormation made last. Raises DeploymentError where it is at work."""
    found = cloudformation.describe_stack_resources(StackName=stack)["StackResources"]
    versions = [str(r["PhysicalResourceId"]) for r in found if r["ResourceType"] == "AWS::Lambda::Version"]
    own = [arn.rsplit(":", 1)[-1] for arn in versions if f":function:{name}:" in arn]
    if len(own) != 1:
        raise DeploymentError(f"{stack} has {len(own)} versions of {name}; is a deployment going on?")
    return own[0]


def _publish(function: Lambda, latest: Mapping[str, Any], release: str) -> str:
    if variables(latest).get(VARIABLE) != release:
        latest = function.client.update_function_configuration(
            FunctionName=function.name,
            Environment={"Variables": variables(latest) | {VARIABLE: release}},
            RevisionId=latest["RevisionId"],
        )
        function.client.get_waiter("function_updated_v2").wait(FunctionName=function.name)
    said = {"CodeSha256": latest["CodeSha256"], "Description": f"with {release}"}
    version = str(function.client.publish_version(FunctionName=function.name, **said)["Version"])
    function.client.get_waiter("published_version_active").wait(FunctionName=function.name, Qualifier=version)
    return version


def _told(configuration: Mapping[str, Any]) -> dict[str, Any]:
    """What makes a version what it is, but for the release that it was published for."""
    own = {name: value for name, value in variables(configuration).items() if name != VARIABLE}
    facts = {name: configuration.get(name) for name in SAME} | {"Environment": own}
    facts["Layers"] = [layer["Arn"] for layer in configuration.get("Layers") or ()]
    facts["SnapStart"] = (configuration.get("SnapStart") or {}).get("ApplyOn")
    return facts
