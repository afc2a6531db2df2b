"""Public ids: UUID version 7 (RFC 9562 §5.7), which sort by the time they were made."""

import os
import re

from chatbox.kit.clock import now_ms

AT_ONCE = 256
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


# Random numbers of 80 bits, read from the system many at once: each call to it lets go of the
# interpreter's lock, and getting that back can take milliseconds while other threads are busy.
_unused: list[int] = []


def new_id() -> str:
    """Make a UUIDv7 in its usual text form."""
    random = _random()
    value = (now_ms() & 0xFFFF_FFFF_FFFF) << 80
    value |= 0x7 << 76 | (random >> 68 & 0xFFF) << 64
    value |= 0b10 << 62 | random & 0x3FFF_FFFF_FFFF_FFFF
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _random() -> int:
    while True:
        try:
            return _unused.pop()  # one step, so no two threads get the same
        except IndexError:
            fresh = os.urandom(10 * AT_ONCE)
            _unused.extend(
                int.from_bytes(fresh[start : start + 10], "big")
                for start in range(0, len(fresh), 10)
            )


def is_id(text: str) -> bool:
    """Tell whether the text is a lower-case UUID of any version."""
    return _UUID.fullmatch(text) is not None
