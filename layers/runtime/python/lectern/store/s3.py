"""A store in an S3 bucket with versioning on.

botocore is used directly: it is the same client without boto3's resource layer, which a cold start would pay for. So
it would for the client itself, which what only reads goes without.
"""

import io
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cached_property
from pathlib import Path
from typing import IO, Any

from botocore.exceptions import BotoCoreError, ClientError

from lectern.errors import Conflict, StoreUnavailable, UnknownObject
from lectern.store import Blob, ObjectVersion
from lectern.store.s3_reading import Reader, reader

_MISSING = {"NoSuchKey", "NoSuchVersion", "404"}
_CHANGED = {"PreconditionFailed", "ConditionalRequestConflict", "412"}


class S3Store:
    """Credentials, region and endpoint come from the environment, as for every AWS client."""

    def __init__(self, bucket: str, timeout: float = 10.0) -> None:
        self._bucket, self._timeout = bucket, timeout

    @cached_property
    def _client(self) -> Any:
        from botocore.config import Config  # whoever reads alone does without the client
        from botocore.session import Session

        config = Config(
            connect_timeout=min(3.0, self._timeout),
            read_timeout=self._timeout,
            retries={"mode": "standard", "total_max_attempts": 2},
        )
        return Session().create_client("s3", config=config)

    @cached_property
    def _reader(self) -> Reader | None:
        return reader(self._bucket, self._timeout)

    def _read(self, key: str, version_id: str | None) -> dict[str, Any]:
        if self._reader:
            return self._reader.get(key, version_id)
        pin = {"VersionId": version_id} if version_id else {}
        found: dict[str, Any] = self._client.get_object(Bucket=self._bucket, Key=key, **pin)
        return found

    def get(self, key: str, version_id: str | None = None) -> Blob:
        """See Store."""
        with _translated(key):
            answer = self._read(key, version_id)
            return Blob(self._version(answer), answer["ETag"], answer["Body"].read())

    @contextmanager
    def stream(self, key: str, version_id: str | None = None) -> Iterator[IO[bytes]]:
        """See Store; a stream that breaks off raises StoreUnavailable where it is read."""
        with _translated(key):
            answer = self._read(key, version_id)
        with closing(answer["Body"]) as body:
            yield io.BufferedReader(_Body(body, key))

    def upload(self, key: str, path: Path) -> ObjectVersion:
        """See Store."""
        with _translated(key), path.open("rb") as file:
            answer = self._client.put_object(Bucket=self._bucket, Key=key, Body=file)
        return ObjectVersion(self._version(answer), answer["ETag"])

    def put(self, key: str, data: bytes, *, if_match: str | None = None, if_none_match: bool = False) -> ObjectVersion:
        """See Store."""
        condition = {"IfNoneMatch": "*"} if if_none_match else {"IfMatch": if_match} if if_match else {}
        with _translated(key, written=True):
            answer = self._client.put_object(Bucket=self._bucket, Key=key, Body=data, **condition)
        return ObjectVersion(self._version(answer), answer["ETag"])

    def link(self, key: str, seconds: int, version_id: str | None = None, *, write: bool = False) -> str:
        """See Store; signed with the credentials of this process, without asking S3."""
        asked = {"Bucket": self._bucket, "Key": key} | ({"VersionId": version_id} if version_id else {})
        with _translated(key):
            operation = "put_object" if write else "get_object"
            return str(self._client.generate_presigned_url(operation, Params=asked, ExpiresIn=seconds))

    def keys(self, prefix: str) -> list[str]:
        """See Store."""
        with _translated(prefix):
            pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix)
            return [entry["Key"] for page in pages for entry in page.get("Contents", ())]

    def versions(self, key: str) -> list[ObjectVersion]:
        """See Store."""
        with _translated(key):
            pages = self._client.get_paginator("list_object_versions").paginate(Bucket=self._bucket, Prefix=key)
            entries = [entry for page in pages for entry in page.get("Versions", ()) if entry["Key"] == key]
        return [ObjectVersion(entry["VersionId"], entry["ETag"]) for entry in entries]

    def delete(self, key: str, version_id: str) -> None:
        """See Store."""
        with _translated(key):
            self._client.delete_object(Bucket=self._bucket, Key=key, VersionId=version_id)

    def _version(self, answer: dict[str, Any]) -> str:
        version = str(answer.get("VersionId", "null"))
        if version == "null":
            raise StoreUnavailable(f"The bucket {self._bucket} keeps no versions; switch versioning on.")
        return version


class _Body(io.RawIOBase):
    """botocore's stream of bytes as Python's."""

    def __init__(self, body: Any, key: str) -> None:
        self._body, self._key = body, key

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """The next bytes. Raises StoreUnavailable."""
        with _translated(self._key):
            found = self._body.read(len(buffer))
        buffer[: len(found)] = found
        return len(found)


@contextmanager
def _translated(key: str, written: bool = False) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code in _CHANGED or (written and code in _MISSING):  # If-Match over nothing answers NoSuchKey
            raise Conflict(f"{key} exists already or has changed meanwhile.") from error
        if code in _MISSING:
            raise UnknownObject(f"The store holds no {key}, or not in that version.") from error
        raise StoreUnavailable(f"S3 answers {code} for {key}.") from error
    except BotoCoreError as error:
        raise StoreUnavailable(f"S3 does not answer: {type(error).__name__}.") from error
