"""A local AWS: moto's server in this process, with a versioned bucket for models."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager

BUCKET = "lectern-models"

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}


@contextmanager
def local_aws(port: int = 0) -> Iterator[dict[str, str]]:
    """Run the server on 127.0.0.1 (`port` 0: a free one) and yield the environment variables that clients need."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    server.start()
    try:
        host, chosen = server.get_host_and_port()
        variables = {**CREDENTIALS, "AWS_ENDPOINT_URL": f"http://{host}:{chosen}", "LECTERN_STORE": f"s3://{BUCKET}"}
        _make_bucket(variables)
        yield variables
    finally:
        server.stop()


def _make_bucket(variables: dict[str, str]) -> None:
    import boto3

    region = variables["AWS_DEFAULT_REGION"]
    client = boto3.client(
        "s3",
        endpoint_url=variables["AWS_ENDPOINT_URL"],
        aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
        region_name=region,
    )
    client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": region})
    client.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})


@contextmanager
def in_environment(variables: dict[str, str]) -> Iterator[None]:
    """Set variables for a while."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
