"""The signature under an evidence folder: Ed25519, with a key made from SECRET_KEY for this alone.

Whoever has the public key can verify; only whoever has SECRET_KEY can sign. Another SECRET_KEY is another public key.
"""

import hashlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from dashboard.services.keys import derived

PURPOSE = "evidence signature"


def _key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(derived(PURPOSE))


def sign(text: bytes) -> bytes:
    """Return the signature over a text: 64 bytes."""
    return _key().sign(text)


def public_key() -> str:
    """Return the public key as PEM: what verifies, and cannot sign."""
    return _key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def fingerprint() -> str:
    """Return what to compare a public key by: SHA-256 over its DER form, 64 hexadecimal characters."""
    der = _key().public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()
