"""The environment of every function: the settings of lectern.settings, which all of them read in the same way."""

import json
from collections.abc import Mapping

from aws_cdk import SecretValue

from infra.layout import Layout
from infra.settings import Deployment, FunctionSettings
from infra.stacks.data import Data
from infra.stacks.places import Places
from infra.stacks.storage import Storage
from infra.text import TEXT


def environment(
    deployment: Deployment,
    rows: Mapping[str, FunctionSettings],
    places: Places,
    storage: Storage,
    data: Data,
    public_key: str,
) -> dict[str, str]:
    """The variables by name. Secrets are references that CloudFormation resolves."""
    return {
        "LECTERN_DEPLOYMENT": deployment.name,
        "LECTERN_STORE": f"s3://{storage.models.bucket_name}",
        "LECTERN_DATA_STORE": f"s3://{storage.data.bucket_name}",
        "LECTERN_TABLE": data.table.table_name,
        "LECTERN_PUBLIC_KEY": public_key,
        "LECTERN_ALIAS": deployment.alias,
        "LECTERN_MODELS": json.dumps(dict(deployment.models)),
        "LECTERN_EDGE_SECRET": storage.edge_secret,
        "LECTERN_GRADING_FUNCTION": places.live("grading"),
        "LECTERN_GRADING_MEMORY": str(rows["grading"].memory),
        "LECTERN_STATE_MACHINE": places.state_machine,
        "LECTERN_SCHEDULE_GROUP": places.name("schedules"),
        "LECTERN_SCHEDULE_TARGET": places.live("jobs"),
        "LECTERN_SCHEDULE_ROLE": places.schedule_role,
        "LECTERN_SCHEDULE_DEAD_LETTERS": places.dead_letters,
        "LECTERN_DEAD_LETTERS": data.dead_letters.queue_url,
        "LECTERN_TOPIC": data.jobs_topic.topic_arn,
        **_heavy(deployment, places),
        **_webhook(deployment),
    }


def own(layout: Layout, name: str) -> dict[str, str]:
    """What one function alone is told."""
    if name != TEXT:
        return {}
    return {
        "LECTERN_TASKS": json.dumps(layout.text.tasks),
        "LECTERN_PRELOAD": "false",
        "LECTERN_PRELOAD_TASKS": json.dumps(layout.text.preload),
        "LECTERN_MODELS_MB": str(layout.text.models_mb),
    }


def _heavy(deployment: Deployment, places: Places) -> dict[str, str]:
    """The endpoint, and each model's inference component."""
    if not deployment.heavy.enabled:
        return {}
    components = {model: places.component(model) for model in places.heavy}
    return {"LECTERN_HEAVY_ENDPOINT": places.name("heavy"), "LECTERN_HEAVY_COMPONENTS": json.dumps(components)}


def _webhook(deployment: Deployment) -> dict[str, str]:
    if not deployment.webhook:
        return {}
    key = SecretValue.secrets_manager(deployment.webhook_secret)
    return {"LECTERN_WEBHOOK": deployment.webhook, "LECTERN_WEBHOOK_KEY": key.unsafe_unwrap()}
