"""Reading without the client: what is asked for, when the client has to read, and what goes wrong."""

import os
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from botocore.session import Session

from lectern.errors import StoreUnavailable
from lectern.store.s3 import S3Store
from lectern.store.s3_reading import Reader, reader

KEYS = {"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "eu-central-1"}


class S3(BaseHTTPRequestHandler):
    """Answers in the order of `answers`, and notes what it was asked."""

    answers: ClassVar[list[tuple[int, bytes]]] = []
    asked: ClassVar[list[tuple[str, dict[str, str]]]] = []

    def do_GET(self) -> None:
        self.asked.append((self.path, dict(self.headers)))
        status, body = self.answers.pop(0)
        self.send_response(status)
        self.send_header("ETag", '"tag"')
        self.send_header("x-amz-version-id", "v1")
        self.send_header("Content-Length", str(len(body) + (7 if body == b"cut" else 0)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[S3]]:
    handler = type("Handler", (S3,), {"answers": [], "asked": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    Thread(target=server.serve_forever, daemon=True).start()
    for name, value in {**KEYS, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}"}.items():
        monkeypatch.setenv(name, value)
    yield handler
    server.shutdown()
    server.server_close()


def test_it_asks_as_the_client_does(s3: type[S3]) -> None:
    key = "tenants/a b/ü+(1)~/x=y&z"
    s3.answers = [(200, b"data"), (200, b"data")]
    assert S3Store("bucket").get(key, "v1").data == b"data"
    client = Session().create_client("s3")
    client.get_object(Bucket="bucket", Key=key, VersionId="v1")
    (ours, headers), (theirs, _) = s3.asked
    assert ours == theirs.replace("&x-id=GetObject", "").replace("?x-id=GetObject&", "?")
    assert headers["Authorization"].startswith("AWS4-HMAC-SHA256 Credential=id/")
    assert "/eu-central-1/s3/aws4_request" in headers["Authorization"]


@pytest.mark.parametrize("status", [500, 503])
def test_a_server_in_trouble_is_asked_again_once(s3: type[S3], status: int) -> None:
    s3.answers = [(status, b"<Error><Code>SlowDown</Code></Error>"), (200, b"data")]
    assert S3Store("bucket").get("key").data == b"data"
    s3.answers = [(status, b"<Error><Code>SlowDown</Code></Error>")] * 3
    with pytest.raises(StoreUnavailable, match="SlowDown"):
        S3Store("bucket").get("key")
    assert len(s3.answers) == 1


@pytest.mark.parametrize("body", [b"", b"<Error>", b"\xff"])
def test_a_refusal_without_a_code_is_told_by_its_status(s3: type[S3], body: bytes) -> None:
    s3.answers = [(403, body)]
    with pytest.raises(StoreUnavailable, match="403"):
        S3Store("bucket").get("key")


def test_a_body_that_breaks_off_is_no_object(s3: type[S3]) -> None:
    s3.answers = [(200, b"cut"), (200, b"cut")]
    with pytest.raises(StoreUnavailable):
        S3Store("bucket").get("key")
    with pytest.raises(StoreUnavailable), S3Store("bucket").stream("key") as file:
        file.read()


def test_nobody_there(monkeypatch: pytest.MonkeyPatch) -> None:
    found = reader("bucket", 1.0, {**KEYS, "AWS_ENDPOINT_URL": "http://127.0.0.1:9"})
    assert found is not None
    with pytest.raises(EndpointConnectionError):
        found.get("key", None)


@pytest.mark.parametrize(
    "environment",
    [
        {**KEYS, "AWS_REGION": "cn-north-1"},
        {**KEYS, "AWS_REGION": "us-gov-west-1"},
        {**KEYS, "AWS_REGION": ""},
        {**KEYS, "AWS_USE_FIPS_ENDPOINT": "true"},
        {**KEYS, "AWS_PROFILE": "school"},
        {"AWS_REGION": "eu-central-1"},
    ],
)
def test_the_client_reads_where_more_than_two_lines_are_needed(environment: dict[str, str]) -> None:
    assert reader("bucket", 1.0, environment) is None


def test_the_client_reads_from_a_bucket_with_dots() -> None:
    assert reader("my.bucket", 1.0, KEYS) is None


def test_in_aws_a_bucket_has_an_address_of_its_own() -> None:
    found = reader("bucket", 1.0, KEYS)
    assert isinstance(found, Reader)
    assert found.address == "https://bucket.s3.eu-central-1.amazonaws.com"


def test_a_snapshot_that_was_restored_asks_for_its_credentials(s3: type[S3], monkeypatch: pytest.MonkeyPatch) -> None:
    """SnapStart gives no keys but an address that gives them: https://docs.aws.amazon.com/lambda/latest/dg/snapstart.html."""
    place = os.environ["AWS_ENDPOINT_URL"]
    given = b'{"AccessKeyId":"fresh","SecretAccessKey":"s","Token":"t","Expiration":"2099-01-01T00:00:00Z"}'
    s3.answers = [(200, given), (200, b"data")]
    container = {
        "AWS_REGION": "eu-central-1",
        "AWS_ENDPOINT_URL": place,
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{place}/c",
    }
    found = reader("bucket", 1.0, container)
    assert found is not None
    found.get("key", None)
    (_, _), (_, headers) = s3.asked
    assert "Credential=fresh/" in headers["Authorization"] and headers["X-Amz-Security-Token"] == "t"


def test_what_is_not_there(s3: type[S3]) -> None:
    s3.answers = [(404, b"<Error><Code>NoSuchVersion</Code></Error>")]
    found = reader("bucket", 1.0)
    assert found is not None
    with pytest.raises(ClientError, match="NoSuchVersion"):
        found.get("key", "gone")
