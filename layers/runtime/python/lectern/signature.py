"""Signatures of releases: ECDSA P-256 with SHA-256 over canonical JSON, verified without a network call."""

import base64
import json
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from lectern.errors import ReleaseRejected


def canonical(document: dict[str, Any]) -> bytes:
    """One byte string per document: keys sorted, no spaces, UTF-8; `signature` itself is left out."""
    signed = {key: value for key, value in document.items() if key != "signature"}
    return json.dumps(signed, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def verify(document: dict[str, Any], public_key: str) -> None:
    """Check `document["signature"]` with a base64 DER public key.

    Raises:
        ReleaseRejected: there is no usable key, or the signature is not of this document by this key.
    """
    try:
        key = load_der_public_key(base64.b64decode(public_key, validate=True))
        signature = base64.b64decode(document.get("signature", ""), validate=True)
    except ValueError as error:
        raise ReleaseRejected("The signature or the pinned public key is unreadable.") from error
    if not isinstance(key, EllipticCurvePublicKey):
        raise ReleaseRejected("The pinned public key is not an elliptic curve key.")
    try:
        key.verify(signature, canonical(document), ECDSA(SHA256()))
    except InvalidSignature as error:
        raise ReleaseRejected("The release is not signed by the pinned key.") from error
