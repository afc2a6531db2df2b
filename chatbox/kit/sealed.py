"""Files sealed with a passphrase, of any size, in bounded memory.

The key comes from argon2id (RFC 9106), whose parameters are in the header. The content is cut into
chunks, each under AES-256-GCM in the STREAM construction (Hoang, Reyhanitabar, Rogaway and Vizár,
2015): the nonce is a prefix, a counter and a mark on the last chunk, and the header is the
additional data of every chunk, so nothing can be changed, left out, moved or added unnoticed.

A file is `magic (8) || memory in KiB (4) || iterations (4) || lanes (4) || salt (16) ||
nonce prefix (7) || check of the passphrase (16) || chunks of 65,536 bytes and a tag of 16 each`.
"""

import os
import struct
from collections.abc import Callable
from typing import BinaryIO

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.constant_time import bytes_eq
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

MAGIC = b"CBXSEAL\x01"
CHUNK = 64 * 1024
TAG = 16
_CHUNKS_AT_MOST = 2**32
_FRONT = struct.Struct(">8sIII16s7s")
_CHECK_BYTES = 16
HEADER_BYTES = _FRONT.size + _CHECK_BYTES


class CannotUnseal(Exception):
    """A sealed file cannot be opened; the text is a sentence that says why."""


class NotSealed(CannotUnseal):
    """The file is not one of ours."""


class WrongPassphrase(CannotUnseal):
    """The passphrase does not fit the header."""


class Damaged(CannotUnseal):
    """A chunk is not what was written."""


class CutShort(Damaged):
    """The end of the file is missing."""


class Cost(msgspec.Struct, frozen=True):
    """What a guess of the passphrase costs; the second recommendation of RFC 9106."""

    memory_kib: int = 64 * 1024
    iterations: int = 3
    lanes: int = 4


MOST = Cost(memory_kib=256 * 1024, iterations=16, lanes=16)
"""What a header may ask for, since it is read before anything about it is known."""


def seal(
    source: BinaryIO,
    target: BinaryIO,
    passphrase: str,
    *,
    cost: Cost = Cost(),  # noqa: B008 - frozen
    tick: Callable[[int], None] = lambda _: None,
) -> None:
    """Encrypt from one file into another; `tick` is told of every chunk and may raise."""
    salt, prefix = os.urandom(16), os.urandom(7)
    front = _FRONT.pack(MAGIC, cost.memory_kib, cost.iterations, cost.lanes, salt, prefix)
    cipher, check = _keys(passphrase, salt, cost)
    header = front + check
    target.write(header)
    chunk, number = _read(source, CHUNK), 0
    while True:
        following = _read(source, CHUNK)
        nonce = _nonce(prefix, number, is_last=not following)
        target.write(cipher.encrypt(nonce, chunk, header))
        tick(len(chunk))
        if not following:
            return
        chunk, number = following, number + 1


def unseal(
    source: BinaryIO,
    target: BinaryIO,
    passphrase: str,
    *,
    tick: Callable[[int], None] = lambda _: None,
) -> None:
    """Decrypt from one file into another; what was written counts only when nothing is raised.

    Raises CannotUnseal.
    """
    header = _read(source, HEADER_BYTES)
    cost, salt, prefix = _parse(header)
    cipher, check = _keys(passphrase, salt, cost)
    if not bytes_eq(check, header[_FRONT.size :]):
        raise WrongPassphrase("The passphrase is wrong, or the beginning of the file is damaged.")
    chunk, number = _read(source, CHUNK + TAG), 0
    while True:
        following = _read(source, CHUNK + TAG)
        nonce = _nonce(prefix, number, is_last=not following)
        try:
            plain = cipher.decrypt(nonce, chunk, header)
        except (InvalidTag, ValueError) as failure:
            if not following and _opens(
                cipher, _nonce(prefix, number, is_last=False), chunk, header
            ):
                raise CutShort("The end of the file is missing.") from failure
            place = HEADER_BYTES + number * (CHUNK + TAG)
            raise Damaged(f"The file is damaged or cut short behind byte {place:,}.") from failure
        target.write(plain)
        tick(len(plain))
        if not following:
            return
        chunk, number = following, number + 1


def is_sealed(head: bytes) -> bool:
    """Tell by its first bytes whether a file is sealed."""
    return head.startswith(MAGIC)


def _parse(header: bytes) -> tuple[Cost, bytes, bytes]:
    if not is_sealed(header):
        raise NotSealed("The file is not a sealed backup.")
    if len(header) < HEADER_BYTES:
        raise CutShort("The end of the file is missing.")
    _, memory, iterations, lanes, salt, prefix = _FRONT.unpack_from(header)
    cost = Cost(memory_kib=memory, iterations=iterations, lanes=lanes)
    fits = (
        8 * lanes <= memory <= MOST.memory_kib
        and 1 <= iterations <= MOST.iterations
        and 1 <= lanes <= MOST.lanes
    )
    if not fits:
        raise Damaged("The beginning of the file is damaged: it asks for an unreasonable cost.")
    return cost, salt, prefix


def _keys(passphrase: str, salt: bytes, cost: Cost) -> tuple[AESGCM, bytes]:
    """The cipher, and the bytes that tell a wrong passphrase from a damaged file."""
    argon2 = Argon2id(
        salt=salt,
        length=32,
        iterations=cost.iterations,
        lanes=cost.lanes,
        memory_cost=cost.memory_kib,
    )
    secret = argon2.derive(passphrase.encode())
    return AESGCM(_expand(secret, "key", 32)), _expand(secret, "check", _CHECK_BYTES)


def _expand(secret: bytes, label: str, length: int) -> bytes:
    info = f"chatbox/sealed-file/v1/{label}".encode()
    return HKDFExpand(algorithm=hashes.SHA256(), length=length, info=info).derive(secret)


def _nonce(prefix: bytes, number: int, *, is_last: bool) -> bytes:
    if number >= _CHUNKS_AT_MOST:
        raise OverflowError("the file is too large to be sealed")
    return prefix + number.to_bytes(4, "big") + (b"\x01" if is_last else b"\x00")


def _opens(cipher: AESGCM, nonce: bytes, chunk: bytes, header: bytes) -> bool:
    try:
        cipher.decrypt(nonce, chunk, header)
    except (InvalidTag, ValueError):
        return False
    return True


def _read(file: BinaryIO, size: int) -> bytes:
    """Read exactly so much, or less at the end of the file."""
    piece = file.read(size)
    while piece and len(piece) < size and (more := file.read(size - len(piece))):
        piece += more
    return piece
