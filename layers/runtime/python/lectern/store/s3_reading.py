"""Reading from S3 by botocore's credentials, signature and connections, without its client.

A client reads S3's model and its rules of endpoints first, 120 ms and 18 MB of a cold start, of which reading an object
needs two lines. Where they would not do (docs/adr/0022-reading-without-the-client.md) the client reads.
"""

import os
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import ContainerProvider, EnvProvider
from botocore.exceptions import BotoCoreError, ClientError
from botocore.httpsession import URLLib3Session
from botocore.response import StreamingBody

PAUSE = 0.05
"""Seconds before the second and last try."""

_REGION = re.compile(r"(af|ap|ca|eu|il|me|mx|sa|us)-(?!gov|iso)[a-z]+-\d+")
"""Of the partition whose addresses end in amazonaws.com."""

_ELSEWHERE = ("AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT", "AWS_PROFILE")
"""Settings that only the client follows."""

_CODE = re.compile(rb"<Code>(\w+)</Code>")


def reader(bucket: str, timeout: float, environment: Mapping[str, str] = os.environ) -> "Reader | None":
    """What reads objects of a bucket; None where the client has to."""
    region = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION", "")
    place = environment.get("AWS_ENDPOINT_URL_S3") or environment.get("AWS_ENDPOINT_URL")
    known = _REGION.fullmatch(region) and "." not in bucket
    if not (place or known) or any(environment.get(name) for name in _ELSEWHERE):
        return None
    credentials = EnvProvider(dict(environment)).load() or ContainerProvider(dict(environment)).load()
    if credentials is None:
        return None
    address = f"{place.rstrip('/')}/{bucket}" if place else f"https://{bucket}.s3.{region}.amazonaws.com"
    trusted = environment.get("AWS_CA_BUNDLE") or True
    connections = URLLib3Session(verify=trusted, timeout=(min(3.0, timeout), timeout))
    return Reader(address, region or "us-east-1", credentials, connections)


@dataclass(frozen=True)
class Reader:
    """GetObject at one address; safe to use from several threads."""

    address: str
    region: str
    credentials: Any
    connections: Any

    def get(self, key: str, version_id: str | None) -> dict[str, Any]:
        """The fields of the client's answer that the store looks at, the body not read yet.

        Raises:
            ClientError: S3 refuses, as the client would say it.
            BotoCoreError: nobody answers.
        """
        try:
            answer = self._sent(key, version_id)
            if answer.status_code < 500:
                return _accepted(answer)
        except BotoCoreError:
            pass  # a connection that was closed meanwhile, say
        time.sleep(PAUSE)
        return _accepted(self._sent(key, version_id))

    def _sent(self, key: str, version_id: str | None) -> Any:
        pin = {"versionId": version_id} if version_id else {}
        request = AWSRequest("GET", f"{self.address}/{quote(key, safe='/~')}", params=pin, stream_output=True)
        S3SigV4Auth(self.credentials.get_frozen_credentials(), "s3", self.region).add_auth(request)
        return self.connections.send(request.prepare())


def _accepted(answer: Any) -> dict[str, Any]:
    if answer.status_code == 200:
        headers = answer.headers
        body = StreamingBody(answer.raw, headers.get("content-length"))
        return {"Body": body, "ETag": headers["etag"], "VersionId": headers.get("x-amz-version-id", "null")}
    code = _CODE.search(answer.content)
    said = {"Code": code[1].decode() if code else str(answer.status_code), "Message": ""}
    raise ClientError({"Error": said}, "GetObject")
