"""Both signers make releases that the runtime verifies: a key file, and a key in KMS."""

import stat
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from lectern import signature
from lectern.errors import ReleaseRejected
from model_store.release.signing import FileSigner, Signer, open_signer

DOCUMENT = {"b": [1, 2.5, "ü"], "a": {"nested": None}}


class Kms:
    """KMS as documented for MessageType DIGEST, which moto signs as if it were the message."""

    def __init__(self) -> None:
        self._key = generate_private_key(SECP256R1())

    def sign(self, **request: Any) -> dict[str, bytes]:
        assert (request["KeyId"], request["MessageType"]) == ("alias/releases", "DIGEST")
        assert request["SigningAlgorithm"] == "ECDSA_SHA_256"
        return {"Signature": self._key.sign(request["Message"], ECDSA(Prehashed(SHA256())))}

    def get_public_key(self, **request: str) -> dict[str, bytes]:
        public = self._key.public_key()
        return {"PublicKey": public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)}


@pytest.fixture(params=["file", "kms"])
def signer(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Signer:
    if request.param == "file":
        return FileSigner(tmp_path / "key.pem")
    monkeypatch.setattr("botocore.session.Session.create_client", lambda _, service: Kms())
    monkeypatch.setenv("LECTERN_SIGNING_KEY", "kms:alias/releases")
    return open_signer()


def test_what_is_signed_verifies_in_any_order_of_keys(signer: Signer) -> None:
    signed = {**DOCUMENT, "signature": signer.sign(signature.canonical(DOCUMENT))}
    signature.verify(signed, signer.public_key())
    signature.verify(dict(reversed(signed.items())), signer.public_key())


@pytest.mark.parametrize("change", [{"b": [1, 2.5, "u"]}, {"c": 1}, {"signature": ""}, {"signature": "AAAA"}])
def test_what_was_changed_does_not(signer: Signer, change: dict[str, object]) -> None:
    signed = {**DOCUMENT, "signature": signer.sign(signature.canonical(DOCUMENT)), **change}
    with pytest.raises(ReleaseRejected, match="not signed by the pinned key"):
        signature.verify(signed, signer.public_key())


def test_a_key_file_is_its_owners_alone_and_stays_the_same(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "signing.pem"
    first = FileSigner(path).public_key()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert FileSigner(path).public_key() == first
