"""A local AWS: moto's server in this process, with a versioned bucket for models."""

import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

BUCKET = "lectern-models"

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
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    server.start()
    try:
        host, chosen = server.get_host_and_port()
        variables = {**CREDENTIALS, "AWS_ENDPOINT_URL": f"http://{host}:{chosen}", "LECTERN_STORE": f"s3://{BUCKET}"}
        with in_environment(variables):
            _make_bucket(variables["AWS_DEFAULT_REGION"])
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


def _make_bucket(region: str) -> None:
    import boto3

    client = boto3.client("s3")
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
