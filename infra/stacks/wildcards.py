"""The kinds of wildcards that permissions have, each with its reason; tests hold every role against them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Wildcard:
    """Resources that end with `*`, as a pattern over their ARNs, and why they do."""

    pattern: str
    reason: str


WILDCARDS = {
    "no resource": Wildcard(
        r"\*", "These permissions (traces, log deliveries, alarms, ECR's token) know no resources."
    ),
    "objects": Wildcard(
        r".*/(releases|aliases|tenants|tenants/\*/(uploads|incoming))/\*",
        "Objects of one folder of one bucket: their keys come with the model, the version, or the caller's tenant.",
    ),
    "log streams": Wildcard(r"arn:.*:logs:.*:log-group:/[^*]+:\*", "The streams of one log group, which Lambda names."),
    "named later": Wildcard(
        r"arn:.*:(states:.*:execution:[^:]+:|scheduler:.*:schedule/[^/]+/|lambda:.*:function:[^:]+:)\*",
        "Executions of one state machine, schedules of one group, versions of one function: named while it runs.",
    ),
}
