"""Keys made from SECRET_KEY, one per use, so that what is made for one use says nothing in another. Never logged.

A fingerprint cannot be turned back into its value, nor tried out, without the key; what is sealed cannot be read
without it.
"""

import base64
import hashlib
import hmac
import json
from typing import Any

from cryptography.fernet import Fernet, InvalidToken

_SECRET: list[bytes] = []


class SealBroken(Exception):
    """Cannot continue because something sealed does not open with today's key."""


def use(secret_key: str) -> None:
    """Set the secret all keys are made from; called once when the application is made."""
    _SECRET[:] = [secret_key.encode()]


def _key(purpose: str) -> bytes:
    return hmac.new(_SECRET[0], b"need-to-know:" + purpose.encode(), hashlib.sha256).digest()


def derived(purpose: str) -> bytes:
    """Return 32 secret bytes for one purpose, from which another kind of key is made."""
    return _key("derived:" + purpose)


def keyed(purpose: str, *parts: str) -> str:
    """Return a keyed hash of these parts for one purpose: 64 hexadecimal characters."""
    told = b"".join(len(part.encode()).to_bytes(4) + part.encode() for part in parts)
    return hmac.new(_key(purpose), told, hashlib.sha256).hexdigest()


def stream(purpose: str) -> hmac.HMAC:
    """Return a keyed hash for one purpose that is fed piece by piece: for what does not fit into memory."""
    return hmac.new(_key(purpose), digestmod=hashlib.sha256)


def seal(purpose: str, facts: Any) -> bytes:
    """Encrypt something that JSON can write, for one purpose."""
    return _cipher(purpose).encrypt(json.dumps(facts).encode())


def unseal(purpose: str, sealed: bytes) -> Any:
    """Return what was sealed for this purpose; raise SealBroken when the key is another."""
    try:
        return json.loads(_cipher(purpose).decrypt(sealed))
    except InvalidToken as error:
        raise SealBroken(purpose) from error


def _cipher(purpose: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(_key("seal:" + purpose)))
