"""Who signs releases: a KMS key in AWS, a key file on one machine. Both give the public key that settings pin."""

import base64
import hashlib
import os
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from model_store.errors import BadKey
from model_store.home import home


class Signer(Protocol):
    """Signs with ECDSA P-256 and SHA-256."""

    def sign(self, payload: bytes) -> str:
        """The signature, base64 of DER."""

    def public_key(self) -> str:
        """The public key, base64 of DER."""


class FileSigner:
    """A private key in a file that only its owner reads, generated at first use."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            self._generate(path)
        self._key = self._read(path)

    def sign(self, payload: bytes) -> str:
        """See Signer."""
        return base64.b64encode(self._key.sign(payload, ECDSA(SHA256()))).decode()

    def public_key(self) -> str:
        """See Signer."""
        der = self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(der).decode()

    @staticmethod
    def _read(path: Path) -> EllipticCurvePrivateKey:
        try:
            key = load_pem_private_key(path.read_bytes(), password=None)
        except ValueError as error:
            raise BadKey(f"{path} holds no private key") from error
        if not isinstance(key, EllipticCurvePrivateKey):
            raise BadKey(f"{path} holds no elliptic curve key")
        return key

    @staticmethod
    def _generate(path: Path) -> None:
        key = generate_private_key(SECP256R1())
        path.parent.mkdir(parents=True, exist_ok=True)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(pem)
        with suppress(FileExistsError):  # somebody else was first: theirs is the key
            os.link(draft, path)
        draft.unlink()


class KmsSigner:
    """A key in AWS KMS (ECC_NIST_P256, SIGN_VERIFY) that never leaves it."""

    def __init__(self, key_id: str) -> None:
        from botocore.session import Session

        self._key_id, self._kms = key_id, Session().create_client("kms")

    def sign(self, payload: bytes) -> str:
        """See Signer. A manifest may be longer than the 4,096 bytes that KMS takes, so its digest is sent."""
        answer: dict[str, Any] = self._kms.sign(
            KeyId=self._key_id,
            Message=hashlib.sha256(payload).digest(),
            MessageType="DIGEST",
            SigningAlgorithm="ECDSA_SHA_256",
        )
        return base64.b64encode(answer["Signature"]).decode()

    def public_key(self) -> str:
        """See Signer."""
        return base64.b64encode(self._kms.get_public_key(KeyId=self._key_id)["PublicKey"]).decode()


def open_signer() -> Signer:
    """The signer that LECTERN_SIGNING_KEY names: `kms:KEY`, or a file (by default one of this machine's home)."""
    name = os.environ.get("LECTERN_SIGNING_KEY", "")
    if name.startswith("kms:"):
        return KmsSigner(name.removeprefix("kms:"))
    return FileSigner(Path(name) if name else home() / "keys" / "signing.pem")
