"""What S3 does on bad days: no bucket, no versions, no permission, no answer."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3
import pytest

from lectern.errors import StoreUnavailable
from lectern.store.s3 import S3Store


def test_no_bucket(aws: dict[str, str], s3_store: S3Store) -> None:
    with pytest.raises(StoreUnavailable, match="NoSuchBucket"):
        S3Store("there-is-no-such-bucket").get("key")


def test_a_bucket_without_versions_is_refused(s3_store: S3Store, aws: dict[str, str]) -> None:
    boto3.client("s3").create_bucket(
        Bucket="plain", CreateBucketConfiguration={"LocationConstraint": aws["AWS_DEFAULT_REGION"]}
    )
    with pytest.raises(StoreUnavailable, match="versioning"):
        S3Store("plain").put("key", b"x")


def test_no_permission(monkeypatch: pytest.MonkeyPatch) -> None:
    with _server(_Forbidden) as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        with pytest.raises(StoreUnavailable, match="AccessDenied"):
            S3Store("bucket").get("key")


def test_no_answer_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    with _server(_Silent) as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        with pytest.raises(StoreUnavailable, match="does not answer: ReadTimeoutError"):
            S3Store("bucket", timeout=0.1).get("key")


def test_nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(StoreUnavailable, match="does not answer: EndpointConnectionError"):
        S3Store("bucket", timeout=0.5).get("key")


class _Forbidden(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = b"<Error><Code>AccessDenied</Code><Message>no</Message></Error>"
        self.send_response(403)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class _Silent(_Forbidden):
    def do_GET(self) -> None:
        threading.Event().wait(0.5)


@contextmanager
def _server(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
