"""The commonest passwords of ten or more characters: guessed first, and therefore refused.

`scripts/common_passwords.py` makes the list: 112,130 truncated hashes, sorted, half a megabyte. It
is read when the first new password comes.
"""

import hashlib
import logging
import unicodedata
from bisect import bisect_left
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("common-passwords.bin")
BYTES = 5

logger = logging.getLogger(__name__)


def is_common(password: str) -> bool:
    """Whether this is one of them, however its letters are capitalised."""
    return is_in(_entries(), password)


def is_in(entries: bytes, password: str) -> bool:
    """Whether sorted entries hold a password's."""
    normal = unicodedata.normalize("NFKC", password).casefold()
    wanted = hashlib.sha256(normal.encode(errors="replace")).digest()[:BYTES]
    count = len(entries) // BYTES

    def entry(number: int) -> bytes:
        return entries[number * BYTES : (number + 1) * BYTES]

    place = bisect_left(range(count), wanted, key=entry)
    return place < count and entry(place) == wanted


@cache
def _entries() -> bytes:
    try:
        return FILE.read_bytes()
    except OSError:
        logger.warning("the list of common passwords cannot be read: none is refused for it")
        return b""
