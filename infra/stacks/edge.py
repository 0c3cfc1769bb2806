"""The firewall before the API and the console. CloudFront takes it from us-east-1 alone."""

from typing import Any

from aws_cdk import CfnOutput, Fn
from aws_cdk import aws_certificatemanager as certificates
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_wafv2 as waf
from constructs import Construct

from infra.settings import Deployment
from infra.stacks.part import Part

REGION, OUTPUT = "us-east-1", "WebAclArn"

COUNTED = {
    "AWSManagedRulesCommonRuleSet": (
        "SizeRestrictions_BODY",
        "CrossSiteScripting_BODY",
        "EC2MetaDataSSRF_BODY",
        "GenericLFI_BODY",
        "GenericRFI_BODY",
    ),
    "AWSManagedRulesSQLiRuleSet": ("SQLi_BODY", "SQLiExtendedPatterns_BODY"),
    "AWSManagedRulesKnownBadInputsRuleSet": (
        "JavaDeserializationRCE_BODY",
        "Log4JRCE_BODY",
    ),
    "AWSManagedRulesAmazonIpReputationList": (),
}
"""AWS's rule groups, each with its rules that count and don't block: those that read a body. Only /v1 takes bodies.
Pupils write anything into them (`<script>`, `DROP TABLE`, `../..`), an essay is longer than 8 KB, and functions only
ever validate a body as JSON and compute with it."""


class Edge(Part):
    """A web ACL; its ARN is the output `WebAclArn`."""

    def __init__(self, scope: Construct, deployment: Deployment) -> None:
        super().__init__(scope, "edge", deployment, region=REGION)
        groups = [_group(place, name, counted) for place, (name, counted) in enumerate(COUNTED.items(), start=1)]
        acl = waf.CfnWebACL(
            self,
            "Acl",
            scope="CLOUDFRONT",
            default_action=waf.CfnWebACL.DefaultActionProperty(allow={}),
            visibility_config=_seen("lectern"),
            rules=[_too_many(deployment.requests_per_address), *groups],
        )
        CfnOutput(self, OUTPUT, value=acl.attr_arn)


def acl_arn(edge: Edge) -> str:
    """The ACL's ARN, for stacks of other regions."""
    return str(Fn.get_stack_output(edge.stack_name, OUTPUT, REGION))


def own_name(scope: Construct, domain: str, certificate: str) -> dict[str, Any]:
    """What a distribution needs to answer under a name of one's own; nothing where there is none."""
    if not domain:
        return {}
    return {
        "domain_names": [domain],
        "certificate": certificates.Certificate.from_certificate_arn(scope, "Certificate", certificate),
        "minimum_protocol_version": cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
    }


def _too_many(limit: int) -> waf.CfnWebACL.RuleProperty:
    rate = waf.CfnWebACL.RateBasedStatementProperty(limit=limit, aggregate_key_type="IP")
    return waf.CfnWebACL.RuleProperty(
        name="TooManyRequests",
        priority=0,
        action=waf.CfnWebACL.RuleActionProperty(block={}),
        statement=waf.CfnWebACL.StatementProperty(rate_based_statement=rate),
        visibility_config=_seen("TooManyRequests"),
    )


def _group(priority: int, name: str, counted: tuple[str, ...]) -> waf.CfnWebACL.RuleProperty:
    count = waf.CfnWebACL.RuleActionProperty(count={})
    overrides = [waf.CfnWebACL.RuleActionOverrideProperty(name=rule, action_to_use=count) for rule in counted]
    group = waf.CfnWebACL.ManagedRuleGroupStatementProperty(
        vendor_name="AWS", name=name, rule_action_overrides=overrides
    )
    return waf.CfnWebACL.RuleProperty(
        name=name,
        priority=priority,
        override_action=waf.CfnWebACL.OverrideActionProperty(none={}),
        statement=waf.CfnWebACL.StatementProperty(managed_rule_group_statement=group),
        visibility_config=_seen(name),
    )


def _seen(name: str) -> waf.CfnWebACL.VisibilityConfigProperty:
    """Counted, but no samples: those would show headers with tokens."""
    return waf.CfnWebACL.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True, metric_name=name, sampled_requests_enabled=False
    )
