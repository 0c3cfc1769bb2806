"""A local AWS: moto's server in this process, with versioned buckets for models and data, and the gradebook's table."""

import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from infra.local.dynamodb import make_steady
from infra.table import INDEXES, KEYS

BUCKET, DATA_BUCKET, TABLE = "lectern-models", "lectern-data", "lectern"

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "NO_PROXY": "127.0.0.1",
}


@contextmanager
def local_aws(port: int = 0) -> Iterator[dict[str, str]]:
    """Run the server on 127.0.0.1 (`port` 0: a free one) and yield the environment variables that clients need."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    check_free(port)
    make_steady()
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    server.start()
    try:
        host, chosen = server.get_host_and_port()
        variables = {**CREDENTIALS, "AWS_ENDPOINT_URL": f"http://{host}:{chosen}", "LECTERN_STORE": f"s3://{BUCKET}"}
        variables["LECTERN_TABLE"] = TABLE
        with in_environment(variables):
            for bucket in (BUCKET, DATA_BUCKET):
                _make_bucket(bucket, variables["AWS_DEFAULT_REGION"])
            _make_table()
        yield variables
    finally:
        server.stop()


def check_free(port: int) -> None:
    """Raise OSError when somebody listens on this port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise OSError(error.errno, error.strerror, f"port {port}") from error


def _make_bucket(name: str, region: str) -> None:
    import boto3

    client = boto3.client("s3")
    with suppress(
        client.exceptions.BucketAlreadyOwnedByYou
    ):  # of another local AWS in this process: moto has one state
        client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": region})
    client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})


def _make_table() -> None:
    import boto3

    client = boto3.client("dynamodb")
    with suppress(client.exceptions.ResourceInUseException):
        client.create_table(
            TableName=TABLE,
            KeySchema=_schema(KEYS),
            AttributeDefinitions=[
                {"AttributeName": name, "AttributeType": "S"} for part in (KEYS, *INDEXES.values()) for name in part
            ],
            GlobalSecondaryIndexes=[
                {"IndexName": name, "KeySchema": _schema(part), "Projection": {"ProjectionType": "ALL"}}
                for name, part in INDEXES.items()
            ],
            BillingMode="PAY_PER_REQUEST",
        )


def _schema(keys: dict[str, str]) -> list[dict[str, str]]:
    return [{"AttributeName": name, "KeyType": kind} for name, kind in keys.items()]


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
