"""CloudFormation's custom resource that publishes the embedded releases before any function starts.

It runs inside the account, since a manifest pins S3's versions and is signed by a key that never leaves KMS. An alias
that is there is left alone: whoever operates the models moves it.
"""

import json
import tempfile
import urllib.request
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from botocore.session import Session

from lectern.settings import settings
from lectern.store import Store, open_store
from model_store.build.measured import read_build
from model_store.release.alias import promote
from model_store.release.embedded import alias_version, publish_embedded
from model_store.release.signing import Signer, open_signer

PHYSICAL_ID = "lectern-releases"
REASON = "the embedded release of the first deployment"


def handler(event: dict[str, Any], context: Any) -> None:
    """Publish on Create and Update; a Delete leaves the bucket as it is. Always answers CloudFormation."""
    try:
        wanted = event["ResourceProperties"].get("Releases", {}) if event["RequestType"] != "Delete" else {}
        _answer(event, "SUCCESS", data=publish_all(wanted))
    except Exception as error:
        _answer(event, "FAILED", reason=f"{type(error).__name__}: {error}")
        raise


def publish_all(wanted: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Publish the builds that lie as zips at `{model: {"Bucket", "Key"}}`; gives the signing key, and the versions."""
    store, signer = open_store(settings().store), open_signer()
    versions = {f"Version-{model}": _publish(store, signer, model, place) for model, place in wanted.items()}
    return {"PublicKey": signer.public_key(), **versions}


def _publish(store: Store, signer: Signer, model: str, place: Mapping[str, str]) -> str:
    alias = settings().alias
    with tempfile.TemporaryDirectory() as folder:
        _unpack(place, Path(folder))
        version = publish_embedded(store, signer, read_build(Path(folder)), model, alias)
    if alias_version(store, model, alias) is None:
        promote(store, signer.public_key(), model, version, alias, REASON)
    return version


def _unpack(place: Mapping[str, str], folder: Path) -> None:
    answer = Session().create_client("s3").get_object(Bucket=place["Bucket"], Key=place["Key"])
    with tempfile.TemporaryFile() as file:
        for part in answer["Body"].iter_chunks(1 << 20):
            file.write(part)
        with zipfile.ZipFile(file) as found:
            found.extractall(folder)


def _answer(event: Mapping[str, Any], status: str, reason: str = "", data: Mapping[str, str] | None = None) -> None:
    known = {name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")}
    document = known | {
        "Status": status,
        "Reason": reason[:1000],
        "PhysicalResourceId": PHYSICAL_ID,
        "Data": data or {},
    }
    body = json.dumps(document).encode()
    request = urllib.request.Request(event["ResponseURL"], body, {"Content-Type": ""}, method="PUT")  # noqa: S310  # CloudFormation's own address
    urllib.request.urlopen(request, timeout=10).close()  # noqa: S310
