"""Secrets at rest: AES-256-GCM under sub-keys of one master key.

A sealed secret is `version (1) || key id (4) || nonce (12) || ciphertext and tag`. The additional
data binds it to one place, such as a provider's row, owner and origin, so a blob copied to
another place does not open. Sub-keys come from HKDF-SHA256 (RFC 5869) with a label each.
"""

import base64
import binascii
import os
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from chatbox.errors import StartRefused

_VERSION = b"\x01"
_KEY_BYTES = 32
_NONCE_BYTES = 12


class CannotOpen(Exception):
    """The sealed bytes are damaged, belong to another row or to another master key."""


class SecretBox:
    """Seals and opens secrets with one master key of 32 bytes."""

    def __init__(self, master_key: bytes) -> None:
        self._cipher = AESGCM(_derive(master_key, "provider-secrets/v1", _KEY_BYTES))
        self._key_id = _derive(master_key, "key-id/v1", 4)
        self._root = _derive(master_key, "sub-keys/v1", _KEY_BYTES)
        self.fingerprint = _derive(master_key, "fingerprint/v1", 16).hex()

    def derive(self, label: str, length: int = _KEY_BYTES) -> bytes:
        """Make the sub-key of a purpose; it tells nothing about the master key or the others."""
        return _derive(self._root, label, length)

    def seal(self, secret: str, *, bound_to: str) -> bytes:
        """Encrypt; `bound_to` names the place the secret may be opened at."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, secret.encode(), bound_to.encode())
        return _VERSION + self._key_id + nonce + sealed

    def open(self, sealed: bytes, *, bound_to: str) -> str:
        """Decrypt, or raise `CannotOpen`."""
        head = 1 + len(self._key_id)
        if sealed[:head] != _VERSION + self._key_id:
            raise CannotOpen("sealed with another master key")
        nonce, body = sealed[head : head + _NONCE_BYTES], sealed[head + _NONCE_BYTES :]
        try:
            return self._cipher.decrypt(nonce, body, bound_to.encode()).decode()
        except (InvalidTag, ValueError) as wrong:
            raise CannotOpen("damaged, or copied from another row") from wrong


def _derive(master_key: bytes, label: str, length: int) -> bytes:
    kdf = HKDF(
        algorithm=hashes.SHA256(), length=length, salt=None, info=f"chatbox/{label}".encode()
    )
    return kdf.derive(master_key)


def load_master_key(path: Path, environ: Mapping[str, str], *, create: bool = True) -> bytes:
    """Read the master key from `CHATBOX_MASTER_KEY` or its file; make the file when allowed.

    The key is 32 bytes in base64. Raises `StartRefused` when it is missing or malformed.
    """
    if path.exists() and not environ.get("CHATBOX_MASTER_KEY") and path.stat().st_mode & 0o077:
        path.chmod(0o600)
    if (known := read_master_key(path, environ)) is not None:
        return known
    if not create:
        raise StartRefused(
            f"The master key file {path} is missing, but the database holds secrets that were "
            "encrypted with it. Put the file back, or set CHATBOX_MASTER_KEY to its content."
        )
    key = os.urandom(_KEY_BYTES)
    _write_key(path, key)
    return key


def read_master_key(path: Path, environ: Mapping[str, str]) -> bytes | None:
    """Read the master key where there is one; raises `StartRefused` when it is malformed."""
    if text := environ.get("CHATBOX_MASTER_KEY"):
        return _decode_key(text, source="the environment variable CHATBOX_MASTER_KEY")
    if not path.exists():
        return None
    return _decode_key(path.read_text(errors="replace"), source=f"the file {path}")


def _decode_key(text: str, *, source: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != _KEY_BYTES:
        raise StartRefused(f"The master key in {source} must be 32 bytes in base64.")
    return key


def _write_key(path: Path, key: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(base64.b64encode(key) + b"\n")
        file.flush()
        os.fsync(file.fileno())
